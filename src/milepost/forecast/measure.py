"""How good our windows are: every delivered parcel is compared with what everybody said.

Counted on the same parcels, at three moments: when it was bought, when the carrier had it, when it went out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from msgspec import Struct

from milepost.forecast.doorstep import SHOWN
from milepost.forecast.stages import ACCEPTED, LANDED, OUT
from milepost.model.forecasts import WINDOWS, Spread
from milepost.model.lessons import Lesson, Lived, OurWord, TheirWord
from milepost.model.scoreboard import BAND, Recent

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NO_TIME = timedelta()
WHOLE_DAY = timedelta(hours=12)
"""The length of a window that was named by its end alone."""

WARNED_AHEAD = timedelta(hours=24)
MOMENTS = ("purchase", "acceptance", "out")
OURS, CARRIER, MARKETPLACE = "milepost", "carrier", "marketplace"
RECENT = 100
"""Parcels of a group whose windows are looked at when we ask whether it still keeps what it says."""


class Score(Struct, kw_only=True):
    """One teller's, of one group, at one moment. Sums; divide by `parcels`."""

    parcels: int = 0
    error_h: float = 0.0  # between the middle of what was said and the door
    inside: int = 0  # came within the window that was shown
    late: int = 0  # came after its end
    width_h: float = 0.0
    in50: int = 0  # ours alone: came within the hours of that window
    in80: int = 0
    in90: int = 0

    def add(self, other: "Score") -> None:
        """Count those of another too."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Foretold(Struct, kw_only=True):
    """Of parcels later than our first window: whether we said so in time; and how often a date moved."""

    parcels: int = 0
    changes: int = 0  # dates shown after the first one
    flips: int = 0  # of those, half a day or more against the move before
    late: int = 0
    warned: int = 0  # a later date was shown before the first window closed
    warned_day: int = 0  # and at least a day before
    ahead_h: float = 0.0  # hours before it closed, of those warned

    def add(self, other: "Foretold") -> None:
        """Count those of another too."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


Group = tuple[str, str, str]
"""Shop, carrier, lane."""

Fits = Callable[[Group], bool]
Word = TypeVar("Word", OurWord, TheirWord)


def everybody(_group: Group) -> bool:
    """Every group counts."""
    return True


class Measured:
    """All counts, by shop, carrier and lane."""

    def __init__(self) -> None:
        """Nothing was measured yet."""
        self.scores: dict[Group, dict[tuple[str, str], Score]] = defaultdict(lambda: defaultdict(Score))
        self.warnings: dict[Group, Foretold] = defaultdict(Foretold)
        self._recent: dict[tuple[str, str], list[bool]] = defaultdict(list)

    def count(self, lesson: Lesson) -> None:
        """One parcel more."""
        if not lesson.ours:
            return
        way = lesson.way
        group = (way.shop, way.carrier, way.lane)
        for moment, at in _moments(lesson):
            ours = _last(lesson.ours, at)
            if ours is None:
                continue
            told = self.scores[group]
            mine = _ours(ours, lesson.delivered_at)
            told[moment, OURS].add(mine)
            for who, words in ((CARRIER, lesson.carriers), (MARKETPLACE, lesson.marketplaces)):
                theirs = _last(words, at)
                if theirs is not None:
                    told[moment, who].add(_theirs(theirs, lesson.delivered_at))
                    told[moment, f"{OURS}:{who}"].add(mine)  # ours on the same parcels
            if moment == MOMENTS[1]:
                recent = self._recent[way.carrier, way.lane]
                recent.append(bool(mine.in80))
                del recent[:-RECENT]
        self.warnings[group].add(_warning(lesson))

    def shown(self, carrier: str, lane: str, enough: int) -> tuple[float, int] | None:
        """The share of shown windows that held, and of how many: that lane, else carrier, else all."""
        on_lane: Fits = lambda group: group[1:] == (carrier, lane)  # noqa: E731
        of_carrier: Fits = lambda group: group[1] == carrier  # noqa: E731
        for fits in (on_lane, of_carrier, everybody):
            total = self.total(MOMENTS[1], OURS, fits)
            if total.parcels >= enough:
                return total.inside / total.parcels, total.parcels
        return None

    def total(self, moment: str, who: str, fits: Fits = everybody) -> Score:
        """Of all groups that fit."""
        found = Score()
        for group, told in self.scores.items():
            if (moment, who) in told and fits(group):
                found.add(told[moment, who])
        return found

    def warned(self, fits: Fits = everybody) -> Foretold:
        """Of all groups that fit."""
        found = Foretold()
        for group, one in self.warnings.items():
            if fits(group):
                found.add(one)
        return found

    def recent(self) -> list[Recent]:
        """How windows held lately, of each carrier and lane with enough parcels."""
        shops: dict[tuple[str, str], set[str]] = defaultdict(set)
        for shop, *where in self.scores:
            shops[where[0], where[1]].add(shop)
        return [
            Recent(
                carrier=where[0],
                lane=where[1],
                share=sum(newest) / len(newest),
                parcels=len(newest),
                shops=tuple(sorted(shops[where])),
            )
            for where, newest in sorted(self._recent.items())
            if len(newest) >= RECENT
        ]

    def drifted(self, carrier: str, lane: str) -> float | None:
        """The recent coverage of the 80 % window where it has left its band; None while all is well."""
        recent = self._recent.get((carrier, lane), [])
        if len(recent) < RECENT:
            return None
        share = sum(recent) / len(recent)
        return None if BAND[0] <= share <= BAND[1] else share


