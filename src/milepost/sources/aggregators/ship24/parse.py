"""Reads Ship24's trackings, polled or pushed: events with a code, and the parcel's milestone at that time.

The milestone stands on every event, also on those that say nothing, so it counts only where it cannot be
taken for news (codes.csv). Times are the wall clock of the place; the offset stands beside them where it is
known.
"""

import re

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, EtaTold, Parsed, Scan, ShipmentTold
from milepost.sources import trackers
from milepost.sources.answers import foreign, no_time, not_found, opened, refused
from milepost.sources.couriers import couriers_of
from milepost.sources.iso_times import When, when, window
from milepost.sources.loose_json import Object, objects_at, text_at, texts_of, value_at

OFFSET = re.compile(r"[+-]\d\d:\d\d|Z")


def parse(report: Report) -> Parsed:
    """Everything one answer or push says. Pure; what cannot be read is in `refusals`."""
    answer = opened(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    codes = {text_at(error, "code") for error in objects_at(answer, "errors")}
    if any("not_found" in code for code in codes):
        return not_found(report.subject)
    found = objects_at(answer, "data", "trackings") or objects_at(answer, "trackings")
    if not found:
        return refused("unknown_shape", "The answer holds no tracking.", ", ".join(report.subject))
    return trackers.together([_tracking(item, report) for item in found])


def refs(code: str, milestone: str) -> tuple[CodeRef, ...]:
    """Which rows of codes.csv say what it means, best first."""
    return (CodeRef("code", code),) if code else (CodeRef("milestone", milestone),)


def _tracking(item: Object, report: Report) -> Parsed:
    number = trackers.asked_as(text_at(item, "tracker", "trackingNumber"), report)
    if number is None:
        return foreign()
    rows = objects_at(item, "events")
    destination = RawPlace(country=text_at(item, "shipment", "destinationCountryCode"))
    return trackers.read(
        number,
        scans=[_scan(row, number) for row in rows],
        etas=_etas(item, number, destination),
        told=ShipmentTold(
            tracking_number=number,
            carrier=_carrier(rows),
            service=text_at(item, "shipment", "delivery", "service"),
            origin=RawPlace(country=text_at(item, "shipment", "originCountryCode")),
            destination=destination,
            not_found=not rows,
        ),
        received_by=text_at(item, "shipment", "delivery", "signedBy"),
    )


def _scan(row: Object, number: str) -> Scan | Refusal:
    code, milestone, status = texts_of(row, "statusCode", "statusMilestone", "status")
    at = _at(row)
    if at is None:
        return no_time(number, code or milestone or "without a status")
    return Scan(
        moment=at.moment,
        wall_clock=at.wall_clock,
        code=code or milestone,
        refs=refs(code, milestone),
        text=status,
        place=RawPlace(text=text_at(row, "location")),
        tracking_number=number,
    )


def _at(row: Object) -> When | None:
    """Never `datetime`: it says Z and has been seen to mean the local clock."""
    told, offset = texts_of(row, "occurrenceDatetime", "utcOffset")
    at = when(told)
    if at is not None and at.wall_clock is not None and OFFSET.fullmatch(offset):
        return when(at.wall_clock + offset)
    return at


def _carrier(rows: list[Object]) -> str:
    """The carrier of all events, where there is only one; a tracker's own list is what they tried."""
    found = {couriers_of("ship24").key_of(text_at(row, "courierCode")) for row in rows}
    return found.pop() if len(found) == 1 else ""


def _etas(item: Object, number: str, place: RawPlace) -> tuple[EtaTold, ...]:
    told = value_at(item, "shipment", "delivery", "courierEstimatedDeliveryDate")
    start, end = texts_of(told, "from", "to")
    return window(number, start, end, place)
