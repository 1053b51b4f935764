"""Reads the trackers of a karrio server: events with a day and a time, and since 2026 a status and a reason.

karrio writes the local clock; its `timestamp` puts a Z behind it, so that is not believed.
"""

import re

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, Parsed, Scan, ShipmentTold
from milepost.sources import trackers
from milepost.sources.answers import foreign, no_time, not_found, opened, refused
from milepost.sources.couriers import couriers_of
from milepost.sources.iso_times import When, when, window
from milepost.sources.loose_json import Object, objects_at, text_at, texts_of

CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s*(?P<half>[AaPp][Mm])?")
NOON = 12


def parse(report: Report) -> Parsed:
    """Everything one answer says. Pure; what cannot be read is in `refusals`."""
    answer = opened(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    if codes := {text_at(error, "code") for error in objects_at(answer, "errors")}:
        if "not_found" in codes:
            return not_found(report.subject)
        return refused("problem_answer", "karrio answers with an error.", ", ".join(report.subject))
    found = [answer] if "tracking_number" in answer else objects_at(answer, "results")
    if not found:
        return refused("unknown_shape", "The answer holds no tracker.", ", ".join(report.subject))
    return trackers.together([_tracker(item, report) for item in found])


def refs(status: str, reason: str) -> tuple[CodeRef, ...]:
    """Which rows of codes.csv say what it means, best first."""
    return (CodeRef("status", status), CodeRef("reason", reason))


def _tracker(item: Object, report: Report) -> Parsed:
    number = trackers.asked_as(text_at(item, "tracking_number"), report)
    if number is None:
        return foreign()
    return trackers.read(
        number,
        scans=[_scan(row, number) for row in objects_at(item, "events")],
        etas=window(number, "", text_at(item, "estimated_delivery")),
        told=ShipmentTold(
            tracking_number=number,
            carrier=couriers_of("karrio").key_of(text_at(item, "carrier_name")),
            service=text_at(item, "info", "shipment_service"),
        ),
        received_by=text_at(item, "info", "signed_by"),
    )


def _scan(row: Object, number: str) -> Scan | Refusal:
    code, status, reason, text = texts_of(row, "code", "status", "reason", "description")
    at = _at(row)
    if at is None:
        return no_time(number, status or code or "without a status")
    return Scan(
        moment=at.moment,
        wall_clock=at.wall_clock,
        code="/".join(part for part in (status, reason or code) if part),
        refs=refs(status, reason),
        text=text,
        place=RawPlace(text=text_at(row, "location")),
        tracking_number=number,
    )


def _at(row: Object) -> When | None:
    """`HH:MM` with or without AM or PM; without a time the day alone. "16:55 PM" is 16:55."""
    day, time = texts_of(row, "date", "time")
    found = CLOCK.fullmatch(time)
    if not found:
        return when(f"{day}T00:00:00") if not time else None
    hour, half = int(found["hour"]), (found["half"] or "").upper()
    if half == "PM" and hour < NOON:
        hour += NOON
    if half == "AM" and hour == NOON:
        hour = 0
    return when(f"{day}T{hour:02}:{found['minute']}:{found['second'] or '00'}")
