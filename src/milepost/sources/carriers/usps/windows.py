"""Reads the delivery dates the Postal Service names: guaranteed, expected and predicted ones.

They are local to the destination and mostly dates without a time (carriers.md section 4.2).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from milepost.model.places import RawPlace
from milepost.model.promises import EtaKind
from milepost.model.scans import EtaTold

CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?:(?P<half>[ap])\.?m\.?)?"
)
YEARS = range(1990, 2200)
LAST_SECOND = time(23, 59, 59)
DEADLINES = (
    (EtaKind.COMMITTED, ("guaranteedDeliveryTimeStamp", "guaranteedDeliveryDate")),
    (EtaKind.ESTIMATED, ("expectedDeliveryTimeStamp", "expectedDeliveryDate")),
)


def etas(item: Mapping[str, Any], number: str, destination: RawPlace) -> tuple[EtaTold, ...]:
    """Every date the answer names; v3r2 groups them under `deliveryDateExpectation`."""
    grouped = item.get("deliveryDateExpectation")
    told = {**item, **grouped} if isinstance(grouped, Mapping) else item
    return (*_deadlines(told, number, destination), *_predicted(told, number, destination))


def _deadlines(told: Mapping[str, Any], number: str, place: RawPlace) -> Iterator[EtaTold]:
    for kind, names in DEADLINES:
        moment = next((found for name in names if (found := _moment(told.get(name)))), None)
        if moment is None:
            continue
        if moment.tzinfo is not None:
            yield EtaTold(tracking_number=number, kind=kind, to_at=moment, place=place)
            continue
        end = LAST_SECOND if moment.time() == time() else moment.time()
        yield _window(number, kind, place, day=moment.date(), start=time(), end=end)


def _predicted(told: Mapping[str, Any], number: str, place: RawPlace) -> Iterator[EtaTold]:
    moment = _moment(told.get("predictedDeliveryDate")) or _moment(told.get("predictedDeliveryTimeStamp"))
    if moment is None:
        return
    start = _clock(told.get("predictedDeliveryWindowStartTime")) or time()
    end = _clock(told.get("predictedDeliveryWindowEndTime")) or _clock(told.get("endOfDay")) or LAST_SECOND
    yield _window(number, EtaKind.PREDICTED, place, day=moment.date(), start=min(start, end), end=end)


def _window(number: str, kind: EtaKind, place: RawPlace, *, day: date, start: time, end: time) -> EtaTold:
    return EtaTold(
        tracking_number=number,
        kind=kind,
        wall_from=datetime.combine(day, start).isoformat(),
        wall_to=datetime.combine(day, end).isoformat(),
        place=place,
    )


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return moment if moment.year in YEARS else None


def _clock(value: Any) -> time | None:
    """`14:00`, `14:00:00`, `2:00pm`, `by 9:00 pm` or a whole timestamp."""
    if not isinstance(value, str):
        return None
    if (moment := _moment(value)) is not None and "T" in value:
        return moment.time().replace(microsecond=0)
    found = CLOCK.fullmatch(value.strip().casefold().removeprefix("by ").strip())
    if not found:
        return None
    hour, half = int(found["hour"]), found["half"]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(found["minute"] or 0), int(found["second"] or 0))
    except ValueError:
        return None
