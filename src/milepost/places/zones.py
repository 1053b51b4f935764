"""Whether several time zones show the same time, so that not knowing which of them does no harm."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Clock changes of two zones that differ at all differ by a week or more; a parcel's life lies within.
SAMPLED_FROM = datetime(2020, 1, 1, tzinfo=UTC)
SAMPLED_WEEKS = 52 * 16
COUNTRIES_MAX = 1_024


@lru_cache(maxsize=COUNTRIES_MAX)
def one_zone(zones: tuple[str, ...]) -> str | None:
    """The first of these IANA zones if all of them have had the same offset since 2020, else None."""
    if not zones:
        return None
    try:
        offsets = {tuple(_offsets(zone)) for zone in zones}
    except ZoneInfoNotFoundError:
        return None
    return zones[0] if len(offsets) == 1 else None


def _offsets(zone: str) -> Iterator[timedelta | None]:
    info = ZoneInfo(zone)
    for week in range(SAMPLED_WEEKS):
        yield (SAMPLED_FROM + timedelta(weeks=week)).astimezone(info).utcoffset()
