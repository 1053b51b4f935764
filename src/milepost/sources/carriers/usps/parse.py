"""Reads the Postal Service's tracking answers: scans, delivery dates, proof of delivery and service.

Two shapes come in: one object per number (v3) and a list of them, failed ones among the others (v3r2 with
207). Field names and quirks are from carriers.md section 4.2. `status`, `statusCategory` and `statusSummary`
only repeat the newest scan in other words, so no scan is made of them.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, Parsed, ProofTold, Scan, ShipmentTold
from milepost.sources.carriers.usps.windows import etas

Row = Mapping[str, Any]

PROOF_CODES = frozenset({"01", "17", "43"})
"""Delivered, and collected by the receiver or an agent: the rows that may name who took it."""
REFERENCES = ("uniqueMailPieceID", "serviceTypeCode", "mailType", "associatedLabel", "editedLabelId")
STATES = re.compile(
    "A[KLRSZ]|C[AOT]|D[CE]|FL|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEINOPST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]"
    "|UT|V[AIT]|W[AIVY]"
)
PLANT = re.compile(r"(?P<city>.+?)[ ,]+(?P<state>[A-Z]{2})\b(?P<rest>.*)")
YEARS = range(1990, 2200)
"""A year outside is a slip of the pen; near the ends of the calendar it cannot even be moved to UTC."""
TAG = re.compile(r"<[^<>]*>")
OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})")


def parse(report: Report) -> Parsed:
    """Everything one answer says. Pure; what cannot be read is in `refusals`."""
    try:
        answer = msgspec.json.decode(report.body)
    except (ValueError, RecursionError):
        return Parsed(refusals=(_refusal("unreadable_body", "The answer is not JSON."),))
    items = answer if isinstance(answer, list) else [answer]
    read = [_item(item, position, items, report.subject) for position, item in enumerate(items)]
    return Parsed(
        scans=tuple(scan for one in read for scan in one.scans),
        etas=tuple(eta for one in read for eta in one.etas),
        proofs=tuple(proof for one in read for proof in one.proofs),
        shipments=tuple(shipment for one in read for shipment in one.shipments),
        refusals=tuple(refusal for one in read for refusal in one.refusals),
        notes=tuple(note for one in read for note in one.notes),
    )


def _item(item: Any, position: int, items: Sequence[Any], asked: Sequence[str]) -> Parsed:
    if not isinstance(item, Mapping):
        return Parsed(refusals=(_refusal("unknown_shape", "An entry of the answer is not an object."),))
    number = _number(item, asked[position] if len(items) == len(asked) else None, asked)
    if "error" in item:
        return _failed(item, number)
    if number is None:
        return Parsed(refusals=(_refusal("foreign_number", "It answers about a number we did not ask for."),))
    scans: list[Scan] = []
    refusals: list[Refusal] = []
    for row in _rows(item.get("trackingEvents")):
        read = _scan(row, number)
        (scans if isinstance(read, Scan) else refusals).append(read)  # type: ignore[arg-type]
    return Parsed(
        scans=tuple(scans),
        etas=etas(item, number, _destination(item)),
        proofs=tuple(_proofs(item, number)),
        shipments=(_shipment(item, number),),
        refusals=tuple(refusals),
        notes=_notes(item),
    )


def _number(item: Row, in_order: str | None, asked: Sequence[str]) -> str | None:
    """The asked number this entry is about: routing (420 + ZIP) may be left out of the answer."""
    told = _text(item.get("trackingNumber")).replace(" ", "")
    if not told:
        return in_order
    same = [number for number in asked if told == number]
    near = [number for number in asked if number.endswith(told) or told.endswith(number)]
    return next(iter(same or near), None)


@dataclass(frozen=True, slots=True)
class _Failure:
    status: str
    detail: str


def _failed(item: Row, number: str | None) -> Parsed:
    """An entry that is an error: a number nobody knows is news, all else is a refusal."""
    failure = _failure(item)
    if failure.status == "404" and number is not None:
        return Parsed(shipments=(ShipmentTold(tracking_number=number, not_found=True),))
    reason = {"400": "number_refused", "401": "access_refused", "403": "access_refused"}.get(
        failure.status, "item_failed"
    )
    return Parsed(refusals=(_refusal(reason, failure.detail, number or ""),))


def _failure(item: Row) -> _Failure:
    error = item["error"]
    if not isinstance(error, Mapping):  # the shape of the token server
        return _Failure("401", _text(item.get("error_description")) or _text(error))
    first: Row = next(_rows(error.get("errors")), {})
    said = (item.get("statusCode"), error.get("code"), first.get("status"), first.get("code"))
    status = next((text for text in map(_text, said) if re.fullmatch(r"[45]\d\d", text)), "")
    detail = _text(error.get("message")) or _text(first.get("detail")) or _text(first.get("title"))
    return _Failure(status, detail or "No reason was given.")


def _scan(row: Row, number: str) -> Scan | Refusal:
    code = _text(row.get("eventCode"))
    moment, wall_clock = _when(row)
    if moment is None and wall_clock is None:
        return _refusal("no_time", f"The event {code or 'without code'} has no time we can read.", number)
    return Scan(
        moment=moment,
        wall_clock=None if moment else wall_clock,
        code=code,
        refs=(CodeRef(family="event", code=code),) if code else (),
        text=_plain(row.get("eventType")),
        place=_place(row),
        tracking_number=number,
    )


def _when(row: Row) -> tuple[datetime | None, str | None]:
    """GMT gives the true second; `eventTimestamp` is local and cut to the minute, even if it ends in Z."""
    offset = _offset(_text(row.get("GMTOffset")))
    instant = _iso(row.get("GMTTimestamp"))
    if instant is not None:
        instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        return instant.astimezone(offset or UTC), None
    local = _iso(row.get("eventTimestamp"))
    if local is None:
        return None, None
    if local.tzinfo is not None and local.utcoffset():
        return local, None
    local = local.replace(tzinfo=None)
    return (local.replace(tzinfo=offset), None) if offset else (None, local.isoformat(timespec="seconds"))


def _place(row: Row) -> RawPlace:
    """Plants stand whole in the city, state and ZIP empty; a null country means the United States."""
    city, region = _text(row.get("eventCity")), _text(row.get("eventState"))
    postal_code = _text(row.get("eventZIPCode")) or _text(row.get("eventZIP"))
    country = _text(row.get("eventCountry"))
    if not (city or region or postal_code or country):
        return RawPlace()
    country = country or "US"
    plant = PLANT.fullmatch(city) if not (region or postal_code) and country == "US" else None
    if plant and STATES.fullmatch(plant["state"]):
        return RawPlace(text=city, city=plant["city"], region=plant["state"], country=country)
    return RawPlace(city=city, region=region, postal_code=postal_code, country=country)


def _proofs(item: Row, number: str) -> Iterator[ProofTold]:
    """Only from a delivery row, never from a word in a text (carriers.md section 1 rule 7)."""
    for row in _rows(item.get("trackingEvents")):
        if _text(row.get("eventCode")) in PROOF_CODES:
            signer = _text(row.get("name"))
            yield ProofTold(
                tracking_number=number,
                received_by=signer or _text(row.get("firm")),
                left_at=_plain(row.get("eventType")).partition(",")[2].strip(),
                has_signature=bool(signer) or _true(item.get("proofOfDeliveryEnabled")),
            )
            return


def _shipment(item: Row, number: str) -> ShipmentTold:
    services = item.get("services")
    extra = [_plain(service) for service in services] if isinstance(services, list) else []
    return ShipmentTold(
        tracking_number=number,
        service=_plain(item.get("mailClass")),
        references=(
            *((name, text) for name in REFERENCES if (text := _plain(item.get(name)))),
            *(("service", text) for text in extra if text),
        ),
        ship_date=_day(item.get("mailPieceIntakeDate")),
        origin=_town(item, "origin"),
        destination=_destination(item),
    )


def _destination(item: Row) -> RawPlace:
    return _town(item, "destination")


def _town(item: Row, end: str) -> RawPlace:
    city, region = _text(item.get(f"{end}City")), _text(item.get(f"{end}State"))
    postal_code = _text(item.get(f"{end}ZIPCode")) or _text(item.get(f"{end}ZIP"))
    country = _text(item.get(f"{end}CountryCode")) or _text(item.get(f"{end}Country"))
    if not country and (region or postal_code):
        country = "US"
    return RawPlace(city=city, region=region, postal_code=postal_code, country=country)


def _notes(item: Row) -> tuple[str, ...]:
    returned_on = _text(item.get("returnDateNotice"))
    return (f"goes back to the sender on {returned_on} if it is not collected",) if returned_on else ()


def _rows(value: Any) -> Iterator[Row]:
    if isinstance(value, list):
        yield from (row for row in value if isinstance(row, Mapping))


def _text(value: Any) -> str:
    """Numbers, nulls and blanks come where texts should be."""
    return "" if value is None or isinstance(value, (bool, list, Mapping)) else str(value).strip()


def _plain(value: Any) -> str:
    """Text without markup: `Ground Advantage<SUP>&#153;</SUP>` is Ground Advantage™."""
    return html.unescape(TAG.sub("", _text(value))).strip()


def _true(value: Any) -> bool:
    """v3 writes truth as a text."""
    return value is True or _text(value).casefold() in ("true", "y", "yes")


def _iso(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return moment if moment.year in YEARS else None


def _offset(text: str) -> timezone | None:
    """`-05:00`; the vendor's own example is `-7:00`, which ISO 8601 does not know."""
    found = OFFSET.fullmatch(text)
    if not found:
        return UTC if text == "Z" else None
    width = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    if width >= timedelta(hours=24):
        return None
    return timezone(-width if found["sign"] == "-" else width)


def _day(value: Any) -> date | None:
    moment = _iso(value)
    return moment.date() if moment else None


def _refusal(reason: str, detail: str, subject: str = "") -> Refusal:
    return Refusal(reason=reason, detail=detail[:200], subject=subject)
