"""Reads the Postal Service's tracking answers: scans, delivery dates, proof of delivery and service.

Two shapes come in: one object per number (v3) and a list of them, failed ones among the others (v3r2 with
207). Field names and quirks are from carriers.md section 4.2. `status`, `statusCategory` and `statusSummary`
only repeat the newest scan in other words, so no scan is made of them.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, Parsed, ProofTold, Scan, ShipmentTold
from milepost.sources.answers import decoded, foreign, joined, no_time, not_found, refused
from milepost.sources.carriers.usps.times import day_of, scan_time
from milepost.sources.carriers.usps.windows import etas
from milepost.sources.loose_json import (
    Object,
    is_true_at,
    objects_at,
    text_at,
    texts_of,
)

PROOF_CODES = frozenset({"01", "17", "43"})
"""Delivered, and collected by the receiver or an agent: the rows that may name who took it."""
REFERENCES = ("uniqueMailPieceID", "serviceTypeCode", "mailType", "associatedLabel", "editedLabelId")
STATE = (
    "A[KLRSZ]|C[AOT]|D[CE]|FL|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEINOPST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]"
    "|UT|V[AIT]|W[AIVY]"
)
PLANT = re.compile(rf"(?P<city>.+?)[ ,]+(?P<state>{STATE})\b.*")
TAG = re.compile(r"<[^<>]*>")
REFUSED = {"400": "number_refused", "401": "access_refused", "403": "access_refused"}
PLACE = ("eventCity", "eventState", "eventZIPCode", "eventZIP", "eventCountry")
NOWHERE = RawPlace()
CODES_MAX = 1_000


def parse(report: Report) -> Parsed:
    """Everything one answer says. Pure; what cannot be read is in `refusals`."""
    answer = decoded(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    items = answer if isinstance(answer, list) else [answer]
    return joined(_item(item, position, items, report.subject) for position, item in enumerate(items))


def _item(item: Any, position: int, items: Sequence[Any], asked: Sequence[str]) -> Parsed:
    if not isinstance(item, dict):
        return refused("unknown_shape", "An entry of the answer is not an object.")
    number = _number(item, asked[position] if len(items) == len(asked) else None, asked)
    if "error" in item:
        return _failed(item, number)
    if number is None:
        return foreign()
    read = [_scan(row, number) for row in objects_at(item, "trackingEvents")]
    return Parsed(
        scans=tuple(one for one in read if isinstance(one, Scan)),
        etas=etas(item, number, _town(item, "destination")),
        proofs=tuple(_proofs(item, number)),
        shipments=(_shipment(item, number),),
        refusals=tuple(one for one in read if isinstance(one, Refusal)),
    )


def _number(item: Object, in_order: str | None, asked: Sequence[str]) -> str | None:
    """The asked number this entry is about: routing (420 + ZIP) may be left out of the answer."""
    told = text_at(item, "trackingNumber").replace(" ", "")
    if not told:
        return in_order
    same = [number for number in asked if told == number]
    near = [number for number in asked if number.endswith(told) or told.endswith(number)]
    return next(iter(same or near), None)


@dataclass(frozen=True, slots=True)
class _Failure:
    status: str
    detail: str


def _failed(item: Object, number: str | None) -> Parsed:
    """An entry that is an error: a number nobody knows is news, all else is a refusal."""
    failure = _failure(item)
    if failure.status == "404" and number is not None:
        return not_found([number])
    reason = REFUSED.get(failure.status, "item_failed")
    return refused(reason, failure.detail, number or "")


def _failure(item: Object) -> _Failure:
    error = item["error"]
    if not isinstance(error, dict):  # the shape of the token server
        return _Failure("401", text_at(item, "error_description") or text_at(item, "error"))
    first: Object = next(iter(objects_at(error, "errors")), {})
    said = (
        text_at(item, "statusCode"),
        text_at(error, "code"),
        text_at(first, "status"),
        text_at(first, "code"),
    )
    status = next((text for text in said if re.fullmatch(r"[45]\d\d", text)), "")
    detail = text_at(error, "message") or text_at(first, "detail") or text_at(first, "title")
    return _Failure(status, detail or "No reason was given.")


def _scan(row: Object, number: str) -> Scan | Refusal:
    code, text = texts_of(row, "eventCode", "eventType")
    moment, wall_clock = scan_time(row)
    if moment is None and wall_clock is None:
        return no_time(number, code or "without code")
    return Scan(
        moment=moment,
        wall_clock=wall_clock,
        code=code,
        refs=_refs(code),
        text=_plain(text),
        place=_place(row),
        tracking_number=number,
    )


@lru_cache(maxsize=CODES_MAX)
def _refs(code: str) -> tuple[CodeRef, ...]:
    return (CodeRef(family="event", code=code),) if code else ()


def _place(row: Object) -> RawPlace:
    """Plants stand whole in the city, state and ZIP empty; a null country means the United States."""
    city, region, zip_r2, zip_v3, country = texts_of(row, *PLACE)
    postal_code = zip_r2 or zip_v3
    if not (city or region or postal_code or country):
        return NOWHERE
    country = country or "US"
    if not (region or postal_code) and country == "US" and (plant := PLANT.fullmatch(city)):
        return RawPlace(text=city, city=plant["city"], region=plant["state"], country=country)
    return RawPlace(city=city, region=region, postal_code=postal_code, country=country)


def _proofs(item: Object, number: str) -> Iterator[ProofTold]:
    """Only from a delivery row, never from a word in a text (carriers.md section 1 rule 7)."""
    for row in objects_at(item, "trackingEvents"):
        if text_at(row, "eventCode") in PROOF_CODES:
            signer = text_at(row, "name")
            yield ProofTold(
                tracking_number=number,
                received_by=signer or text_at(row, "firm"),
                left_at=_plain(text_at(row, "eventType")).partition(",")[2].strip(),
                has_signature=bool(signer) or is_true_at(item, "proofOfDeliveryEnabled"),
            )
            return


def _shipment(item: Object, number: str) -> ShipmentTold:
    services = item.get("services")
    extra = [_plain(one) for one in (services if isinstance(services, list) else ()) if isinstance(one, str)]
    return ShipmentTold(
        tracking_number=number,
        service=_plain(text_at(item, "mailClass")),
        references=(
            *((name, text) for name in REFERENCES if (text := _plain(text_at(item, name)))),
            *(("service", text) for text in extra if text),
        ),
        ship_date=_day(item),
        origin=_town(item, "origin"),
        destination=_town(item, "destination"),
    )


def _day(item: Object) -> date | None:
    return day_of(text_at(item, "mailPieceIntakeDate"))


def _town(item: Object, end: str) -> RawPlace:
    city, region = text_at(item, f"{end}City"), text_at(item, f"{end}State")
    postal_code = text_at(item, f"{end}ZIPCode") or text_at(item, f"{end}ZIP")
    country = text_at(item, f"{end}CountryCode") or text_at(item, f"{end}Country")
    if not country and (region or postal_code):
        country = "US"
    return RawPlace(city=city, region=region, postal_code=postal_code, country=country)


def _plain(text: str) -> str:
    """Text without markup: `Ground Advantage<SUP>&#153;</SUP>` is Ground Advantage™."""
    return html.unescape(TAG.sub("", text)).strip() if "<" in text or "&" in text else text
