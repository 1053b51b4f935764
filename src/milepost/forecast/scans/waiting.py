"""What silence does to a forecast: only slower parcels are left; and by age, what past silences came to.

Conditioning alone trusts the tail of a spread, the part that is known least. So for each age (days since the
spread was told) the ledger keeps what past silent parcels did, and moves each share of the window to where it
would have been right. A parcel is read a fixed time after the asking, fast and slow ones alike: reading each
as it comes would be learning from the fast ones. What has not come by then is taken for lost: not counted.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import exp, log

from milepost.forecast.spreads import HOURS_MIN, left_after, spread_of
from milepost.model.forecasts import SHARES, Spread

AGES_D = (1.0, 2.0, 3.0, 4.5, 6.0, 8.0, 10.0, 12.5, 15.0, 20.0, 30.0)
"""Ages are told apart by these days; each has a ledger of its own."""

LAG_DAYS = 28.0
"""So long after the asking a parcel is read. Nearly all that ever come have come by then."""

KEPT_MAX = 1500
HALF = 60.0
"""With so many read, an age moves half as far as they say."""

MOVE_MAX = 1.2  # log time; more is a broken model, not an age


@dataclass(frozen=True, slots=True)
class Asked:
    """One silent parcel as it was foreseen at an age."""

    at: float  # days since 1970
    key: Hashable
    spread: Spread


class Waiting:
    """The ledgers of all ages. Times are days since 1970."""

    def __init__(self) -> None:
        self._asked: dict[int, deque[Asked]] = {}
        self._read: dict[int, deque[tuple[float, ...]]] = {}  # log misses of each share
        self._moves: dict[int, tuple[int, tuple[float, ...]]] = {}
        self._count: dict[int, int] = {}
        self._came: dict[Hashable, float] = {}

    def came(self, key: Hashable, at: float) -> None:
        """It arrived."""
        self._came[key] = at

    def foresee(self, key: Hashable, told: Spread, told_at: float, now: float) -> Spread:
        """The spread at `now` of a parcel silent since `told_at`, when `told` was said; and remember it."""
        waited_d = now - told_at
        bare = left_after(told, waited_d * 24)
        age = bisect_right(AGES_D, waited_d + 1e-9)
        self._read_until(age, now)
        self._asked.setdefault(age, deque()).append(Asked(now, key, bare))
        return self._moved(age, bare)

    def _moved(self, age: int, bare: Spread) -> Spread:
        read = self._read.get(age)
        if not read:
            return bare
        count, moves = self._moves.get(age, (0, ()))
        if self._count[age] > count * 1.05:
            moves = _moves(read)
            self._moves[age] = (self._count[age], moves)
        return spread_of([hours * exp(move) for hours, move in zip(bare.hours, moves, strict=True)])

    def _read_until(self, age: int, now: float) -> None:
        """Those asked long enough ago: how far each share was from what remained."""
        waiting = self._asked.get(age)
        while waiting and waiting[0].at <= now - LAG_DAYS:
            one = waiting.popleft()
            came = self._came.get(one.key)
            if came is None or came > one.at + LAG_DAYS:
                continue
            left_h = (came - one.at) * 24
            misses = tuple(log(max(left_h, HOURS_MIN) / max(hours, HOURS_MIN)) for hours in one.spread.hours)
            self._read.setdefault(age, deque(maxlen=KEPT_MAX)).append(misses)
            self._count[age] = self._count.get(age, 0) + 1


def _moves(read: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """For each share, the move after which that share of them lay below it; drawn in while they are few."""
    weight = len(read) / (len(read) + HALF)
    found = []
    for place, share in enumerate(SHARES):
        ordered = sorted(misses[place] for misses in read)
        move = ordered[min(int(share * len(ordered)), len(ordered) - 1)]
        found.append(weight * max(-MOVE_MAX, min(move, MOVE_MAX)))
    return tuple(found)
