"""Reads 17TRACK's tracks, polled or pushed: each carrier on the way with its own events."""

from collections.abc import Iterator

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, EtaTold, Parsed, Scan, ShipmentTold
from milepost.sources import trackers
from milepost.sources.answers import foreign, no_time, opened, refused
from milepost.sources.couriers import couriers_of
from milepost.sources.iso_times import When, when, window
from milepost.sources.loose_json import Object, objects_at, text_at, texts_of, value_at

UNKNOWN = {"-18019902", "-18019909"}
"""Not registered; registered, and nothing heard yet."""
ACCESS = {"-18010001", "-18010002", "-18010004"}
OFFICIAL = "Official"
"""Whose estimate it is; 17TRACK's own stands in the same field and is not the carrier's promise."""


def parse(report: Report) -> Parsed:
    """Everything one answer or push says. Pure; what cannot be read is in `refusals`."""
    answer = opened(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    code = text_at(answer, "code")
    if code in ACCESS:
        return refused("access_refused", "17TRACK refuses our key.")
    data = value_at(answer, "data")
    if isinstance(data, dict) and "number" in data:
        return _track(data, report)
    if not isinstance(data, dict) or ("accepted" not in data and "rejected" not in data):
        return refused("unknown_shape", "The answer holds no track.", ", ".join(report.subject))
    found = [_track(item, report) for item in objects_at(data, "accepted")]
    return trackers.together(found + [_rejected(item, report) for item in objects_at(data, "rejected")])


def refs(stage: str, sub_status: str) -> tuple[CodeRef, ...]:
    """Which rows of codes.csv say what it means, best first; a new sub_status counts as its main status."""
    coarse = (sub_status or stage).partition("_")[0]
    return (
        CodeRef("sub_status", sub_status),
        CodeRef("sub_status", stage),
        CodeRef("stage", stage),
        CodeRef("status", coarse),
    )


def _rejected(item: Object, report: Report) -> Parsed:
    number = trackers.asked_as(text_at(item, "number"), report)
    if number is None:
        return foreign()
    if text_at(item, "error", "code") in UNKNOWN:
        return Parsed(shipments=(ShipmentTold(tracking_number=number, not_found=True),))
    return refused("number_refused", "17TRACK does not take this number.", number)


def _track(item: Object, report: Report) -> Parsed:
    number = trackers.asked_as(text_at(item, "number"), report)
    if number is None:
        return foreign()
    info = value_at(item, "track_info")
    if not isinstance(info, dict):  # the push that says they stop: no track in it, and no news
        return Parsed()
    return trackers.read(
        number,
        scans=[_scan(row, number) for row in _events(info)],
        etas=_etas(info, number),
        told=ShipmentTold(
            tracking_number=number,
            carrier=couriers_of("seventeen_track").key_of(text_at(item, "carrier")),
            service=text_at(info, "misc_info", "service_type"),
            handed_over_as=tuple(_handed_over(info, number)),
            origin=_place(value_at(info, "shipping_info", "shipper_address")),
            destination=_place(value_at(info, "shipping_info", "recipient_address")),
        ),
    )


def _events(info: Object) -> Iterator[Object]:
    for provider in objects_at(info, "tracking", "providers"):
        yield from objects_at(provider, "events")


def _scan(row: Object, number: str) -> Scan | Refusal:
    stage, sub_status, text = texts_of(row, "stage", "sub_status", "description")
    at = _at(row)
    if at is None:
        return no_time(number, sub_status or stage or "without a status")
    return Scan(
        moment=at.moment,
        wall_clock=at.wall_clock,
        code=sub_status or stage,
        refs=refs(stage, sub_status),
        text=text,
        place=_place(value_at(row, "address"), text_at(row, "location")),
        tracking_number=number,
    )


def _at(row: Object) -> When | None:
    """`time_iso` has the offset; where 17TRACK does not know it, `time_raw` is what the carrier wrote."""
    told = when(text_at(row, "time_iso")) or when(text_at(row, "time_utc"))
    if told is not None:
        return told
    day, time = texts_of(value_at(row, "time_raw"), "date", "time")
    return when(f"{day}T{time or '00:00:00'}") if day else None


def _place(address: object, line: str = "") -> RawPlace:
    """Without the street: an event has none of use, and an address may be somebody's."""
    city, state, postal_code, country = texts_of(address, "city", "state", "postal_code", "country")
    if city or not line:
        return RawPlace(city=city, region=state, postal_code=postal_code, country=country)
    return RawPlace(text=line, region=state, postal_code=postal_code, country=country)


def _handed_over(info: Object, number: str) -> Iterator[tuple[str, str]]:
    key, local = texts_of(value_at(info, "misc_info"), "local_key", "local_number")
    if local and local != number:
        yield couriers_of("seventeen_track").key_of(key) or key, local


def _etas(info: Object, number: str) -> tuple[EtaTold, ...]:
    told = value_at(info, "time_metrics", "estimated_delivery_date")
    source, start, end = texts_of(told, "source", "from", "to")
    place = _place(value_at(info, "shipping_info", "recipient_address"))
    return window(number, start, end, place) if source == OFFICIAL else ()
