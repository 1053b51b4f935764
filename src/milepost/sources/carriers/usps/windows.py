"""Reads the delivery dates the Postal Service names: guaranteed, expected and predicted ones.

They are local to the destination and mostly dates without a time (carriers.md section 4.2).
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from milepost.model.places import RawPlace
from milepost.model.promises import EtaKind
from milepost.model.scans import EtaTold
from milepost.sources.iso_times import moment_of
from milepost.sources.loose_json import Object, text_at

CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?:(?P<half>[ap])\.?m\.?)?"
)
LAST_SECOND = time(23, 59, 59)
DEADLINES = (
    (EtaKind.COMMITTED, ("guaranteedDeliveryTimeStamp", "guaranteedDeliveryDate")),
    (EtaKind.ESTIMATED, ("expectedDeliveryTimeStamp", "expectedDeliveryDate")),
)


def etas(item: Object, number: str, destination: RawPlace) -> tuple[EtaTold, ...]:
    """Every date the answer names; v3r2 groups them under `deliveryDateExpectation`."""
    grouped = item.get("deliveryDateExpectation")
    told = {**item, **grouped} if isinstance(grouped, dict) else item
    return (
        *_deadlines(told, number, destination),
        *_predicted(told, number, destination),
        *_kept_until(told, number, destination),
    )


def _kept_until(told: Object, number: str, place: RawPlace) -> Iterator[EtaTold]:
    """It goes back on the day of the notice, so the day before is the last that is safe."""
    moment = moment_of(text_at(told, "returnDateNotice"))
    if moment is not None:
        last = (moment - timedelta(days=1)).date().isoformat()
        yield EtaTold(tracking_number=number, kind=EtaKind.HELD_UNTIL, wall_to=last, place=place)


def _deadlines(told: Object, number: str, place: RawPlace) -> Iterator[EtaTold]:
    for kind, names in DEADLINES:
        moment = next((found for name in names if (found := moment_of(text_at(told, name)))), None)
        if moment is None:
            continue
        if moment.tzinfo is not None:
            yield EtaTold(tracking_number=number, kind=kind, to_at=moment, place=place)
            continue
        end = LAST_SECOND if moment.time() == time() else moment.time()
        yield _window(number, kind, place, day=moment.date(), start=time(), end=end)


def _predicted(told: Object, number: str, place: RawPlace) -> Iterator[EtaTold]:
    names = ("predictedDeliveryDate", "predictedDeliveryTimeStamp")
    moment = next((found for name in names if (found := moment_of(text_at(told, name)))), None)
    if moment is None:
        return
    start = _clock(text_at(told, "predictedDeliveryWindowStartTime")) or time()
    end = (
        _clock(text_at(told, "predictedDeliveryWindowEndTime"))
        or _clock(text_at(told, "endOfDay"))
        or LAST_SECOND
    )
    yield _window(number, EtaKind.PREDICTED, place, day=moment.date(), start=min(start, end), end=end)


def _window(number: str, kind: EtaKind, place: RawPlace, *, day: date, start: time, end: time) -> EtaTold:
    return EtaTold(
        tracking_number=number,
        kind=kind,
        wall_from=datetime.combine(day, start).isoformat(),
        wall_to=datetime.combine(day, end).isoformat(),
        place=place,
    )


def _clock(text: str) -> time | None:
    """`14:00`, `14:00:00`, `2:00pm`, `by 9:00 pm` or a whole timestamp."""
    if "T" in text and (moment := moment_of(text)) is not None:
        return moment.time().replace(microsecond=0)
    found = CLOCK.fullmatch(text.casefold().removeprefix("by ").strip())
    if not found:
        return None
    hour, half = int(found["hour"]), found["half"]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(found["minute"] or 0), int(found["second"] or 0))
    except ValueError:
        return None
