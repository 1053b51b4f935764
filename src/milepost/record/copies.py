"""Several copies of one scan from one source (a push and a poll, a resend) are one event.

A source gives no event id, and copies differ in seconds, text or a missing place (carriers.md section 1
rule 5). So every distinct reading is kept as a fact, and copies are joined here, each time, from the whole
set: the result does not depend on the order in which they arrived.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from milepost.model.events import TrackingEvent
from milepost.model.instants import SURENESS

COPY_WINDOW = timedelta(seconds=60)
"""Two readings of one code by one source closer than this are the same scan."""

Copies = list[TrackingEvent]
"""The readings of one scan, earliest first; never empty."""


def join_copies(events: Iterable[TrackingEvent]) -> list[Copies]:
    """Group the readings of one shipment (or order) into scans; one group per scan."""
    by_code: dict[tuple[str, str], Copies] = {}
    for event in events:
        key = (event.source, event.code or event.description.casefold())
        group = by_code.get(key)
        if group is None:
            by_code[key] = [event]
        else:
            group.append(event)
    joined: list[Copies] = []
    for group in by_code.values():
        joined += [group] if len(group) == 1 else _join(group)
    return joined


def best_of(copies: Copies) -> TrackingEvent:
    """The copy that tells most: surest instant, then a place, then the earliest."""
    return copies[0] if len(copies) == 1 else min(copies, key=_telling)


def _join(group: Sequence[TrackingEvent]) -> list[Copies]:
    scans: list[Copies] = []
    for event in sorted(group, key=_in_time):
        home = _home(scans, event)
        if home is None:
            scans.append([event])
        else:
            home.append(event)
    return scans


def _home(scans: Sequence[Copies], event: TrackingEvent) -> Copies | None:
    """The latest scan this could be one more copy of. `scans` stand in time, zoned ones first."""
    at = event.occurred.utc
    for copies in reversed(scans):
        first_at = copies[0].occurred.utc
        if at is not None and first_at is not None and at - first_at >= COPY_WINDOW:
            return None
        if _same_moment(copies[0], event) and any(_same_words(copy, event) for copy in copies):
            return copies
    return None


def _in_time(event: TrackingEvent) -> tuple[bool, object, str]:
    """Zoned readings first, so that an unzoned copy finds them whatever its wall clock sorts as."""
    utc = event.occurred.utc
    return (utc is None, utc or event.occurred.order_key, event.event_id)


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
    return (SURENESS[occurred.source], event.place.raw.is_empty, occurred.order_key, event.event_id)
