"""Keeps windows honest: how far each share of what is told has to move to hold what it says.

A delivered parcel is foreseen once more at each of its stages, with what was known and learned by then. What
it really took is compared when its slowest fellows could have come as well, fast and slow ones alike. Each
share is then moved to where it would have been right for the newest of them, by stage, and by carrier where
it has enough: conformal, with nothing to be tuned.
"""

from bisect import insort
from collections import deque
from collections.abc import Sequence
from math import log

from milepost.forecast.spreads import HOURS_MIN, shifted
from milepost.model.forecasts import SHARES, Spread

KEPT = 400
"""The newest parcels of a stage, or of a stage with one carrier, that count."""

HALF = 30.0
"""With so many seen, a share moves half as far as they say."""

OWN_FROM = 100
"""Parcels from which on a carrier's own corrections are believed, in place of everybody's."""

MOVE_MAX = 1.0  # log time; further off, the model is wrong and not its width
MEDIAN_STAYS = SHARES.index(0.5)

Key = tuple[str, str]


class Corrections:
    """All of them. Values are log time (0.1: a tenth later)."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._newest: dict[Key, deque[tuple[float, ...]]] = {}
        self._ordered: dict[Key, list[list[float]]] = {}

    def saw(self, stage: str, carrier: str, told: Spread, took_h: float) -> None:
        """What was told of a parcel when that stage began, uncorrected, and the hours it took from there."""
        strayed = tuple(log(max(took_h, HOURS_MIN) / max(hours, HOURS_MIN)) for hours in told.hours)
        for key in ((stage, ""), (stage, carrier)):
            newest = self._newest.setdefault(key, deque())
            ordered = self._ordered.setdefault(key, [[] for _ in SHARES])
            newest.append(strayed)
            gone = newest.popleft() if len(newest) > KEPT else None
            for place, values in enumerate(ordered):
                insort(values, strayed[place])
                if gone is not None:
                    values.remove(gone[place])

    def straightened(self, spread: Spread, stage: str, carrier: str) -> Spread:
        """The same with each share but the median where it would have been right."""
        key = (stage, carrier) if len(self._newest.get((stage, carrier), ())) >= OWN_FROM else (stage, "")
        ordered = self._ordered.get(key)
        return shifted(spread, moves(ordered)) if ordered is not None else spread


def moves(ordered: Sequence[Sequence[float]]) -> list[float]:
    """For each share, the move after which that share of them lies below it; drawn in while they are few."""
    count = len(ordered[0])
    weight = count / (count + HALF)
    found = [
        weight * max(-MOVE_MAX, min(values[min(int(share * count), count - 1)], MOVE_MAX))
        for share, values in zip(SHARES, ordered, strict=True)
    ]
    found[MEDIAN_STAYS] = 0.0
    return found
