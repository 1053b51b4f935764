"""When a carrier counts as broken, and when as back: a single failure is weather, a row of them is news."""

from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from milepost.model.health import HOURS_KEPT, CarrierHealth, HealthHour, Tried
from milepost.model.notices import Notice, shop_notice

FAILURES_IN_A_ROW = 5
SILENT_FOR = timedelta(minutes=15)
"""Both, before a carrier counts as broken; keys that are refused break it at once: a person has to act."""


def tried(health: CarrierHealth, what: Tried, now: datetime) -> CarrierHealth:
    """The same carrier after these tries; answers count as later than failures unless there were none."""
    hours = _counted(health.hours, what, now)
    failed: dict[str, Any] = {"failed_at": now, "said": what.said} if what.failed else {}
    if what.answered:
        return structs.replace(
            health,
            **failed,
            hours=hours,
            answered_at=now,
            failures=0,
            keys_checked_at=now,
            keys_refused=False,
            broken_since=None,
        )
    if not what.failed:
        return health
    failures = health.failures + what.failed
    silent = health.answered_at is None or now - health.answered_at >= SILENT_FOR
    is_broken = what.is_refused or (failures >= FAILURES_IN_A_ROW and silent)
    checked: dict[str, Any] = {"keys_checked_at": now, "keys_refused": True} if what.is_refused else {}
    return structs.replace(
        health,
        **failed,
        hours=hours,
        failures=failures,
        broken_since=health.broken_since or (now if is_broken else None),
        **checked,
    )


def notices(
    before: CarrierHealth,
    after: CarrierHealth,
    name: str,
    places: list[tuple[str, str]],
    now: datetime,
) -> list[Notice]:
    """One when it broke, one when it is back, for each `(shop, channel)`; nothing when neither happened."""
    if before.is_broken == after.is_broken:
        return []
    since = after.broken_since or before.broken_since or now
    what = "carrier_broken" if after.is_broken else "carrier_back"
    facts = {"carrier": name, "key": after.carrier, "why": after.said, "since": since.isoformat()}
    return [
        shop_notice(
            key=f"{after.carrier}:{what}:{since:%Y-%m-%dT%H:%M:%S}:{shop_id}:{channel}",
            shop_id=shop_id,
            channel=channel,
            template=what,
            facts=facts,
            created_at=now,
            news_at=now,
        )
        for shop_id, channel in places
    ]


def _counted(hours: tuple[HealthHour, ...], what: Tried, now: datetime) -> tuple[HealthHour, ...]:
    at = now.replace(minute=0, second=0, microsecond=0)
    last = hours[-1] if hours and hours[-1].at == at else HealthHour(at=at)
    rest = tuple(hour for hour in hours if at - timedelta(hours=HOURS_KEPT) < hour.at < at)
    counted = HealthHour(at=at, answered=last.answered + what.answered, failed=last.failed + what.failed)
    return (*rest, counted)
