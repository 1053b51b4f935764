"""Features of the training sentences as sparse matrices."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse
from words.corpus import every_feature, lexicon, of_concepts, of_spelling, spell

SEEN_MIN = 2  # sentences a feature stands in
SCALES = (1.0, 1.2)  # pieces and words; concepts


class Kind(NamedTuple):
    """Features of one kind: their names, and for each sentence which it has."""

    names: list[str]
    rows: sparse.csr_matrix  # how often the sentence has the feature


def kinds(texts: Sequence[str]) -> list[Kind]:
    """Both kinds of features of these sentences, those that stand in enough of them."""
    spelled = [spell(text) for text in texts]
    return [
        _kind([every_feature(of_spelling(one)) for one in spelled]),
        _kind([of_concepts(lexicon().find(one)) for one in spelled]),
    ]


def _kind(found: Sequence[Collection[str]]) -> Kind:
    seen: Counter[str] = Counter()
    for features in found:
        seen.update(set(features))
    names = sorted(name for name, times in seen.items() if times >= SEEN_MIN)
    numbers = {name: number for number, name in enumerate(names)}
    columns, times, ends = [], [], [0]
    for features in found:
        counted = sorted(Counter(numbers[name] for name in features if name in numbers).items())
        columns += [number for number, _ in counted]
        times += [often for _, often in counted]
        ends.append(len(columns))
    often = np.array(times, np.float32)
    return Kind(names, sparse.csr_matrix((often, columns, ends), (len(found), len(names))))


def weighed(parts: Sequence[sparse.csr_matrix]) -> sparse.csr_matrix:
    """All kinds side by side: a sentence's features of a kind share its scale."""
    scaled = []
    for rows, scale in zip(parts, SCALES, strict=True):
        counts = np.maximum(np.asarray(rows.sum(1)).ravel(), 1).astype(np.float32)
        scaled.append(sparse.diags((scale / np.sqrt(counts)).astype(np.float32)) @ rows)
    return sparse.csr_matrix(sparse.hstack(scaled, format="csr"), dtype=np.float32)
