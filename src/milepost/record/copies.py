"""Several copies of one scan from one source (a push and a poll, a resend) are one event.

A source gives no event id, and copies differ in seconds, text or a missing place (carriers.md section 1
rule 5). So every distinct reading is kept as a fact, and copies are joined here, each time, from the whole
set: the result does not depend on the order in which they arrived.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from milepost.model.events import TrackingEvent
from milepost.model.instants import OffsetSource

COPY_WINDOW = timedelta(seconds=60)
"""Two readings of one code by one source closer than this are the same scan."""

_SURENESS = {OffsetSource.REPORTED: 0, OffsetSource.INFERRED: 1, OffsetSource.UNZONED: 2}


@dataclass(slots=True)
class Joined:
    """The copies of one scan, while they are being gathered."""

    copies: list[TrackingEvent] = field(default_factory=list)

    @property
    def best(self) -> TrackingEvent:
        """The copy that tells most: surest instant, then a place, then the earliest."""
        return self.copies[0] if len(self.copies) == 1 else min(self.copies, key=_telling)

    @property
    def event_id(self) -> str:
        """The earliest copy's in time: the same in whatever order they came."""
        return self.copies[0].event_id

    def takes(self, event: TrackingEvent) -> bool:
        """Whether this could be one more copy of the same scan."""
        first = self.copies[0]
        return _same_moment(first, event) and any(_same_words(copy, event) for copy in self.copies)


def join_copies(events: Iterable[TrackingEvent]) -> list[Joined]:
    """Group the readings of one shipment (or order) into scans; one group per scan."""
    by_code: dict[tuple[str, str], list[TrackingEvent]] = defaultdict(list)
    for event in events:
        by_code[(event.source, event.code or event.description.casefold())].append(event)
    return [joined for group in by_code.values() for joined in _join(group)]


def _join(group: Sequence[TrackingEvent]) -> list[Joined]:
    if len(group) == 1:
        return [Joined([group[0]])]
    scans: list[Joined] = []
    for event in sorted(group, key=_in_time):
        home = next((joined for joined in reversed(scans) if joined.takes(event)), None)
        if home is None:
            scans.append(Joined([event]))
        else:
            home.copies.append(event)
    return scans


def _in_time(event: TrackingEvent) -> tuple[bool, object, str]:
    """Zoned readings first, so that an unzoned copy finds them whatever its wall clock sorts as."""
    return (event.occurred.utc is None, event.occurred.order_key, event.event_id)


def _same_moment(first: TrackingEvent, event: TrackingEvent) -> bool:
    one, other = first.occurred, event.occurred
    if other.utc is None or one.utc is None:
        return one.wall_clock[:16] == other.wall_clock[:16]  # to the minute
    return abs(other.utc - one.utc) < COPY_WINDOW


def _same_words(one: TrackingEvent, other: TrackingEvent) -> bool:
    """A missing place equals any place; with no place at all, the text decides."""
    here, there = one.place.raw, other.place.raw
    if here.is_empty and there.is_empty:
        return one.description.casefold() == other.description.casefold()
    if here.is_empty or there.is_empty:
        return True
    if one.place.located is not None and other.place.located is not None:
        located, also = one.place.located, other.place.located
        return (located.city, located.country) == (also.city, also.country)
    return here.line.casefold() == there.line.casefold()


def _telling(event: TrackingEvent) -> tuple[int, bool, object, str]:
    occurred = event.occurred
    return (_SURENESS[occurred.source], event.place.raw.is_empty, occurred.order_key, event.event_id)
