"""Features of the training sentences as sparse matrices."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse
from words.corpus import lexicon, of_concepts, of_spelling, spell

SEEN_MIN = 2  # sentences a feature stands in
SCALES = (1.0, 1.2)  # pieces and words; concepts


class Kind(NamedTuple):
    """Features of one kind: their names, and for each sentence which it has."""

    names: list[str]
    rows: sparse.csr_matrix  # 1 where the sentence has the feature


def kinds(texts: Sequence[str]) -> list[Kind]:
    """Both kinds of features of these sentences, those that stand in enough of them."""
    spelled = [spell(text) for text in texts]
    return [
        _kind([of_spelling(one) for one in spelled]),
        _kind([of_concepts(lexicon().find(one)) for one in spelled]),
    ]


def _kind(found: Sequence[set[str]]) -> Kind:
    seen: Counter[str] = Counter()
    for features in found:
        seen.update(features)
    names = sorted(name for name, times in seen.items() if times >= SEEN_MIN)
    numbers = {name: number for number, name in enumerate(names)}
    columns, ends = [], [0]
    for features in found:
        columns += sorted(numbers[name] for name in features if name in numbers)
        ends.append(len(columns))
    ones = np.ones(len(columns), np.float32)
    return Kind(names, sparse.csr_matrix((ones, columns, ends), (len(found), len(names))))


def weighed(parts: Sequence[sparse.csr_matrix]) -> sparse.csr_matrix:
    """All kinds side by side: a sentence's features of a kind share its scale."""
    scaled = []
    for rows, scale in zip(parts, SCALES, strict=True):
        counts = np.maximum(np.diff(rows.indptr), 1).astype(np.float32)
        scaled.append(sparse.diags((scale / np.sqrt(counts)).astype(np.float32)) @ rows)
    return sparse.csr_matrix(sparse.hstack(scaled, format="csr"), dtype=np.float32)
