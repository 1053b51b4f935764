"""Makes the weights by which sentences are read (src/milepost/words/weights.bin) from the training sentences.

    uv venv /tmp/words && uv pip install --python /tmp/words/bin/python -r requirements/words.txt
    /tmp/words/bin/python tools/build_words.py            # writes the file: about a minute
    /tmp/words/bin/python tools/build_words.py --measure  # how well it reads sources it has not seen

The unseen part of the corpus is never read here. The same files, libraries, compiler and kind of processor
give the same bytes. Needs a C compiler.
"""

import argparse
import json
import lzma
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from words.corpus import ROOM, Sentence, fingerprint, sentences, spell
from words.features import SCALES, Kind, kinds, weighed
from words.learning import EPOCHS, Floats, chances, learn

SEEDS = (1, 2, 3, 4, 5)  # so many tables are learned and averaged
KEPT = (50_000, 20_000)  # features of each kind: the file stays small
LEVELS = 127  # a weight is a byte
TEMPERATURES = (1.0, 1.0)
FOLDS = 5
ORDINARY_MIN = 2


class Data:
    """Sentences, their labels as numbers, their features."""

    def __init__(self, rows: Sequence[Sentence]) -> None:
        self.rows = rows
        self.statuses = sorted({row.status for row in rows})
        self.reasons = sorted({row.reason for row in rows})
        self.targets = [
            np.array([self.statuses.index(row.status) for row in rows]),
            np.array([self.reasons.index(row.reason) for row in rows]),
        ]
        self.kinds = kinds([row.text for row in rows])

    @property
    def sizes(self) -> list[int]:
        return [len(self.statuses), len(self.reasons)]


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--measure", action="store_true")
    data = Data(sentences())
    print(f"{len(data.rows)} sentences, {[len(kind.names) for kind in data.kinds]} features", flush=True)
    if words.parse_args().measure:
        measure(data)
    else:
        build(data)
    return 0


def measure(data: Data) -> None:
    """Each fold's sources are read by a table that has not seen them; known.tsv also without its writer."""
    sources = sorted({row.source for row in data.rows})
    fold_of = {source: number % FOLDS for number, source in enumerate(sources)}
    folds = np.array([fold_of[row.source] for row in data.rows])
    known = np.array([row.file == "known.tsv" for row in data.rows])
    found = np.zeros((len(folds), sum(data.sizes)), np.float32)
    for fold in range(FOLDS):
        found[folds == fold] = _read(data, folds != fold, folds == fold)
    for name, chosen in (("all", folds >= 0), ("known.tsv", known)):
        report(f"{name}, by sources", data, found[chosen], np.flatnonzero(chosen))
    report("known.tsv, by writer", data, _read(data, ~known, known), np.flatnonzero(known))


def _read(data: Data, taught: NDArray[np.bool_], asked: NDArray[np.bool_]) -> Floats:
    """Probabilities of every label, for the sentences asked, by what the others taught."""
    rows = weighed([kind.rows for kind in data.kinds])
    targets = [target[taught] for target in data.targets]
    table = learn(rows[np.flatnonzero(taught)], targets, data.sizes, seeds=SEEDS[:1])
    return np.concatenate(chances(rows[np.flatnonzero(asked)] @ table, data.sizes), axis=1)


def report(name: str, data: Data, odds: Floats, rows: NDArray[np.int64]) -> None:
    """Precision at several coverages, and coverage at several thresholds; `unknown` is no answer."""
    of_status, of_reason = odds[:, : data.sizes[0]], odds[:, data.sizes[0] :]
    status, reason = of_status.argmax(1), of_reason.argmax(1)
    right = status == data.targets[0][rows]
    both = right & (reason == data.targets[1][rows])
    sure = of_status.max(1)
    sure[status == data.statuses.index("unknown")] = 0
    order = np.argsort(-sure, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= 0.97)
    print(f"{name}: {len(rows)}, right {right.mean():.4f}, status and reason {both.mean():.4f}, ", end="")
    print(f"coverage at 97 % {(enough.max() + 1 if len(enough) else 0) / len(order):.3f}, ", end="")
    print(f"precision at 85 % {precision[int(len(order) * 0.85) - 1]:.4f}")
    for least in (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9):
        said = sure >= least
        print(f"  from {least}: answers {said.mean():.3f}, right {right[said].mean():.4f}")


