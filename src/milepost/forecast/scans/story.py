"""A parcel's story as the forecast reads it: its scans so far, each with what was known at that instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)

NOTHING: Mapping[str, float] = {}
NO_WORDS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One scan. `at` is aware; its own offset gives the hour of day on the spot."""

    at: datetime
    word: str = ""  # what happened: a status, a code, a milestone
    place: str = ""
    to_place: str = ""  # where the next leg leads, when the scan says so
    legs_left: int | None = None
    planned_at: datetime | None = None  # when it was to arrive, as known at this scan
    numbers: Mapping[str, float] = field(default_factory=lambda: NOTHING)  # any other figure of that instant
    words: Mapping[str, str] = field(default_factory=lambda: NO_WORDS)  # any other word of that instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One parcel's (or trip's) scans in order of time; `delivered_at` once it is over."""

    key: str
    steps: tuple[Step, ...]
    created_at: datetime | None = None
    delivered_at: datetime | None = None

    def so_far(self, count: int) -> "Story":
        """What was known at the `count`th scan: nothing after it, and no arrival."""
        return replace(self, steps=self.steps[:count], delivered_at=None)


def hours_between(start: datetime, end: datetime) -> float:
    """Hours from `start` to `end`, negative when it goes back."""
    return (end - start) / HOUR
