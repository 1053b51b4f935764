"""What each feature says for and against each label, packed so that one addition adds all labels.

The file is made by tools/build_words.py. A feature's weights lie side by side in one whole number, sixteen
bits to a label; the sum of such numbers is the sums of all labels, and Python adds long numbers quickly.
"""

import lzma
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import islice
from math import sqrt
from pathlib import Path
from struct import Struct
from typing import NamedTuple

import msgspec

from milepost.words.features import Spelled, of_word

FEATURES_MAX = 250
"""Of one kind and one sentence, so many are added: 250 times 127 still fits sixteen bits."""

WORDS_REMEMBERED = 20_000
_LANE_BYTES = 2
_HALF = 1 << 15
_OFFSET = 128  # a weight is a byte from 1 to 255, and 128 is nothing


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What stands before the weights in the file."""

    made_from: str  # SHA-256 over the training sentences and this folder's words
    labels: list[str]  # the statuses, then the reasons (one of them empty), in the order of the lanes
    statuses: int  # how many of the labels are statuses
    scales: list[float]  # per kind: what a weight of 1 is worth for a sentence with one feature
    temperatures: list[float]  # of statuses and of reasons: makes a probability what it says
    sizes: list[int]  # how many features of each kind
    together: list[
        list[float]
    ]  # status by reason: how readily the two are said in one sentence; 1 is by chance
    ordinary: list[str]  # words that are no names


class Added(NamedTuple):
    """All labels' sums of one kind of features, still packed, and what 1 of them is worth."""

    lanes: bytes
    share: float


class Weights:
    """The sums of a sentence's features, label by label."""

    def __init__(self, path: Path | None = None) -> None:
        """Read and unpack the file (default: the one in the package): some 0.3 s."""
        packed = (path or Path(__file__).with_name("weights.bin")).read_bytes()
        head, _, rest = lzma.decompress(packed).partition(b"\n")
        self.head = msgspec.json.decode(head, type=Head)
        self.ordinary = frozenset(self.head.ordinary)
        self.by_reason = list(zip(*self.head.together, strict=True))
        lanes = len(self.head.labels)
        self._length = lanes * _LANE_BYTES
        statuses, reasons = self.head.statuses, lanes - self.head.statuses
        self._statuses = Struct(f"<{statuses}H{reasons * _LANE_BYTES}x")
        self._reasons = Struct(f"<{statuses * _LANE_BYTES}x{reasons}H")
        self._level = _spread(bytes([0, _HALF >> 8]) * lanes)
        names, _, table = rest.partition(b"\n\n")
        every = names.decode().split("\n")
        numbers = _numbers(table, lanes)
        pieces = self.head.sizes[0]
        self._pieces = dict(zip(every[:pieces], numbers[:pieces], strict=True))
        self._concepts = dict(zip(every[pieces:], numbers[pieces:], strict=True))
        self._of_word = lru_cache(WORDS_REMEMBERED)(self._added_of_word)

    def add(self, spelled: Spelled, concepts: Iterable[str]) -> tuple[Added, Added]:
        """The features of each kind, added up. Of a very long sentence the first words count."""
        first, second = self.head.scales
        total, count = _sum(self._pieces, spelled.rest)
        for word in spelled.words:
            more, features = self._of_word(word)
            if count + features > FEATURES_MAX:
                break
            total += more
            count += features
        return self._added(total, count, first), self._added(*_sum(self._concepts, concepts), second)

    def _added_of_word(self, word: str) -> tuple[int, int]:
        """What it adds with all its pieces. Few words are new, so it is remembered."""
        return _sum(self._pieces, of_word(word))

    def _added(self, total: int, count: int, scale: float) -> Added:
        return Added((total + self._level).to_bytes(self._length, "little"), scale / sqrt(count or 1))

    def of_statuses(self, added: Sequence[Added]) -> list[float]:
        """What they say for each status, as log odds."""
        return _joined(self._statuses, added)

    def of_reasons(self, added: Sequence[Added]) -> list[float]:
        """What they say for each reason, as log odds."""
        return _joined(self._reasons, added)


@cache
def weights() -> Weights:
    """The one table, read when the first sentence is."""
    return Weights()


def _sum(kind: dict[str, int], names: Iterable[str]) -> tuple[int, int]:
    """Of the features there are, and how many they are."""
    known = list(islice(filter(None, map(kind.get, names)), FEATURES_MAX))
    return sum(known), len(known)


def _joined(part: Struct, added: Sequence[Added]) -> list[float]:
    (one, first), (other, second) = added
    level = _HALF * (first + second)
    lanes = zip(part.unpack(one), part.unpack(other), strict=True)
    return [here * first + there * second - level for here, there in lanes]


def _numbers(table: bytes, lanes: int) -> list[int]:
    """One whole number per row of bytes."""
    nothing = _spread(bytes([_OFFSET, 0]) * lanes)
    row = bytearray(lanes * _LANE_BYTES)
    numbers = []
    for begin in range(0, len(table), lanes):
        row[::_LANE_BYTES] = table[begin : begin + lanes]
        numbers.append(int.from_bytes(row, "little") - nothing)
    return numbers


def _spread(lanes: bytes) -> int:
    return int.from_bytes(lanes, "little")