def _moments(lesson: Lesson) -> Iterable[tuple[str, datetime]]:
    """When each of the three was known to us."""
    yield MOMENTS[0], lesson.ours[0].said_at
    accepted = _first(lesson.stages, {ACCEPTED, LANDED})
    if accepted is not None:
        yield MOMENTS[1], accepted.heard_at
    out = _first(lesson.stages, {OUT})
    if out is not None:
        yield MOMENTS[2], out.heard_at


def _first(stages: Sequence[Lived], wanted: set[str]) -> Lived | None:
    return next((lived for lived in stages if lived.stage in wanted), None)


def _last(words: Sequence[Word], at: datetime) -> Word | None:
    return max((word for word in words if word.said_at <= at), key=lambda word: word.said_at, default=None)


def _ours(word: OurWord, delivered: datetime) -> Score:
    spread = Spread(word.hours)
    took = (delivered - word.said_at) / HOUR
    inside = {
        percent: low_h <= took <= high_h for percent in WINDOWS for low_h, high_h in [spread.window(percent)]
    }
    return Score(
        parcels=1,
        error_h=abs(took - spread.point),
        inside=word.from_at <= delivered <= word.to_at,
        late=delivered > word.to_at,
        width_h=spread.window(SHOWN)[1] - spread.window(SHOWN)[0],
        in50=inside[50],
        in80=inside[80],
        in90=inside[90],
    )


def _theirs(word: TheirWord, delivered: datetime) -> Score:
    low = word.from_at if word.from_at is not None else word.to_at - WHOLE_DAY
    middle = low + (word.to_at - low) / 2
    return Score(
        parcels=1,
        error_h=abs(delivered - middle) / HOUR,
        inside=low <= delivered <= word.to_at,
        late=delivered > word.to_at,
        width_h=(word.to_at - low) / HOUR,
    )


def _warning(lesson: Lesson) -> Foretold:
    first, *later = lesson.ours
    flips = _flips(lesson.ours)
    if lesson.delivered_at <= first.to_at:
        return Foretold(parcels=1, changes=len(later), flips=flips)
    warned = next((word.said_at for word in later if word.to_at - first.to_at >= WHOLE_DAY), None)
    if warned is None or warned >= first.to_at:
        return Foretold(parcels=1, changes=len(later), flips=flips, late=1)
    return Foretold(
        parcels=1,
        changes=len(later),
        flips=flips,
        late=1,
        warned=1,
        warned_day=first.to_at - warned >= WARNED_AHEAD,
        ahead_h=(first.to_at - warned) / HOUR,
    )


def _flips(words: Sequence[OurWord]) -> int:
    """How often the date shown went back on itself."""
    moves = [after.to_at - before.to_at for before, after in pairwise(words)]
    far = [move > NO_TIME for move in moves if abs(move) >= WHOLE_DAY]
    return sum(one != other for one, other in pairwise(far))
