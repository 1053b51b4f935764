"""What a parcel's story teaches of how often news comes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from milepost.model.events import TrackingEvent
from milepost.model.polling import stage
from milepost.model.statuses import Status

ONE_SCAN_S = 600.0
"""Rows closer together than this are one piece of news."""


def gaps_of(events: Sequence[TrackingEvent]) -> list[tuple[str, float]]:
    """Stage and seconds of each gap between two pieces of news, up to the end of the way.

    Only rows with a status and an instant count: a gap belongs to the stage in which it began.
    """
    told = sorted(_told(events))
    gaps = []
    for (at, status), (later, _) in pairwise(told):
        gap_s = (later - at).total_seconds()
        if status.is_terminal:
            break
        if gap_s >= ONE_SCAN_S:
            gaps.append((stage(status), gap_s))
    return gaps


def _told(events: Iterable[TrackingEvent]) -> Iterable[tuple[datetime, Status]]:
    for event in events:
        if event.status is not None and event.occurred.utc is not None:
            yield event.occurred.utc, event.status
