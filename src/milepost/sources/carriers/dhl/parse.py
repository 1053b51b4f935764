"""Reads DHL's Unified tracking answers: scans of every division, delivery windows, proof, service.

DHL's own five words (`statusCode`) say little; the division's code, where one is given, says the rest
(carriers.md sections 5.1 and 5.3). A word in a text never decides: the vendor's own sample has
`statusCode=pre-transit` beside the text DELIVERED.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import Parsed, ProofTold, Scan, ShipmentTold
from milepost.sources.carriers.dhl.codes import COARSE, division_code, group_of, refs
from milepost.sources.carriers.dhl.windows import etas, moment_of

Row = Mapping[str, Any]

GRAMS = {"kg": 1000.0, "g": 1.0, "lb": 453.59237, "lbs": 453.59237}
LOCAL_TRACKING = "local-tracking"


def parse(report: Report) -> Parsed:
    """Everything one answer says. Pure; what cannot be read is in `refusals`."""
    try:
        answer = msgspec.json.decode(report.body)
    except (ValueError, RecursionError):
        return Parsed(refusals=(_refusal("unreadable_body", "The answer is not JSON."),))
    if not isinstance(answer, Mapping):
        return Parsed(refusals=(_refusal("unknown_shape", "The answer is not an object."),))
    if "shipments" not in answer:
        return _problem(answer, report.subject)
    shipments = list(_rows(answer["shipments"]))
    if not shipments:
        return _not_found(report.subject)
    read = [_shipment(item, shipments, report.subject) for item in shipments]
    return Parsed(
        scans=tuple(scan for one in read for scan in one.scans),
        etas=tuple(eta for one in read for eta in one.etas),
        proofs=tuple(proof for one in read for proof in one.proofs),
        shipments=tuple(told for one in read for told in one.shipments),
        refusals=tuple(refusal for one in read for refusal in one.refusals),
        notes=(*(note for one in read for note in one.notes), *_elsewhere(answer)),
    )


def _problem(answer: Row, asked: Sequence[str]) -> Parsed:
    """A problem document (RFC 7807): only "no such shipment" is news."""
    status = _text(answer.get("status"))
    if status == "404":
        return _not_found(asked)
    reason = {"400": "number_refused", "401": "access_refused", "403": "access_refused"}.get(status, "")
    detail = _text(answer.get("detail")) or _text(answer.get("title")) or "The answer holds no shipments."
    reason = reason or ("problem_answer" if status else "unknown_shape")
    return Parsed(refusals=(_refusal(reason, detail, ", ".join(asked)),))


def _not_found(asked: Sequence[str]) -> Parsed:
    return Parsed(shipments=tuple(ShipmentTold(tracking_number=number, not_found=True) for number in asked))


def _elsewhere(answer: Row) -> Iterator[str]:
    links = answer.get("possibleAdditionalShipmentsUrl")
    for link in links if isinstance(links, list) else ():
        if text := _text(link):
            yield f"possible additional shipments: {text}"


def _shipment(item: Row, all_items: Sequence[Row], asked: Sequence[str]) -> Parsed:
    number = _number(item, all_items, asked)
    if number is None:
        detail = "It answers about a number we did not ask for."
        return Parsed(refusals=(_refusal("foreign_number", detail),))
    group = group_of(_text(item.get("service")) or _text(item.get("division")))
    scans: list[Scan] = []
    refusals: list[Refusal] = []
    for row in _events(item):
        read = _scan(row, number, group)
        (scans if isinstance(read, Scan) else refusals).append(read)  # type: ignore[arg-type]
    return Parsed(
        scans=tuple(scans),
        etas=etas(item, number, _place(item.get("destination"))),
        proofs=tuple(_proofs(item, number)),
        shipments=(_told(item, number),),
        refusals=tuple(refusals),
        notes=tuple(_notes(item, number)),
    )


def _number(item: Row, all_items: Sequence[Row], asked: Sequence[str]) -> str | None:
    """The asked number this shipment is about. `id` is a text or a number.

    DHL answers a piece's or a customer's number with the shipment's own id, so an id that differs is
    foreign only where another entry of the answer has the very number that was asked.
    """
    told = _text(item.get("id"))
    if told in asked:
        return told
    names = {*_pieces(item), *(value for _, value in _references(item))}
    if named := [number for number in asked if number in names]:
        return named[0]
    answered = {_text(other.get("id")) for other in all_items}
    unanswered = [number for number in asked if number not in answered]
    return unanswered[0] if len(unanswered) == 1 else None


def _events(item: Row) -> list[Row]:
    """`status` repeats the newest event, sometimes with another offset: it counts only when it is alone."""
    events = list(_rows(item.get("events")))
    status = item.get("status")
    if events or not isinstance(status, Mapping):
        return events
    return [status] if status.get("timestamp") else []


def _scan(row: Row, number: str, group: str) -> Scan | Refusal:
    coarse = _text(row.get(COARSE)).casefold()
    code = division_code(_text(row.get("status")), _text(row.get("statusDetailed")))
    moment = moment_of(row.get("timestamp"))
    if moment is None:
        return _refusal("no_time", f"The event {coarse or 'without status'} has no time we can read.", number)
    texts = (_text(row.get(name)) for name in ("description", "status", "statusDetailed", "remark"))
    return Scan(
        moment=moment if moment.tzinfo else None,
        wall_clock=None if moment.tzinfo else moment.isoformat(timespec="seconds"),
        code="/".join(part for part in (coarse, code) if part),
        refs=refs(group, coarse, code),
        text=next((text for text in texts if text), ""),
        place=_place(row.get("location")),
        tracking_number=number,
    )


def _proofs(item: Row, number: str) -> Iterator[ProofTold]:
    details = _object(item.get("details"))
    proof = details.get("proofOfDelivery")
    if not isinstance(proof, Mapping):
        return
    signed = _object(proof.get("signed"))
    whole = " ".join(name for part in ("givenName", "familyName") if (name := _text(signed.get(part))))
    yield ProofTold(
        tracking_number=number,
        received_by=whole or _text(signed.get("name")),
        has_signature=bool(_text(proof.get("signatureUrl")) or _text(proof.get("documentUrl")))
        or details.get("proofOfDeliverySignedAvailable") is True,
    )


def _told(item: Row, number: str) -> ShipmentTold:
    details = _object(item.get("details"))
    references = tuple(_references(item))
    partner = _text(_object(details.get("provider")).get("destinationProvider"))
    picked_up = moment_of(item.get("pickUpDate"))
    return ShipmentTold(
        tracking_number=number,
        service=_text(_object(details.get("product")).get("productName")) or _text(item.get("service")),
        references=(*references, *(("piece", piece) for piece in _pieces(item) if piece != number)),
        handed_over_as=tuple(
            (partner or kind, value) for kind, value in references if LOCAL_TRACKING in kind.casefold()
        ),
        ship_date=picked_up.date() if picked_up else None,
        origin=_place(item.get("origin")),
        destination=_place(item.get("destination")),
        weight_g=_grams(_object(details.get("weight"))),
    )


def _notes(item: Row, number: str) -> Iterator[str]:
    told = _text(item.get("id"))
    if told and told != number:
        yield f"answered as {told}"
    if item.get("returnFlag") is True:
        yield "flagged as a return"
    if remark := _text(item.get("estimatedTimeOfDeliveryRemark")):
        yield f"delivery estimate: {remark}"


def _references(item: Row) -> Iterator[tuple[str, str]]:
    """One object in some answers, a list of them in others."""
    told = _object(item.get("details")).get("references")
    for reference in _rows(told if isinstance(told, list) else [told]):
        if value := _text(reference.get("number")):
            yield _text(reference.get("type")), value


def _pieces(item: Row) -> list[str]:
    told = _object(item.get("details")).get("pieceIds")
    return [piece for entry in (told if isinstance(told, list) else []) if (piece := _text(entry))]


def _place(value: Any) -> RawPlace:
    """`addressLocality` is a town, a town with its country, or a street and a town on one line."""
    address = _object(_object(value).get("address"))
    locality = _text(address.get("addressLocality"))
    postal_code, country = _text(address.get("postalCode")), _text(address.get("countryCode"))
    if re.search(r"[,;/]| - ", locality):
        return RawPlace(text=locality, postal_code=postal_code, country=country)
    return RawPlace(city=locality, postal_code=postal_code, country=country)


def _grams(weight: Row) -> int | None:
    value, unit = weight.get("value"), _text(weight.get("unitText")).casefold()
    try:
        return round(float(_text(value)) * GRAMS[unit]) if _text(value) else None
    except (KeyError, ValueError, OverflowError):
        return None


def _object(value: Any) -> Row:
    return value if isinstance(value, Mapping) else {}


def _rows(value: Any) -> Iterator[Row]:
    if isinstance(value, list):
        yield from (row for row in value if isinstance(row, Mapping))


def _text(value: Any) -> str:
    """Numbers, nulls and blanks come where texts should be."""
    return "" if value is None or isinstance(value, (bool, list, Mapping)) else str(value).strip()


def _refusal(reason: str, detail: str, subject: str = "") -> Refusal:
    return Refusal(reason=reason, detail=detail[:200], subject=subject)
