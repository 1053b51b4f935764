"""Reads UPS tracking answers (carriers.md §2.3–2.6). Pure: what cannot be read is a refusal."""

from functools import lru_cache
from typing import Any

from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, Parsed, ProofTold, Scan, ShipmentTold
from milepost.sources.answers import decoded, joined, not_found, refused
from milepost.sources.carriers.ups.moments import day_of, moment_of
from milepost.sources.carriers.ups.windows import kept_until, window_in
from milepost.sources.loose_json import (
    is_true_at,
    objects_at,
    text_at,
    texts_of,
    value_at,
)
from milepost.sources.masses import grams
from milepost.sources.raw_places import place_in

NOT_FOUND = frozenset({"TW0001"})
TABLES = {
    "I": ("I",),
    "P": ("I",),
    "M": ("M",),
    "MV": ("M",),
    "U": ("U",),
    "D": ("D", "D_push"),
    "X": ("X", "D"),
}
"""Which tables of codes.csv a class looks into; the same two letters mean different things in each (§2.5)."""
ADDRESS = ("city", "stateProvince", "postalCode", "countryCode", "country")
DELIVERY_CLASSES = frozenset({"D", "X"})
PACKAGES_MAX = 1000
ACTIVITIES_MAX = 5000
CACHED_MAX = 10_000


def parse(report: Report) -> Parsed:
    """Scans, dates, proof and facts of every package of every shipment in the answer."""
    answer = decoded(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    shipments = objects_at(answer, "trackResponse", "shipment")
    if not shipments:
        return _without_shipments(answer, report)
    parts: list[Parsed] = []
    for shipment in shipments:
        packages = objects_at(shipment, "package")[:PACKAGES_MAX]
        parts += [_package(package, shipment) for package in packages]
        if not packages:
            parts.append(_without_packages(shipment, report))
    return joined(parts)


def _package(package: dict[str, Any], shipment: dict[str, Any]) -> Parsed:
    number = text_at(package, "trackingNumber") or text_at(shipment, "inquiryNumber")
    delivered_on = {
        text_at(entry, "date")
        for entry in objects_at(package, "deliveryDate")
        if text_at(entry, "type") == "DEL" and text_at(entry, "date")
    }
    read = [
        _activity(activity, number, delivered_on)
        for activity in objects_at(package, "activity")[:ACTIVITIES_MAX]
    ]
    destination = _address(package, "DESTINATION")
    windows = (window_in(package, number, destination), kept_until(package, number, destination))
    proof = _proof(package, number)
    return Parsed(
        scans=tuple(item for item in read if isinstance(item, Scan)),
        etas=tuple(window for window in windows if window),
        proofs=(proof,) if proof else (),
        shipments=(_facts(package, shipment, number),),
        refusals=tuple(item for item in read if isinstance(item, Refusal)),
    )


def _activity(activity: dict[str, Any], number: str, delivered_on: set[str]) -> Scan | Refusal:
    moment, wall_clock = moment_of(activity)
    status = value_at(activity, "status")
    kind, letters, number_code, text = texts_of(status, "type", "code", "statusCode", "description")
    code = f"{kind}/{letters}/{number_code}".rstrip("/")
    if moment is None and wall_clock is None:
        return Refusal(reason="unreadable_time", detail=f"The activity {code} has no time.", subject=number)
    is_proven = text_at(activity, "date") in delivered_on
    return Scan(
        moment=moment,
        wall_clock=wall_clock,
        code=code,
        refs=_refs(kind, letters, number_code, is_proven=is_proven),
        text=text or text_at(status, "simplifiedTextDescription"),
        place=place_in(
            value_at(activity, "location", "address"), ADDRESS, text_at(activity, "location", "slic")
        ),
        tracking_number=number,
        logical=is_true_at(activity, "logicalScan"),
    )


@lru_cache(CACHED_MAX)
def _refs(kind: str, code: str, number: str, *, is_proven: bool) -> tuple[CodeRef, ...]:
    """Where to look the activity up, best first (§2.5, §2.6): the class-free number, then the class's tables.

    Class D by itself proves no delivery (§2.4): words of delivery count only on the day of a `DEL` date.
    """
    letters = (code.lstrip("0") or "0") if code.isdigit() else code  # the vendor's table lost leading zeros
    digits = number.zfill(3) if number.isdigit() else number
    families = list(TABLES.get(kind, ()))
    if is_proven and kind in DELIVERY_CLASSES:
        families.append("D_proven")
    return (
        CodeRef(family="before_number", code=f"{kind}/{letters}"),
        CodeRef(family="number", code=digits),
        *(CodeRef(family=family, code=letters) for family in families),
        CodeRef(family="number_last", code=digits),
    )


def _address(package: dict[str, Any], kind: str) -> RawPlace:
    for party in objects_at(package, "packageAddress"):
        if text_at(party, "type") == kind:
            return place_in(party.get("address"), ADDRESS)
    return RawPlace()


def _proof(package: dict[str, Any], number: str) -> ProofTold | None:
    told = value_at(package, "deliveryInformation")
    photo = value_at(told, "deliveryPhoto")
    viewable = text_at(photo, "photoDispositionCode") != "N"
    proof = ProofTold(
        tracking_number=number,
        received_by=text_at(told, "receivedBy"),
        left_at=text_at(told, "location"),
        has_signature=bool(text_at(told, "signature", "image")),
        has_photo=viewable and (is_true_at(photo, "photoCaptureInd") or bool(text_at(photo, "photo"))),
    )
    return None if proof == ProofTold(tracking_number=number) else proof


def _facts(package: dict[str, Any], shipment: dict[str, Any], number: str) -> ShipmentTold:
    return ShipmentTold(
        tracking_number=number,
        service=text_at(package, "service", "description"),
        references=_pairs(package, "referenceNumber"),
        handed_over_as=_pairs(package, "alternateTrackingNumber"),
        ship_date=day_of(text_at(shipment, "pickupDate")),
        origin=_address(package, "ORIGIN"),
        destination=_address(package, "DESTINATION"),
        weight_g=grams(text_at(package, "weight", "weight"), text_at(package, "weight", "unitOfMeasurement")),
    )


def _pairs(package: dict[str, Any], name: str) -> tuple[tuple[str, str], ...]:
    pairs = ((text_at(entry, "type"), text_at(entry, "number")) for entry in objects_at(package, name))
    return tuple((kind, number) for kind, number in pairs if number)


def _without_packages(shipment: dict[str, Any], report: Report) -> Parsed:
    """A number UPS does not know answers 200 with a warning and no package (§2.2)."""
    number = text_at(shipment, "inquiryNumber") or "".join(report.subject[:1])
    codes = {text_at(warning, "code") for warning in objects_at(shipment, "warnings")}
    if codes & NOT_FOUND:
        return not_found([number])
    return refused("unknown_shape", f"A shipment without packages ({_listed(codes)}).", number)


def _without_shipments(answer: Any, report: Report) -> Parsed:
    number = "".join(report.subject[:1])
    codes = {text_at(error, "code") for error in objects_at(answer, "response", "errors")} - {""}
    if codes & NOT_FOUND:
        return not_found([number])
    if "TV1002" in codes:
        return refused("invalid_number", "UPS says that this is no number of its own (TV1002).", number)
    if codes:
        return refused("source_refused", f"UPS answered with {_listed(codes)}.", number)
    return refused("unknown_shape", "The answer holds no shipment and no error.", number)


def _listed(codes: set[str]) -> str:
    return ", ".join(sorted(codes)) or "no code"
