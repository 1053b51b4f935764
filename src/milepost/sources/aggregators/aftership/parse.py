"""Reads AfterShip's trackings, polled or pushed: checkpoints with tag and subtag, the carrier's window."""

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, EtaTold, Parsed, Scan, ShipmentTold
from milepost.sources import trackers
from milepost.sources.answers import foreign, no_time, not_found, opened, refused
from milepost.sources.couriers import couriers_of
from milepost.sources.iso_times import when, window
from milepost.sources.loose_json import Object, objects_at, text_at, texts_of, value_at

NOT_FOUND = {"4004", "404"}
ACCESS = {"401", "403"}
CARRIERS_OWN = "Carrier EDD"
"""AfterShip's own estimates stand in the same field; those are not the carrier's promise."""


def parse(report: Report) -> Parsed:
    """Everything one answer or push says. Pure; what cannot be read is in `refusals`."""
    answer = opened(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    code = text_at(answer, "meta", "code")
    if code in NOT_FOUND:
        return not_found(report.subject)
    if code in ACCESS:
        return refused("access_refused", "AfterShip refuses our key.")
    found = _trackings(answer)
    if not found and value_at(answer, "data", "trackings") == []:
        return not_found(report.subject)
    if not found:
        return refused("unknown_shape", "The answer holds no tracking.", ", ".join(report.subject))
    return trackers.together([_tracking(item, report) for item in found])


def refs(tag: str, subtag: str) -> tuple[CodeRef, ...]:
    """Which rows of codes.csv say what it means, best first."""
    return (CodeRef("subtag", subtag), CodeRef("tag", tag))


def _trackings(answer: Object) -> list[Object]:
    """A push has it in `msg`; an answer in `data`, in `data.tracking` (older), or a list of them."""
    for path in (("msg",), ("data", "trackings"), ("data", "tracking"), ("data",)):
        found = [item for item in objects_at(answer, *path) if "tracking_number" in item]
        if found:
            return found
    return []


def _tracking(item: Object, report: Report) -> Parsed:
    number = trackers.asked_as(text_at(item, "tracking_number"), report)
    if number is None:
        return foreign()
    return trackers.read(
        number,
        scans=[_scan(row, number) for row in objects_at(item, "checkpoints")],
        etas=_etas(item, number),
        told=ShipmentTold(
            tracking_number=number,
            carrier=couriers_of("aftership").key_of(text_at(item, "slug")),
            service=text_at(item, "shipment_type"),
            handed_over_as=tuple(_next(item)),
        ),
        received_by=text_at(item, "signed_by"),
    )


def _scan(row: Object, number: str) -> Scan | Refusal:
    tag, subtag, told_at, message = texts_of(row, "tag", "subtag", "checkpoint_time", "message")
    at = when(told_at)
    if at is None:
        return no_time(number, subtag or tag or "without a status")
    return Scan(
        moment=at.moment,
        wall_clock=at.wall_clock,
        code=subtag or tag,
        refs=refs(tag, subtag),
        text=message,
        place=_place(row),
        tracking_number=number,
    )


def _place(row: Object) -> RawPlace:
    """`location` is a line for people, with the street at times; the parts tell more where they stand."""
    city, state, zip_code, iso3 = texts_of(row, "city", "state", "zip", "country_iso3")
    country = text_at(row, "country_name") or iso3
    if city:
        return RawPlace(city=city, region=state, postal_code=zip_code, country=country)
    return RawPlace(text=text_at(row, "location"), region=state, postal_code=zip_code, country=country)


def _etas(item: Object, number: str) -> tuple[EtaTold, ...]:
    place = _destination(item)
    latest = value_at(item, "latest_estimated_delivery")
    source, at, start, end = texts_of(latest, "source", "datetime", "datetime_min", "datetime_max")
    if source == CARRIERS_OWN and (at or end):
        return window(number, start, end or at, place)
    own = value_at(item, "courier_estimated_delivery_date")
    names = ("estimated_delivery_date", "estimated_delivery_date_min", "estimated_delivery_date_max")
    at, start, end = texts_of(own, *names)
    return window(number, start, end or at, place)


def _destination(item: Object) -> RawPlace:
    names = ("destination_city", "destination_state", "destination_postal_code")
    city, state, zip_code = texts_of(item, *names)
    country = text_at(item, "destination_country_region") or text_at(item, "destination_country_iso3")
    return RawPlace(city=city, region=state, postal_code=zip_code, country=country)


def _next(item: Object) -> list[tuple[str, str]]:
    """The carriers after this one, each with its own number where AfterShip knows it."""
    told = [texts_of(row, "slug", "tracking_number") for row in objects_at(item, "next_couriers")]
    return [
        (couriers_of("aftership").key_of(slug) or slug, number) for slug, number in told if slug and number
    ]
