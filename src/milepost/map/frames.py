"""How near a map looks: a ladder from the wide surroundings to the parcel, never nearer than is known."""

from collections.abc import Sequence
from dataclasses import dataclass

from milepost.map.lines import way
from milepost.map.route import Mark, Way, lengths
from milepost.map.sphere import EARTH_KM, Vector, ring_around
from milepost.map.view import ROUTE_BOX, SPAN_KM_MIN, Kind, View, around, fit

NEARLY_THERE = 0.85
"""When more than this part of the way is done, the last stops fill the map."""

WORTH_A_FRAME = 1.5  # times nearer than the frame before
STEP = 2.2
DEEPER_MAX = 3
WIDER = 2.4
COUNTRY_SEEN = 0.75
"""How much of a country around the middle of its land is kept in sight when only the country is known."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of the ladder."""

    view: View
    zoom: int  # 0 is what a page shows unless asked otherwise
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """All steps, the widest first."""

    frames: tuple[Frame, ...]

    def at(self, zoom: int) -> Frame:
        """The step asked for, or the last one in that direction."""
        return min(self.frames, key=lambda frame: abs(frame.zoom - zoom))

    @property
    def whole(self) -> Frame:
        """The one that shows all of the way."""
        return next(frame for frame in self.frames if frame.is_whole)


def ladder(ways: Sequence[Way]) -> Ladder:
    """The steps for an order's ways, of which there is one at least; nearer ones are of the first.

    Of several parcels the usual look shows all ways whole: one may be nearly there and the others not.
    """
    marks, scanned = ways[0].marks, ways[0].scanned
    whole = _fit([one.marks for one in ways])
    views = [whole]
    end = _last_stops(marks, scanned) if len(ways) == 1 else ()
    if end and _nearness(near := _fit([end], is_part=True)) > WORTH_A_FRAME * _nearness(whole):
        views.append(near)
    usual = len(views) - 1
    views += _deeper(views[-1], marks, scanned)
    wider = () if whole.kind is Kind.GLOBE else (around(whole.center, _span_km(whole) * WIDER),)
    shift = len(wider)
    return Ladder(
        tuple(
            Frame(view, number - usual - shift, is_whole=number == shift)
            for number, view in enumerate([*wider, *views])
        )
    )


def _fit(lines: Sequence[tuple[Mark, ...]], *, is_part: bool = False) -> View:
    anchors: list[Vector] = []
    for mark in (mark for marks in lines for mark in marks):
        anchors.append(mark.place)
        if mark.is_country:
            anchors += ring_around(mark.place, mark.radius_km * COUNTRY_SEEN)
    return fit(anchors, [point for marks in lines for point in way(marks)], is_part=is_part)


def _last_stops(marks: tuple[Mark, ...], scanned: int) -> tuple[Mark, ...]:
    """The last two scanned stops and what comes after, when the parcel is nearly there."""
    done, todo = lengths(marks, scanned)
    before = [mark for mark in marks if mark.number <= scanned]
    if len(before) < 2 or done <= NEARLY_THERE * (done + todo):
        return ()
    return (*before[-2:], *(mark for mark in marks if mark.number > scanned))


def _deeper(view: View, marks: tuple[Mark, ...], scanned: int) -> list[View]:
    """Nearer to where the parcel was seen last; not at all when only the country is known."""
    here = next((mark for mark in marks if mark.number == scanned), None)
    if here is None or here.is_country:
        return []
    found, span = [], _span_km(view)
    for _ in range(DEEPER_MAX):
        if span / WORTH_A_FRAME < SPAN_KM_MIN:
            break
        span = max(SPAN_KM_MIN, span / STEP)
        found.append(around(here.place, span))
    return found


def _nearness(view: View) -> float:
    return view.units_per_degree


def _span_km(view: View) -> float:
    return (ROUTE_BOX[2] - ROUTE_BOX[0]) / (view.scale * view.squeeze) * EARTH_KM
