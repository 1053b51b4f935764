"""The tables of docs/use/switching.md: what each dialect calls our words, and what is lost there and back.

All of it is worked out from the mapping data: `show/dialects/NAME.csv` for the way there, the aggregator's
own `codes.csv` for the way back. tests/dialects holds it against real answers, read by the real parsers.
"""

import importlib
from collections.abc import Iterator
from pathlib import Path

from milepost.model.carriers import CodeBook
from milepost.model.scans import CodeRef
from milepost.model.statuses import REASONS, Status
from milepost.normalize.meaning import meaning_of
from milepost.show.dialects.vocabulary import NOTE, Word, vocabulary
from milepost.sources.catalog import codes

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/use/switching.md"
BEGINS, ENDS = "<!-- made by tools/reference/switching.py -->", "<!-- end of what is made -->"
AGGREGATORS = "milepost.sources.aggregators"
NAMES = {
    "aftership": "AfterShip",
    "easypost": "EasyPost",
    "shippo": "Shippo",
    "karrio": "karrio",
    "seventeen_track": "17TRACK",
}
WAY_BACK_AS_CODE = {"seventeen_track"}
"""An event there has the sub-status only, and the main status is its beginning."""

Pair = tuple[str, str | None]
"""Our status (or `note`) and reason."""

LOST = Status.LOST.value
STATUSES = [*(status.value for status in Status), NOTE]


def pages() -> dict[str, str]:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    made = "\n\n".join([statuses(), reasons(), *(way_back(name) for name in NAMES)])
    return {PAGE: f"{before}{BEGINS}\n\n{made}\n\n{ENDS}{after}"}


def there_and_back(dialect: str) -> dict[Pair, Pair]:
    """Every pair of ours as it is read again after the dialect has told it."""
    book, words = _book(dialect), vocabulary(dialect)
    pairs: list[Pair] = [(status, reason) for status in STATUSES for reason in (None, *REASONS)]
    return {pair: heard(dialect, words.said(_told(pair[0]), pair[1]), book) for pair in pairs}


def heard(dialect: str, word: Word, book: CodeBook) -> Pair:
    """What our own reader makes of their words."""
    code = "" if dialect in WAY_BACK_AS_CODE else word.code or ""
    refs: tuple[CodeRef, ...] = importlib.import_module(f"{AGGREGATORS}.{dialect}.parse").refs(
        code, word.detail or ""
    )
    meaning = meaning_of(refs, book, logical=False)
    return (meaning.status.value if meaning.status else NOTE, meaning.reason)


def statuses() -> str:
    """One row a status: their word, and after an arrow what it is read back as, where that is another."""
    rows = ["## Our statuses in their words", "", _row("Ours", *NAMES.values()), "|---" * 6 + "|"]
    back = {name: there_and_back(name) for name in NAMES}
    for status in STATUSES:
        cells = [_cell(name, (status, None), back[name][(status, None)]) for name in NAMES]
        rows.append(_row(f"`{status}`", *cells))
    return "\n".join(rows)


def reasons() -> str:
    """One row a reason: under which of our statuses it survives the way there and back."""
    rows = [
        "## Our reasons that survive",
        "",
        "Under which statuses a reason is still the same after the way there and back. – means that it is",
        "lost: the status stays (as above), why is no longer told. *≈* another reason is read.",
        "",
        _row("Ours", *NAMES.values()),
        "|---" * 6 + "|",
    ]
    back = {name: there_and_back(name) for name in NAMES}
    rows += [_row(f"`{reason}`", *(_survives(back[name], reason) for name in NAMES)) for reason in REASONS]
    return "\n".join(rows)


def way_back(dialect: str) -> str:
    """What of theirs we cannot say again, when we hear it from them and tell it in their words."""
    rows = [
        f"## {NAMES[dialect]}'s words that do not come back",
        "",
        _row("Theirs", "We read", "We would say"),
        "|---|---|---|",
    ]
    return "\n".join([*rows, *_not_back(dialect)])


def _not_back(dialect: str) -> Iterator[str]:
    words = vocabulary(dialect)
    for ref, found in _book(dialect).items():
        ours = (found.status or "held", found.reason or None)  # without a status it is a reason under any
        said = words.said(_told(ours[0]), ours[1])
        if ref.code not in (said.code, said.detail):
            yield _row(f"`{ref.code}`", _pair(ours) if found.status else str(ours[1]), _word(said))


def _survives(back: dict[Pair, Pair], reason: str) -> str:
    """A loss is read as lost whatever its reason was, so it says nothing here."""
    rows = {
        pair[0]: after for pair, after in back.items() if pair[1] == reason and pair[0] not in (NOTE, LOST)
    }
    kept = [
        f"`{status}`" if status == after[0] else f"`{status}` as `{after[0]}`"
        for status, after in rows.items()
        if after[1] == reason
    ]
    if len(kept) == len(rows):
        return "everywhere"
    others = sorted({after[1] for after in rows.values() if after[1] not in (None, reason)})
    return "; ".join(([", ".join(kept)] if kept else []) + [f"≈ `{one}`" for one in others]) or "–"


def _cell(dialect: str, pair: Pair, after: Pair) -> str:
    word = vocabulary(dialect).said(_told(pair[0]), pair[1])
    return _word(word) if after == pair else f"{_word(word)} → {_pair(after)}"


def _word(word: Word) -> str:
    if word.code is None and word.detail is None:
        return "null"
    detail = (word.detail or "").removeprefix(f"{word.code}_") if word.detail != word.code else ""
    return f"`{word.code}`" + (f" {detail}" if detail else "")


def _pair(pair: Pair) -> str:
    return f"{pair[0]} ({pair[1]})" if pair[1] else pair[0]


def _book(dialect: str) -> CodeBook:
    return codes(ROOT / "src/milepost/sources/aggregators" / dialect / "codes.csv")


def _told(status: str) -> str | None:
    return None if status == NOTE else status


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
