"""The delivery window UPS names: `deliveryDate` says the day, `deliveryTime` the hours (carriers.md §2.3)."""

from datetime import datetime
from typing import Any

from milepost.model.places import RawPlace
from milepost.model.promises import EtaKind
from milepost.model.scans import EtaTold
from milepost.sources.carriers.ups.moments import day_of, time_of
from milepost.sources.loose_json import objects_at, text_at

SCHEDULED, RESCHEDULED, DELIVERED = "SDD", "RDD", "DEL"
WINDOWS = frozenset({"EDW", "CDW", "IDW"})  # estimated, confirmed, within the day: both ends count
BY_END = frozenset({"CMT", "EOD"})  # committed by its end, by the end of the day: only the end counts
PROMISED = frozenset({"CMT", "CDW"})


def window_in(package: dict[str, Any], number: str, destination: RawPlace) -> EtaTold | None:
    """The newest date and its hours, local at the destination; None once it is delivered.

    Only the newest: a rescheduled date replaces the scheduled one, which was told in its own time.
    """
    dates = {text_at(entry, "type"): text_at(entry, "date") for entry in objects_at(package, "deliveryDate")}
    if dates.get(DELIVERED):
        return None
    day = day_of(dates.get(RESCHEDULED, "")) or day_of(dates.get(SCHEDULED, ""))
    if day is None:
        return None
    hours = text_at(package, "deliveryTime", "type")
    start = time_of(text_at(package, "deliveryTime", "startTime")) if hours in WINDOWS else None
    end = time_of(text_at(package, "deliveryTime", "endTime")) if hours in WINDOWS | BY_END else None
    return EtaTold(
        tracking_number=number,
        kind=_kind(is_rescheduled=bool(dates.get(RESCHEDULED)), hours=hours),
        wall_from=_wall(datetime.combine(day, start))
        if start is not None
        else _from(day.isoformat(), hours, end),
        wall_to=_wall(datetime.combine(day, end)) if end is not None else day.isoformat(),
        place=destination,
    )


def kept_until(package: dict[str, Any], number: str, destination: RawPlace) -> EtaTold | None:
    """How long the access point keeps it: the whole of that day, by the clock there."""
    day = day_of(text_at(package, "accessPointInformation", "pickupByDate"))
    if day is None:
        return None
    return EtaTold(
        tracking_number=number, kind=EtaKind.HELD_UNTIL, wall_to=day.isoformat(), place=destination
    )


def _kind(*, is_rescheduled: bool, hours: str) -> EtaKind:
    if is_rescheduled:
        return EtaKind.RESCHEDULED
    return EtaKind.COMMITTED if hours in PROMISED else EtaKind.ESTIMATED


def _from(day: str, hours: str, end: object) -> str | None:
    """A day without hours is open from its first second; a `by` has no start."""
    return None if hours in BY_END and end is not None else day


def _wall(moment: datetime) -> str:
    return moment.isoformat()
