"""A long reading in parts that are recorded one after another: each parcel, and each order, whole in one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from milepost.model.events import TrackingEvent
from milepost.model.reading import Reading

ROWS_AT_ONCE = 250
"""Events or orders in one part: what is worked out between two looks at anything else stays short."""


def parts(reading: Reading, rows: int = ROWS_AT_ONCE) -> list[Reading]:
    """At least one. All but events and orders, of which a file has few, stands in the first."""
    first, *others = _events(reading.events, rows)
    orders = [reading.orders[at : at + rows] for at in range(0, len(reading.orders), rows)] or [()]
    nothing_else = replace(
        reading, events=(), orders=(), etas=(), proofs=(), shipments=(), hints=(), refusals=(), notes=()
    )
    return [
        replace(reading, events=first, orders=orders[0]),
        *(replace(nothing_else, orders=some) for some in orders[1:]),
        *(replace(nothing_else, events=some) for some in others),
    ]


def _events(events: Iterable[TrackingEvent], rows: int) -> list[tuple[TrackingEvent, ...]]:
    """A parcel's events stay together, in their order; a part is longer where one parcel has more."""
    by_parcel: dict[object, list[TrackingEvent]] = defaultdict(list)
    for event in events:
        by_parcel[event.tracking_number or event.order_number].append(event)
    found: list[tuple[TrackingEvent, ...]] = []
    part: list[TrackingEvent] = []
    for theirs in by_parcel.values():
        if part and len(part) + len(theirs) > rows:
            found.append(tuple(part))
            part = []
        part += theirs
    return [*found, tuple(part)]
