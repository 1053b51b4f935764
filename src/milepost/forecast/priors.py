"""Lane histograms to share: how long stages took beside the rough guess, with no order in them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import log

from milepost.forecast.commitments import Commitment
from milepost.forecast.memory import HOUR, views
from milepost.forecast.rough import rough
from milepost.forecast.sketch import cell_of
from milepost.forecast.stages import PICKUP, Standing
from milepost.model.forecast_models import Prior, PriorLane
from milepost.model.lessons import Lesson

PARCELS_MIN = 30
"""A lane of fewer parcels is not shared: nobody's single parcel can be told from it."""

LANES_MAX = 5_000


def shared(lessons: Sequence[Lesson], table: Sequence[Commitment]) -> Prior:
    """Of these lessons, each lane with enough parcels."""
    counts: dict[tuple[str, ...], Counter[int]] = defaultdict(Counter)
    for lesson in lessons:
        way = lesson.way
        for lived in lesson.stages:
            took = (lesson.delivered_at - lived.since) / HOUR
            if took <= 0 or lived.stage == PICKUP:
                continue
            for seen in views(lived.stage, way):
                expected = rough(Standing(lived.stage, lived.since, lived.heard_at), seen, table)
                cell = cell_of(log(max(took, 0.25) / expected.hours))
                counts[lived.stage, way.carrier, seen.service, seen.origin, way.country][cell] += 1
    lanes = [_lane(key, cells) for key, cells in sorted(counts.items()) if cells.total() >= PARCELS_MIN]
    return Prior(lanes=tuple(sorted(lanes, key=lambda one: -one.parcels)[:LANES_MAX]))


def _lane(key: tuple[str, ...], cells: Counter[int]) -> PriorLane:
    stage, carrier, service, origin, country = key
    return PriorLane(
        stage=stage,
        carrier=carrier,
        service=service,
        origin=origin,
        country=country,
        parcels=cells.total(),
        cells=tuple(sorted(cells.items())),
    )
