"""Reads FedEx tracking answers (carriers.md §3.3–3.5). Pure: what cannot be read is a refusal."""

import re
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, Parsed, ProofTold, Scan, ShipmentTold
from milepost.sources.answers import decoded, joined, not_found, refused
from milepost.sources.carriers.fedex.windows import dates_of, moment, window_in
from milepost.sources.loose_json import (
    Object,
    objects_at,
    text_at,
    texts_of,
    value_at,
)
from milepost.sources.masses import grams
from milepost.sources.raw_places import place_in

NOT_FOUND = frozenset({"TRACKING.TRACKINGNUMBER.NOTFOUND", "TRACKING.DATA.NOTFOUND"})
SPACES = {"FDXE": "express", "FDXG": "ground", "FXSP": "ground"}
"""Express and Ground number their exceptions differently (§3.5); other carrier codes are told by shape."""
GROUND_SHAPE = re.compile(r"\d{3}[A-Z]?")
DELIVERED = "DL"
ADDRESS = ("city", "stateOrProvinceCode", "postalCode", "countryCode", "countryName")
RESULTS_MAX = 1000
SCANS_MAX = 5000
CACHED_MAX = 10_000


def parse(report: Report) -> Parsed:
    """Scans, dates, proof and facts of every use of every number in the answer.

    A number used again has several results. The scans of all are told, each use with its ship date; choosing
    among them needs the order, which a parser does not know. Windows and proofs have no date to choose by, so
    only those of the newest use are told.
    """
    answer = decoded(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    found = results(answer)
    if not found:
        return _without_results(answer, report)
    read = [_result(number, result) for number, result in found[:RESULTS_MAX]]
    return _in_order(joined(part if _is_newest(part, read) else _scans_alone(part) for part in read))


def results(answer: Any) -> list[tuple[str, Object]]:
    """(number as asked, result); pushes are known to come without the two outer levels (§3.8)."""
    groups = objects_at(answer, "output", "completeTrackResults") or objects_at(
        answer, "completeTrackResults"
    )
    found = []
    for group in groups or ([answer] if isinstance(answer, dict) else []):
        for result in objects_at(group, "trackResults"):
            own = text_at(result, "trackingNumberInfo", "trackingNumber")
            found.append((text_at(group, "trackingNumber") or own, result))
    return found


def _result(number: str, result: Object) -> Parsed:
    if error := text_at(result, "error", "code"):
        if error in NOT_FOUND:
            return not_found([number])
        return refused("source_refused", f"FedEx answered with {error}.", number)
    space = SPACES.get(text_at(result, "trackingNumberInfo", "carrierCode"), "")
    read = [_event(event, number, space) for event in objects_at(result, "scanEvents")[:SCANS_MAX]]
    facts = _facts(number, result)
    is_delivered = _is_delivered(result)
    window = None if is_delivered else window_in(result, number, facts.destination)
    proof = _proof(number, result) if is_delivered else None
    return Parsed(
        scans=tuple(item for item in read if isinstance(item, Scan)),
        etas=(window,) if window else (),
        proofs=(proof,) if proof else (),
        shipments=(facts,),
        refusals=tuple(item for item in read if isinstance(item, Refusal)),
    )


def _is_newest(part: Parsed, parts: list[Parsed]) -> bool:
    """Whether no other use of the same number was shipped later."""
    if not part.shipments:
        return True
    own = part.shipments[0]
    others = (other.shipments[0] for other in parts if other is not part and other.shipments)
    return not any(
        other.tracking_number == own.tracking_number
        and (other.ship_date or date.min) > (own.ship_date or date.min)
        for other in others
    )


def _scans_alone(part: Parsed) -> Parsed:
    return Parsed(scans=part.scans, shipments=part.shipments, refusals=part.refusals)


def _event(event: Object, number: str, space: str) -> Scan | Refusal:
    kind, exception, derived, told_at, text, facility = texts_of(
        event, "eventType", "exceptionCode", "derivedStatusCode", "date", "eventDescription", "locationId"
    )
    code = f"{kind}/{exception}" if exception else kind
    when = moment(told_at)
    if when is None:
        return Refusal(reason="unreadable_time", detail=f"The event {code} has no time.", subject=number)
    return Scan(
        moment=when if when.tzinfo else None,
        wall_clock=None if when.tzinfo else when.isoformat(),
        code=code,
        refs=_refs(kind, exception, _delay(event), derived, space),
        text=text or text_at(event, "derivedStatus"),
        place=place_in(event.get("scanLocation"), ADDRESS, facility),
        tracking_number=number,
    )


@lru_cache(CACHED_MAX)
def _refs(kind: str, exception: str, delay: str, derived: str, space: str) -> tuple[CodeRef, ...]:
    """Where to look the event up, best first (§3.4): exception, delay, derived status, event type.

    Before the derived status come events that are only messages and those that know more than it does.
    An exception code of the other service's shape is left alone: there it would mean something else.
    """
    shape = "ground" if GROUND_SHAPE.fullmatch(exception) else "express"
    pairs = []
    if exception and shape == (space or shape):
        pairs += [(shape, f"{kind}/{exception}"), (shape, exception)]
    if delay:
        pairs += [("delay", f"{kind}/{delay}"), ("delay", delay)]
    if exception and shape == (space or shape):
        pairs.append((f"{shape}_last", exception))
    pairs += [("event_first", kind), ("event", derived), ("event", kind)]
    return tuple(CodeRef(family=family, code=code) for family, code in pairs if code)


def _delay(event: Object) -> str:
    """The type of a delay that is one; an event may also be early or on time."""
    status, kind = texts_of(event.get("delayDetail"), "status", "type")
    return kind if status == "DELAYED" else ""


def _is_delivered(result: Object) -> bool:
    """By the status field or the date of delivery, never by a word in a text (§1 rule 7)."""
    latest = value_at(result, "latestStatusDetail")
    codes = (text_at(latest, "derivedCode"), text_at(latest, "code"))
    return DELIVERED in codes or bool(dates_of(result).get("ACTUAL_DELIVERY"))


def _proof(number: str, result: Object) -> ProofTold | None:
    details = value_at(result, "deliveryDetails")
    images = {text_at(image, "type") for image in objects_at(result, "availableImages")}
    proof = ProofTold(
        tracking_number=number,
        received_by=text_at(details, "receivedByName") or text_at(details, "signedByName"),
        left_at=text_at(details, "locationDescription") or text_at(details, "locationType"),
        has_signature="SIGNATURE_PROOF_OF_DELIVERY" in images,
        has_photo="PICTURE_PROOF_OF_DELIVERY" in images,
    )
    return None if proof == ProofTold(tracking_number=number) else proof


def _facts(number: str, result: Object) -> ShipmentTold:
    service = value_at(result, "serviceDetail")
    weights = objects_at(result, "packageDetails", "weightAndDimensions", "weight")
    known = (grams(text_at(weight, "value"), text_at(weight, "unit")) for weight in weights)
    return ShipmentTold(
        tracking_number=number,
        service=text_at(service, "description") or text_at(service, "type"),
        references=_references(result),
        ship_date=_ship_date(dates_of(result)),
        origin=_party(result, "shipperInformation", "originLocation"),
        destination=_party(result, "recipientInformation", "destinationLocation"),
        weight_g=next((weight for weight in known if weight is not None), None),
    )


def _references(result: Object) -> tuple[tuple[str, str], ...]:
    told = objects_at(result, "additionalTrackingInfo", "packageIdentifiers")
    return tuple((text_at(entry, "type"), value) for entry in told for value in _values(entry))


def _values(entry: Object) -> list[str]:
    """`values` is a list; the vendor's older samples have one `value`."""
    several = entry.get("values")
    found = several if isinstance(several, list) else [entry.get("value")]
    return [value.strip() for value in found if isinstance(value, str) and value.strip()]


def _ship_date(dates: dict[str, str]) -> date | None:
    for name in ("SHIP", "ACTUAL_TENDER", "ACTUAL_PICKUP"):
        if (when := moment(dates.get(name, ""))) is not None:
            return when.date()
    return None


def _party(result: Object, party: str, location: str) -> RawPlace:
    place = place_in(value_at(result, party, "address"), ADDRESS)
    return (
        place_in(value_at(result, location, "locationContactAndAddress", "address"), ADDRESS)
        if place.is_empty
        else place
    )


def _without_results(answer: Any, report: Report) -> Parsed:
    subject = report.subject[0] if len(report.subject) == 1 else ""
    codes = sorted({text_at(error, "code") for error in objects_at(answer, "errors")} - {""})
    if codes:
        return refused("source_refused", f"FedEx answered with {', '.join(codes)}.", subject)
    return refused("unknown_shape", "The answer holds no track result and no error.", subject)


def _in_order(read: Parsed) -> Parsed:
    """Facts of the newest use stand last, so that they have the last word."""
    return replace(read, shipments=tuple(sorted(read.shipments, key=lambda told: told.ship_date or date.min)))
