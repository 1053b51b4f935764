"""When something happened: UTC, the offset it was reported with, and how we know that offset."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from msgspec import Struct, to_builtins

SECONDS_PER_MINUTE = 60
OFFSETS_REMEMBERED = 1_000
TO_THE_SECOND = 19  # characters of an ISO 8601 date and time


class OffsetSource(StrEnum):
    """How an instant's UTC offset is known (docs/decisions: never a guessed zone unmarked)."""

    REPORTED = "reported"  # the source gave it (an offset, a GMT field, an epoch)
    INFERRED = "inferred"  # computed from the one zone of the scan's own place
    AMBIGUOUS = "ambiguous"  # so computed, but in that hour clocks were changed
    UNZONED = "unzoned"  # not known: only the wall clock is


SURENESS = {source: rank for rank, source in enumerate(OffsetSource)}
"""The surest first, as they stand there; of several copies of a scan the smallest number is believed."""


def clock_of(moment: datetime) -> str:
    """What the clock showed, ISO 8601 to the second, without the offset.

    Each scan is written down so once or twice, and msgspec does it in a tenth of `isoformat`'s time.
    """
    return to_builtins(moment)[:TO_THE_SECOND]  # type: ignore[no-any-return]  # a str, of a datetime


class Instant(Struct, frozen=True, kw_only=True, gc=False):
    """A moment as a source told it.

    `wall_clock` is the local time, ISO 8601 to the second without offset; `utc` and `offset_minutes`
    are None exactly when `source` is `unzoned`.
    """

    wall_clock: str
    utc: datetime | None
    offset_minutes: int | None
    source: OffsetSource

    @classmethod
    def reported(cls, moment: datetime) -> Self:
        """An aware datetime whose offset the source gave. Raises ValueError for a naive one."""
        return cls._zoned(moment, OffsetSource.REPORTED)

    @classmethod
    def inferred(cls, wall_clock: str, zone: ZoneInfo) -> Self:
        """Local time at a place of one zone.

        An hour in which clocks are changed is read as the first of its two readings, and marked `ambiguous`
        (reliability.md E-03): nobody can tell which was meant.
        """
        moment = datetime.fromisoformat(wall_clock).replace(tzinfo=zone)
        is_clear = moment.utcoffset() == moment.replace(fold=1).utcoffset()
        return cls._zoned(moment, OffsetSource.INFERRED if is_clear else OffsetSource.AMBIGUOUS)

    @classmethod
    def unzoned(cls, wall_clock: str) -> Self:
        """Local time of an unknown zone: kept as it was told."""
        return cls(
            wall_clock=wall_clock[:TO_THE_SECOND], utc=None, offset_minutes=None, source=OffsetSource.UNZONED
        )

    @classmethod
    def _zoned(cls, moment: datetime, source: OffsetSource) -> Self:
        wall_clock = clock_of(moment)
        if moment.tzinfo is UTC:
            return cls(wall_clock=wall_clock, utc=moment, offset_minutes=0, source=source)
        offset = moment.utcoffset()
        if offset is None:
            msg = f"an instant needs an offset: {moment.isoformat()} has none; use Instant.unzoned"
            raise ValueError(msg)
        utc = moment.astimezone(UTC)
        return cls(wall_clock=wall_clock, utc=utc, offset_minutes=_minutes(offset), source=source)

    @property
    def local(self) -> datetime | None:
        """Aware local time with the offset it was told with, or None when unzoned."""
        if self.utc is None or self.offset_minutes is None:
            return None
        return self.utc.astimezone(timezone(timedelta(minutes=self.offset_minutes)))

    @property
    def order_key(self) -> datetime:
        """Where it stands in a list (UTC). An unzoned wall clock is read as UTC here, and nowhere else."""
        if self.utc is not None:
            return self.utc
        return datetime.fromisoformat(self.wall_clock).replace(tzinfo=UTC)


@lru_cache(OFFSETS_REMEMBERED)
def _minutes(offset: timedelta) -> int:
    return round(offset.total_seconds() / SECONDS_PER_MINUTE)
