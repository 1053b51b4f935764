"""Which shipments an order travels in: one per tracking number, and per use of that number."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from milepost.model.carriers import Clues
from milepost.model.orders import OrderFacts, PackageFacts
from milepost.model.places import Located
from milepost.model.shipments import Shipment

REUSE_SLACK = timedelta(days=14)
"""Scans older than this before the order was placed tell of an earlier parcel with the same number."""

REUSE_GAP = timedelta(days=60)
"""An order placed this long after another with the same number is a new use of it (carriers keep
numbers for 90 to 120 days, carriers.md section 1 rule 10), not a combined parcel."""


class Identify(Protocol):
    """(tracking number, provider name, destination country) → (carrier key or None, why in one sentence)."""

    def __call__(
        self, number: str, provider_name: str, country: str, clues: Clues = ..., /
    ) -> tuple[str | None, str]: ...


def shipments_after(
    order: OrderFacts, known: Iterable[Shipment], now: datetime, identify: Identify
) -> list[Shipment]:
    """The shipments this order's packages call for that are new or different from the known ones.

    `known` holds every use, in this shop, of the order's numbers and every shipment of the order.
    """
    known = list(known)
    changed: dict[str, Shipment] = {}
    numbers: dict[str, list[PackageFacts]] = {}
    for package in order.packages:
        if package.tracking_number:
            numbers.setdefault(package.tracking_number, []).append(package)
    for number, packages in numbers.items():
        before = use_for(order, number, known)
        after = _with_packages(before or _new(order, number, packages[0], now, identify), order, packages)
        if after != before:
            changed[after.shipment_id] = after
    for shipment in known:
        if _is_replaced(shipment, order, numbers):
            changed[shipment.shipment_id] = replace(shipment, superseded=True)
    return list(changed.values())


def past_shipments(
    told: OrderFacts, current: OrderFacts, known: Iterable[Shipment], now: datetime, identify: Identify
) -> list[Shipment]:
    """Shipments only a staler description names: the order once travelled under these numbers."""
    known = list(known)
    live = {package.tracking_number for package in current.packages}
    past = {
        p.tracking_number: p for p in told.packages if p.tracking_number and p.tracking_number not in live
    }
    return [
        replace(_with_packages(_new(told, number, package, now, identify), told, [package]), superseded=True)
        for number, package in past.items()
        if live and use_for(told, number, known) is None
    ]


def use_for(order: OrderFacts, number: str, known: Iterable[Shipment]) -> Shipment | None:
    """The use of a tracking number that this order is part of, if it is known."""
    placed_at = order.placed_at
    for shipment in known:
        if shipment.tracking_number != number or shipment.shop_id != order.shop_id:
            continue
        if order.order_number in shipment.order_numbers:
            return shipment
        if placed_at is not None and abs(shipment.since - placed_at) < REUSE_GAP:
            return shipment  # combined orders
    return None


def use_at(shipments: Iterable[Shipment], at: datetime, place: Located | None = None) -> Shipment | None:
    """Whose scan it is: the latest use of the number that had begun, with slack, when it happened.

    Within that slack an earlier use may still be under way: where the scan is in the town or country that
    only the earlier one goes to, it is the earlier one's.
    """
    begun = [shipment for shipment in shipments if shipment.since - REUSE_SLACK <= at]
    if len(begun) <= 1:
        return begun[0] if begun else None
    begun.sort(key=lambda shipment: (shipment.since, shipment.shipment_id))
    *_, earlier, latest = begun
    if place is not None and at < latest.since and _fit(earlier, place) > _fit(latest, place):
        return earlier
    return latest


def _fit(shipment: Shipment, place: Located) -> int:
    """How well a place goes with where a parcel goes: 2 its town, 1 its country, 0 another or not known."""
    if not place.country or shipment.to_country.casefold() != place.country.casefold():
        return 0
    return 2 if place.city and shipment.to_city.casefold() == place.city.casefold() else 1


def _new(
    order: OrderFacts, number: str, package: PackageFacts, now: datetime, identify: Identify
) -> Shipment:
    whose = Clues(shop_id=order.shop_id)
    carrier, why = identify(number, package.provider_name, order.destination.country, whose)
    return Shipment(
        shipment_id=_new_id(now),
        shop_id=order.shop_id,
        order_numbers=(order.order_number,),
        tracking_number=number,
        carrier=carrier,
        carrier_reason=why,
        provider_id=package.provider_id,
        provider_name=package.provider_name,
        package_ids=(),
        since=order.placed_at or now,
        created_at=now,
        to_country=order.destination.country,
        to_city=order.destination.city,
    )


def _new_id(now: datetime) -> str:
    """32 hex digits: the millisecond it was made in, then 80 random bits.

    Young parcels so lie beside each other in every index, and news of them touches few of its pages
    (measured in docs/run/scale.md).
    """
    return f"{int(now.timestamp() * 1000):012x}{secrets.token_hex(10)}"


def _with_packages(shipment: Shipment, order: OrderFacts, packages: Iterable[PackageFacts]) -> Shipment:
    packages = list(packages)
    ids = {package.package_id for package in packages if package.package_id}
    orders = {order.order_number, *(number for package in packages for number in package.order_numbers)}
    return replace(
        shipment,
        order_numbers=tuple(sorted({*shipment.order_numbers, *orders})),
        package_ids=tuple(sorted({*shipment.package_ids, *ids})),
        since=min(shipment.since, order.placed_at or shipment.since),
        superseded=False,
    )


def _is_replaced(shipment: Shipment, order: OrderFacts, numbers: Iterable[str]) -> bool:
    """The order once travelled under this number and now names others only."""
    numbers = set(numbers)
    return (
        bool(numbers)
        and order.complete
        and not shipment.superseded
        and shipment.shop_id == order.shop_id
        and shipment.order_numbers == (order.order_number,)
        and shipment.tracking_number not in numbers
    )
