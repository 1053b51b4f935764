"""How a carrier does: when it last answered, and how often it did not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Struct

HOURS_KEPT = 48


class HealthHour(Struct, frozen=True, kw_only=True):
    """One hour (UTC) of asking."""

    at: datetime
    answered: int = 0  # groups of calls that were answered
    failed: int = 0


class CarrierHealth(Struct, frozen=True, kw_only=True):
    """What all nodes together know of one carrier. Instants are UTC; texts hold no secret and no number."""

    carrier: str
    answered_at: datetime | None = None
    failed_at: datetime | None = None
    said: str = ""  # the newest failure, in one sentence
    failures: int = 0  # in a row
    keys_checked_at: datetime | None = None
    keys_refused: bool = False
    broken_since: datetime | None = None
    hours: tuple[HealthHour, ...] = ()  # oldest first

    @property
    def error_rate(self) -> float | None:
        """Of the hours kept, 0 to 1; None: nobody was asked."""
        answered = sum(hour.answered for hour in self.hours)
        failed = sum(hour.failed for hour in self.hours)
        return failed / (answered + failed) if answered + failed else None

    @property
    def is_broken(self) -> bool:
        """Whether it counts as broken now."""
        return self.broken_since is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of asking a carrier since it was last written down."""

    answered: int = 0
    failed: int = 0
    is_refused: bool = False  # keys or authorization
    said: str = ""  # the newest failure, in one sentence


WRITTEN_EVERY = timedelta(minutes=1)


class Tries:
    """What this process has tried and not written down yet: a carrier that does well costs few writes."""

    def __init__(self) -> None:
        self._kept: dict[str, Tried] = {}
        self._written: dict[str, datetime] = {}  # the last time, of those that did well

    def add(self, carrier: str, what: Tried, now: datetime) -> Tried | None:
        """All there is to write down now, or None: it can wait, since nothing changed."""
        kept = self._kept.pop(carrier, Tried())
        both = Tried(
            answered=kept.answered + what.answered,
            failed=kept.failed + what.failed,
            is_refused=kept.is_refused or what.is_refused,
            said=what.said or kept.said,
        )
        written_at = self._written.get(carrier)
        if not both.failed and written_at is not None and abs(now - written_at) < WRITTEN_EVERY:
            self._kept[carrier] = both
            return None
        self._written.pop(carrier, None)
        if not both.failed:
            self._written[carrier] = now
        return both if both.answered or both.failed else None
