"""Reads DHL's Unified tracking answers: scans of every division, delivery windows, proof, service.

DHL's own five words (`statusCode`) say little; the division's code, where one is given, says the rest
(carriers.md sections 5.1 and 5.3). A word in a text never decides: the vendor's own sample has
`statusCode=pre-transit` beside the text DELIVERED.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from milepost.model.instants import clock_of
from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import Parsed, ProofTold, Scan, ShipmentTold
from milepost.sources.answers import foreign, joined, no_time, not_found, opened, refused
from milepost.sources.carriers.dhl.codes import division_code, group_of, refs
from milepost.sources.carriers.dhl.windows import etas
from milepost.sources.iso_times import moment_of
from milepost.sources.loose_json import (
    Object,
    is_true_at,
    objects_at,
    text_at,
    texts_of,
    value_at,
)

GRAMS = {"kg": 1000.0, "g": 1.0, "lb": 453.59237, "lbs": 453.59237}
LOCAL_TRACKING = "local-tracking"
COMPOSED = re.compile(r"[,;/]| - ")
REFUSED = {"400": "number_refused", "401": "access_refused", "403": "access_refused"}
EVENT = ("statusCode", "status", "statusDetailed", "timestamp", "description", "remark")


def parse(report: Report) -> Parsed:
    """Everything one answer says. Pure; what cannot be read is in `refusals`."""
    answer = opened(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    if "shipments" not in answer:
        return _problem(answer, report.subject)
    shipments = objects_at(answer, "shipments")
    if not shipments:
        return not_found(report.subject)
    read = joined(_shipment(item, shipments, report.subject) for item in shipments)
    return replace(read, notes=(*read.notes, *_elsewhere(answer)))


def _problem(answer: Object, asked: Sequence[str]) -> Parsed:
    """A problem document (RFC 7807): only "no such shipment" is news."""
    status = text_at(answer, "status")
    if status == "404":
        return not_found(asked)
    reason = REFUSED.get(status) or ("problem_answer" if status else "unknown_shape")
    detail = text_at(answer, "detail") or text_at(answer, "title") or "The answer holds no shipments."
    return refused(reason, detail, ", ".join(asked))


def _elsewhere(answer: Object) -> Iterator[str]:
    for link in _texts(answer, "possibleAdditionalShipmentsUrl"):
        yield f"possible additional shipments: {link}"


def _shipment(item: Object, all_items: Sequence[Object], asked: Sequence[str]) -> Parsed:
    number = _number(item, all_items, asked)
    if number is None:
        return foreign()
    group = group_of(text_at(item, "service") or text_at(item, "division"))
    read = [_scan(row, number, group) for row in _events(item)]
    return Parsed(
        scans=tuple(one for one in read if isinstance(one, Scan)),
        etas=etas(item, number, _place(item, "destination")),
        proofs=tuple(_proofs(item, number)),
        shipments=(_told(item, number),),
        refusals=tuple(one for one in read if isinstance(one, Refusal)),
        notes=tuple(_notes(item, number)),
    )


def _number(item: Object, all_items: Sequence[Object], asked: Sequence[str]) -> str | None:
    """The asked number this shipment is about. `id` is a text or a number.

    DHL answers a piece's or a customer's number with the shipment's own id, so an id that differs is
    foreign only where another entry of the answer has the very number that was asked.
    """
    told = text_at(item, "id")
    if told in asked:
        return told
    names = {*_pieces(item), *(value for _, value in _references(item))}
    if named := [number for number in asked if number in names]:
        return named[0]
    answered = {text_at(other, "id") for other in all_items}
    unanswered = [number for number in asked if number not in answered]
    return unanswered[0] if len(unanswered) == 1 else None


def _events(item: Object) -> list[Object]:
    """`status` repeats the newest event, sometimes with another offset: it counts only when it is alone."""
    status = objects_at(item, "status")
    return objects_at(item, "events") or [row for row in status if text_at(row, "timestamp")]


def _scan(row: Object, number: str, group: str) -> Scan | Refusal:
    coarse, status, detailed, timestamp, description, remark = texts_of(row, *EVENT)
    coarse = coarse.casefold()
    code = division_code(status, detailed)
    moment = moment_of(timestamp)
    if moment is None:
        return no_time(number, coarse or "without status")
    return Scan(
        moment=moment if moment.tzinfo else None,
        wall_clock=None if moment.tzinfo else clock_of(moment),
        code="/".join(part for part in (coarse, code) if part),
        refs=refs(group, coarse, code),
        text=description or status or detailed or remark,
        place=_place(row, "location"),
        tracking_number=number,
    )


def _proofs(item: Object, number: str) -> Iterator[ProofTold]:
    proof = value_at(item, "details", "proofOfDelivery")
    if not isinstance(proof, dict):
        return
    names = (text_at(proof, "signed", part) for part in ("givenName", "familyName"))
    yield ProofTold(
        tracking_number=number,
        received_by=" ".join(name for name in names if name) or text_at(proof, "signed", "name"),
        has_signature=bool(text_at(proof, "signatureUrl") or text_at(proof, "documentUrl"))
        or is_true_at(item, "details", "proofOfDeliverySignedAvailable"),
    )


def _told(item: Object, number: str) -> ShipmentTold:
    references = tuple(_references(item))
    partner = text_at(item, "details", "provider", "destinationProvider")
    picked_up = moment_of(text_at(item, "pickUpDate"))
    return ShipmentTold(
        tracking_number=number,
        service=text_at(item, "details", "product", "productName") or text_at(item, "service"),
        references=(*references, *(("piece", piece) for piece in _pieces(item) if piece != number)),
        handed_over_as=tuple(
            (partner or kind, value) for kind, value in references if LOCAL_TRACKING in kind.casefold()
        ),
        ship_date=picked_up.date() if picked_up else None,
        origin=_place(item, "origin"),
        destination=_place(item, "destination"),
        weight_g=_grams(item),
    )


def _notes(item: Object, number: str) -> Iterator[str]:
    told = text_at(item, "id")
    if told and told != number:
        yield f"answered as {told}"
    if is_true_at(item, "returnFlag"):
        yield "flagged as a return"
    if remark := text_at(item, "estimatedTimeOfDeliveryRemark"):
        yield f"delivery estimate: {remark}"


def _references(item: Object) -> Iterator[tuple[str, str]]:
    """One object in some answers, a list of them in others."""
    for reference in objects_at(item, "details", "references"):
        if value := text_at(reference, "number"):
            yield text_at(reference, "type"), value


def _pieces(item: Object) -> list[str]:
    return _texts(item, "details", "pieceIds")


def _place(item: Object, name: str) -> RawPlace:
    """`addressLocality` is a town, a town with its country, or a street and a town on one line."""
    address = value_at(item, name, "address")
    locality, postal_code, country = texts_of(address, "addressLocality", "postalCode", "countryCode")
    if COMPOSED.search(locality):
        return RawPlace(text=locality, postal_code=postal_code, country=country)
    return RawPlace(city=locality, postal_code=postal_code, country=country)


def _grams(item: Object) -> int | None:
    value = text_at(item, "details", "weight", "value")
    unit = text_at(item, "details", "weight", "unitText").casefold()
    try:
        return round(float(value) * GRAMS[unit])
    except (KeyError, ValueError, OverflowError):
        return None


def _texts(node: Object, *path: str) -> list[str]:
    value = value_at(node, *path)
    return [text for entry in value if (text := text_at({"": entry}, ""))] if isinstance(value, list) else []
