"""Reads Shippo's tracks, polled or pushed: a history of statuses, each with a finer substatus."""

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, Parsed, Scan, ShipmentTold
from milepost.sources import trackers
from milepost.sources.answers import foreign, no_time, opened, refused
from milepost.sources.couriers import couriers_of
from milepost.sources.iso_times import when, window
from milepost.sources.loose_json import Object, objects_at, text_at, texts_of, value_at


def parse(report: Report) -> Parsed:
    """Everything one answer or push says. Pure; what cannot be read is in `refusals`."""
    answer = opened(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    track = answer if "tracking_number" in answer else value_at(answer, "data")
    if not isinstance(track, dict) or "tracking_number" not in track:
        return refused("unknown_shape", "The answer holds no track.", ", ".join(report.subject))
    return _track(track, report)


def refs(status: str, substatus: str) -> tuple[CodeRef, ...]:
    """Which rows of codes.csv say what it means, best first."""
    return (CodeRef("substatus", substatus), CodeRef("status", status))


def _track(item: Object, report: Report) -> Parsed:
    number = trackers.asked_as(text_at(item, "tracking_number"), report)
    if number is None:
        return foreign()
    rows = objects_at(item, "tracking_history") or objects_at(item, "tracking_status")
    destination = _place(value_at(item, "address_to"))
    return trackers.read(
        number,
        scans=[_scan(row, number) for row in rows],
        etas=window(number, "", text_at(item, "eta"), destination),
        told=ShipmentTold(
            tracking_number=number,
            carrier=couriers_of("shippo").key_of(text_at(item, "carrier")),
            service=text_at(item, "servicelevel", "name"),
            origin=_place(value_at(item, "address_from")),
            destination=destination,
            not_found=not rows,
        ),
    )


def _scan(row: Object, number: str) -> Scan | Refusal:
    status, told_at, details = texts_of(row, "status", "status_date", "status_details")
    substatus = text_at(row, "substatus", "code") or text_at(row, "substatus")
    at = when(told_at)
    if at is None:
        return no_time(number, status or "without a status")
    return Scan(
        moment=at.moment,
        wall_clock=at.wall_clock,
        code="/".join(part for part in (status, substatus) if part),
        refs=refs(status, substatus),
        text=details,
        place=_place(value_at(row, "location")),
        tracking_number=number,
    )


def _place(location: object) -> RawPlace:
    city, state, zip_code, country = texts_of(location, "city", "state", "zip", "country")
    return RawPlace(city=city, region=state, postal_code=zip_code, country=country)
