"""Reads EasyPost's trackers, polled or pushed: details with a status and a finer word beside it.

EasyPost turns every time to UTC, and where it does not know the place it writes the local time as if it were
UTC (its documents; users.md row 4). So a time counts as an instant only where the row names a place.
"""

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, EtaTold, Parsed, Scan, ShipmentTold
from milepost.sources import trackers
from milepost.sources.answers import foreign, no_time, not_found, opened, refused
from milepost.sources.couriers import couriers_of
from milepost.sources.iso_times import When, when, window
from milepost.sources.loose_json import Object, objects_at, text_at, texts_of, value_at

SETTLED = {"delivered", "out_for_delivery", "available_for_pickup", "return_to_sender", "cancelled"}
"""With these the status says where the parcel is; with the others the detail says it better."""


def parse(report: Report) -> Parsed:
    """Everything one answer or push says. Pure; what cannot be read is in `refusals`."""
    answer = opened(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    if error := value_at(answer, "error"):
        return _problem(text_at(error, "code"), report)
    found = _trackers(answer)
    if found is None:
        return refused("unknown_shape", "The answer holds no tracker.", ", ".join(report.subject))
    if not found:
        return not_found(report.subject)
    return trackers.together([_tracker(item, report) for item in found])


def refs(status: str, detail: str) -> tuple[CodeRef, ...]:
    """Which rows of codes.csv say what it means, best first."""
    fine, coarse = CodeRef("detail", detail), CodeRef("status", status)
    return (coarse, fine) if status in SETTLED else (fine, coarse)


def _problem(code: str, report: Report) -> Parsed:
    if code.endswith("NOT_FOUND"):
        return not_found(report.subject)
    reason = "access_refused" if code.startswith(("APIKEY", "UNAUTHORIZED")) else "problem_answer"
    return refused(reason, "EasyPost answers with an error.", ", ".join(report.subject))


def _trackers(answer: Object) -> list[Object] | None:
    """A push has it in `result`; an answer is one, or a list of them. None: nothing of that kind."""
    if "tracking_code" in answer:
        return [answer]
    if "trackers" in answer:
        return objects_at(answer, "trackers")
    found = [item for item in objects_at(answer, "result") if "tracking_code" in item]
    return found or None


def _tracker(item: Object, report: Report) -> Parsed:
    number = trackers.asked_as(text_at(item, "tracking_code"), report)
    if number is None:
        return foreign()
    return trackers.read(
        number,
        scans=[_scan(row, number) for row in objects_at(item, "tracking_details")],
        etas=_etas(item, number),
        told=ShipmentTold(
            tracking_number=number,
            carrier=couriers_of("easypost").key_of(text_at(item, "carrier")),
            service=text_at(item, "carrier_detail", "service"),
            origin=_place(value_at(item, "carrier_detail", "origin_tracking_location")),
            destination=_place(value_at(item, "carrier_detail", "destination_tracking_location")),
        ),
        received_by=text_at(item, "signed_by"),
    )


def _scan(row: Object, number: str) -> Scan | Refusal:
    status, detail, told_at, message = texts_of(row, "status", "status_detail", "datetime", "message")
    place = _place(value_at(row, "tracking_location"))
    at = _at(told_at, place)
    if at is None:
        return no_time(number, status or "without a status")
    return Scan(
        moment=at.moment,
        wall_clock=at.wall_clock,
        code="/".join(part for part in (status, detail) if part),
        refs=refs(status, detail),
        text=message,
        place=place,
        tracking_number=number,
    )


def _at(told: str, place: RawPlace) -> When | None:
    at = when(told)
    if at is None or at.moment is None or not place.is_empty or at.moment.utcoffset():
        return at
    return When(None, at.moment.replace(tzinfo=None).isoformat(timespec="seconds"))


def _place(location: object) -> RawPlace:
    city, state, country, zip_code = texts_of(location, "city", "state", "country", "zip")
    return RawPlace(city=city, region=state, postal_code=zip_code, country=country)


def _etas(item: Object, number: str) -> tuple[EtaTold, ...]:
    """The local date where the carrier gave one; else one moment, which is the window's end."""
    place = _place(value_at(item, "carrier_detail", "destination_tracking_location"))
    day, time = texts_of(
        value_at(item, "carrier_detail"), "est_delivery_date_local", "est_delivery_time_local"
    )
    if day[:10]:
        return window(number, "", f"{day[:10]}T{time}" if time else day[:10], place)
    return window(number, "", text_at(item, "est_delivery_date"), place)
