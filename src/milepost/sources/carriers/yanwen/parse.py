"""Reads Yanwen's tracking answers: a list of parcels, each with its checkpoints.

A checkpoint has a clock and, beside it, the offset of that clock. Its code decides; messages are the same in
other words. Sources are named in the README.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, Parsed, Scan, ShipmentTold
from milepost.sources.answers import foreign, joined, no_time, not_found, opened, refused
from milepost.sources.iso_times import moment_of
from milepost.sources.loose_json import Object, objects_at, text_at, texts_of

GOOD = "0"
ACCESS = frozenset({"401", "403"})
NOT_FOUND = "NOTFOUND"
NAMES = ("tracking_number", "waybill_number", "yanwen_number", "order_number", "exchange_number")
"""Under which a parcel may have been asked for; the answer has the number of the last mile first at times."""

ROW = ("tracking_status", "message", "time_stamp", "time_zone", "location")
OFFSET = re.compile(r"(?:GMT|UTC)?(?P<sign>[+-]?)(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?")
HOURS_MAX = 14
LAST_MILE = "last mile"
CODES_MAX = 1_000
ROWS_MAX = 5_000


def parse(report: Report) -> Parsed:
    """Everything one answer says. Pure; what cannot be read is in `refusals`."""
    answer = opened(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    code = text_at(answer, "code")
    if code != GOOD:
        return _failed(answer, code)
    parcels = objects_at(answer, "result")
    told = [(_asked(one, parcels, report.subject), one) for one in parcels]
    missing = set(report.subject) - {number for number, _ in told}
    return joined([*(_parcel(one, number) for number, one in told), not_found(sorted(missing))])


def _failed(answer: Object, code: str) -> Parsed:
    said = text_at(answer, "message")
    if not code:
        return refused("unknown_shape", "The answer has no code.")
    reason = "access_refused" if code in ACCESS else "source_refused"
    return refused(reason, ": ".join(part for part in (code, said) if part))


def _asked(parcel: Object, parcels: Sequence[Object], asked: Sequence[str]) -> str | None:
    """Which of the numbers asked for this is about."""
    names = {text_at(parcel, name) for name in NAMES}
    found = next((number for number in asked if number in names), None)
    alone = len(parcels) == len(asked) == 1
    return found or (asked[0] if alone else None)


def _parcel(parcel: Object, number: str | None) -> Parsed:
    if number is None:
        return foreign()
    rows = objects_at(parcel, "checkpoints")[:ROWS_MAX]
    if not rows and text_at(parcel, "tracking_status") in (NOT_FOUND, ""):
        return not_found([number])
    read = [_scan(row, number) for row in rows]
    return Parsed(
        scans=tuple(one for one in read if isinstance(one, Scan)),
        shipments=(_shipment(parcel, number),),
        refusals=tuple(one for one in read if isinstance(one, Refusal)),
    )


def _scan(row: Object, number: str) -> Scan | Refusal:
    code, text, clock, zone, location = texts_of(row, *ROW)
    moment = moment_of(clock)
    if moment is None:
        return no_time(number, code or "without code")
    offset = _offset(zone)
    if moment.tzinfo is None and offset is not None:
        moment = moment.replace(tzinfo=offset)
    return Scan(
        moment=moment if moment.tzinfo else None,
        wall_clock=None if moment.tzinfo else _wall(moment),
        code=code,
        refs=_refs(code),
        text=" ".join(text.split()),
        place=RawPlace(text=location),
        tracking_number=number,
    )


@lru_cache(maxsize=CODES_MAX)
def _offset(text: str) -> timezone | None:
    """`+8`, `+08`, `-5` or `+05:30`; None for anything else."""
    found = OFFSET.fullmatch(text.replace(" ", "").upper())
    if found is None or int(found["hours"]) > HOURS_MAX:
        return None
    length = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(-length if found["sign"] == "-" else length)


def _wall(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


@lru_cache(maxsize=CODES_MAX)
def _refs(code: str) -> tuple[CodeRef, ...]:
    return (CodeRef(family="event", code=code),) if code else ()


def _shipment(parcel: Object, number: str) -> ShipmentTold:
    return ShipmentTold(
        tracking_number=number,
        references=tuple(_references(parcel, number)),
        handed_over_as=tuple(_last_mile(parcel, number)),
        origin=RawPlace(country=text_at(parcel, "origin_country")),
        destination=RawPlace(country=text_at(parcel, "destination_country")),
    )


def _references(parcel: Object, number: str) -> Iterator[tuple[str, str]]:
    if (told := text_at(parcel, "order_number")) not in ("", number):
        yield "order", told


def _last_mile(parcel: Object, number: str) -> Iterator[tuple[str, str]]:
    """The number under which somebody else brings it, and who, where that is told."""
    told = text_at(parcel, "exchange_number")
    if told and told not in (number, text_at(parcel, "waybill_number")):
        yield text_at(parcel, "last_mile_carrier") or LAST_MILE, told