def build(data: Data) -> None:
    """Learn, keep the features that say most, learn again with those, and write."""
    first = learn(weighed([kind.rows for kind in data.kinds]), data.targets, data.sizes, seeds=SEEDS[:1])
    kept = list(_most_telling(data.kinds, first))
    table = learn(weighed([kind.rows for kind in kept]), data.targets, data.sizes, seeds=SEEDS)
    tables = list(_parts(table, kept))
    steps = [float(np.quantile(np.abs(table).max(1), 0.999)) / LEVELS for table in tables]
    head = {
        "made_from": fingerprint(),
        "labels": data.statuses + data.reasons,
        "statuses": len(data.statuses),
        "scales": [scale * step for scale, step in zip(SCALES, steps, strict=True)],
        "temperatures": TEMPERATURES,
        "sizes": [len(kind.names) for kind in kept],
        "together": together(data),
        "ordinary": ordinary(data.rows),
    }
    names = "\n".join(name for kind in kept for name in kind.names)
    rows = np.concatenate([_bytes(table, step) for table, step in zip(tables, steps, strict=True)])
    written = (
        json.dumps(head, ensure_ascii=False).encode() + b"\n" + names.encode() + b"\n\n" + rows.tobytes()
    )
    packed = lzma.compress(written, preset=9)
    (ROOM / "weights.bin").write_bytes(packed)
    print(f"wrote {len(packed) / 1e6:.2f} MB, {len(written) / 1e6:.1f} MB unpacked, after {EPOCHS} rounds")


def together(data: Data) -> list[list[float]]:
    """How much more often than by chance each status and each reason are said in one sentence: its root."""
    counts = np.zeros(data.sizes)
    np.add.at(counts, tuple(data.targets), 1)
    every = counts.sum()
    chance = counts.sum(1, keepdims=True) * counts.sum(0, keepdims=True) / every
    readily = np.sqrt(counts / chance + 1 / every)
    return [[float(f"{one:.4g}") for one in row] for row in readily]


def _most_telling(every: Sequence[Kind], table: Floats) -> Iterator[Kind]:
    """The usual ones first: so they lie together in memory, and less of a sentence's time is waiting."""
    for kind, part, most in zip(every, _parts(table, every), KEPT, strict=True):
        counts = np.asarray(kind.rows.sum(0)).ravel()
        telling = np.abs(part).max(1) * np.sqrt(counts)
        best = np.argsort(-telling, kind="stable")[:most]
        best = sorted(best, key=partial(_usual_first, kind.names, counts))
        yield Kind([kind.names[number] for number in best], kind.rows[:, best])


def _usual_first(names: Sequence[str], counts: Floats, number: int) -> tuple[float, str]:
    return -float(counts[number]), names[number]


def _parts(table: Floats, every: Sequence[Kind]) -> Iterator[Floats]:
    begin = 0
    for kind in every:
        yield table[begin : begin + len(kind.names)]
        begin += len(kind.names)


def _bytes(table: Floats, step: float) -> NDArray[np.uint8]:
    return (np.clip(np.round(table / step), -LEVELS, LEVELS) + 128).astype(np.uint8)


def ordinary(rows: Sequence[Sentence]) -> list[str]:
    """Words that stand in several sentences and mostly not in the name of a place."""
    seen: Counter[str] = Counter()
    in_names: Counter[str] = Counter()
    for row in rows:
        seen.update(set(spell(row.text).plain.split()))
        in_names.update(set(spell(row.place).plain.split()) if row.place else ())
    return sorted(
        word
        for word, times in seen.items()
        if times - in_names[word] >= ORDINARY_MIN
        and in_names[word] < 0.5 * times
        and any(map(str.isalpha, word))
    )


if __name__ == "__main__":
    sys.exit(main())
