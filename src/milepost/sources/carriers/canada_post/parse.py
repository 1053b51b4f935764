"""Reads Canada Post's tracking answers: scans, delivery dates, proof of delivery and service.

Both APIs tell the same parts (see `bodies`). A code is a number with or without zeros before it: 0174 and 174
are one. Sources are named in the README.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from milepost.model.places import RawPlace
from milepost.model.promises import EtaKind
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, EtaTold, Parsed, ProofTold, Scan, ShipmentTold
from milepost.sources.answers import foreign, no_time, not_found, refused
from milepost.sources.carriers.canada_post.bodies import opened
from milepost.sources.carriers.canada_post.moments import DAY_LENGTH, event_time
from milepost.sources.iso_times import moment_of
from milepost.sources.loose_json import Object, UnreadableError, objects_at, text_at, texts_of, value_at

NO_HISTORY = "004"
LOOK_UP_REFUSED = frozenset({"003", "005", "006", "007", "008"})
KEYS_REFUSED = re.compile(r"AA0?\d\d|E002|401|403")
DELIVERED = re.compile(r"140[89]|142[1-9]|143[0-4]|144[12]|146[1-9]|147[1-6]|149[6-9]")
SIGNATURE, PHOTO = "20", "2001"
LEFT = re.compile(r"delivered (?:to|at or in|at) (?:the |your |recipient's )?(?P<where>.+)", re.IGNORECASE)
POSTAL_CODE = re.compile(r"[A-Z]\d[A-Z](?: ?\d[A-Z]\d)?")
PROVINCE = re.compile(r"AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT")
YES = frozenset({"1", "true"})
REFERENCES = {
    "customerRef1": "customer",
    "customerRef2": "customer",
    "originalPin": "original",
    "returnPin": "return",
}
ROW = ("eventDescription", "eventDate", "eventTime", "eventTimeZone")
CODES_MAX = 1_000


def parse(report: Report) -> Parsed:
    """Everything one answer says. Pure; what cannot be read is in `refusals`."""
    number = next(iter(report.subject), "")
    try:
        answer = opened(report.body)
    except UnreadableError:
        return refused("unreadable_body", "The answer is neither JSON nor XML.")
    if not isinstance(answer, dict):
        return refused("unknown_shape", "The answer is not an object.")
    rows = objects_at(answer, "significantEvents")
    if "pin" not in answer and not rows:
        return _problem(answer, number)
    if not _is_about(answer, number):
        return foreign()
    if not rows and not _is_known(answer):
        return not_found([number])
    read = [_scan(row, number) for row in rows]
    delivery = next((row for row in rows if DELIVERED.fullmatch(_code(row))), None)
    return Parsed(
        scans=tuple(one for one in read if isinstance(one, Scan)),
        etas=() if delivery else tuple(_eta(answer, number)),
        proofs=(_proof(answer, rows, delivery, number),) if delivery else (),
        shipments=(_shipment(answer, number),),
        refusals=tuple(one for one in read if isinstance(one, Refusal)),
    )


def _problem(answer: Object, number: str) -> Parsed:
    """An error: only "no history of this number" is news."""
    said = next(iter((*objects_at(answer, "errors"), *objects_at(answer, "messages"))), answer)
    code = text_at(said, "errorCode") or text_at(said, "code") or text_at(said, "httpCode")
    words = (text_at(said, name) for name in ("message", "description", "httpMessage", "detail"))
    detail = next(filter(None, words), "No reason was given.")
    if code == NO_HISTORY or detail.casefold() == "no pin history":
        return not_found([number])
    if KEYS_REFUSED.fullmatch(code):
        return refused("access_refused", detail, number)
    if code in LOOK_UP_REFUSED:
        return refused("number_refused", detail, number)
    return refused("problem_answer" if code else "unknown_shape", detail, number)


def _is_about(answer: Object, number: str) -> bool:
    """Whether it tells of the asked number, or of one that replaced it; a JSON number lost its zeros."""
    told = {text_at(answer, name).lstrip("0") for name in ("pin", "originalPin")} - {""}
    return not told or number.lstrip("0") in told


def _is_known(answer: Object) -> bool:
    """An answer in neither of its two archives is about a number that it never saw."""
    flags = [value_at(answer, name) for name in ("activeExists", "archiveExists")]
    return any(_is_yes(flag) for flag in flags) or all(flag is None for flag in flags)


def _is_yes(value: object) -> bool:
    return value is True or str(value).strip().casefold() in YES


def _scan(row: Object, number: str) -> Scan | Refusal:
    code = _code(row)
    text, day, time, zone = texts_of(row, *ROW)
    when = event_time(day, time, zone)
    if when is None:
        return no_time(number, code or "without code")
    return Scan(
        moment=when.moment,
        wall_clock=when.wall_clock,
        code=code,
        refs=_refs(code),
        text=" ".join(text.split()),
        place=_place(row),
        tracking_number=number,
    )


def _code(row: Object) -> str:
    told = text_at(row, "eventIdentifier")
    return told.lstrip("0") or told


@lru_cache(maxsize=CODES_MAX)
def _refs(code: str) -> tuple[CodeRef, ...]:
    return (CodeRef(family="event", code=code),) if code else ()


def _place(row: Object) -> RawPlace:
    """A town and its province; abroad one text, such as `02650,Israel`."""
    site, province = texts_of(row, "eventSite", "eventProvince")
    if PROVINCE.fullmatch(province):
        return RawPlace(city=site, region=province, country="CA")
    return RawPlace(text=", ".join(part for part in (site, province) if part))


def _eta(answer: Object, number: str) -> Iterator[EtaTold]:
    """The date of the delivery standard, or the one it was changed to: the whole day there."""
    changed = _day(text_at(answer, "changedExpectedDate"))
    if day := changed or _day(text_at(answer, "expectedDeliveryDate")):
        yield EtaTold(
            tracking_number=number,
            kind=EtaKind.RESCHEDULED if changed else EtaKind.ESTIMATED,
            wall_from=f"{day}T00:00:00",
            wall_to=f"{day}T23:59:59",
            place=_destination(answer),
        )


def _day(text: str) -> date | None:
    moment = moment_of(text[:DAY_LENGTH])
    return moment.date() if moment else None


def _proof(answer: Object, rows: list[Object], delivery: Object, number: str) -> ProofTold:
    """Who signed stands in a row of its own beside the delivery, and so does the photograph."""
    codes = {_code(row) for row in rows}
    left = LEFT.fullmatch(text_at(delivery, "eventDescription"))
    signers = (text_at(row, "signatoryName") for row in rows)
    return ProofTold(
        tracking_number=number,
        received_by=next(filter(None, signers), ""),
        left_at=left["where"] if left else "",
        has_signature=SIGNATURE in codes or _is_yes(value_at(answer, "signatureImageExists")),
        has_photo=PHOTO in codes,
    )


def _shipment(answer: Object, number: str) -> ShipmentTold:
    return ShipmentTold(
        tracking_number=number,
        service=text_at(answer, "serviceName"),
        references=tuple(
            (kind, told)
            for name, kind in REFERENCES.items()
            if (told := text_at(answer, name)) not in ("", number)
        ),
        destination=_destination(answer),
    )


def _destination(answer: Object) -> RawPlace:
    code = text_at(answer, "destinationPostalId").upper()
    return RawPlace(postal_code=code, country="CA" if POSTAL_CODE.fullmatch(code) else "")
