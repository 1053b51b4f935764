"""A package as TikTok knows it: its status, detail, and search row (tiktok-shop.md §4.1 and 4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from milepost_sandbox.servers.tiktok_shop.addresses import Masking, recipient
from milepost_sandbox.world.words import Order, Parcel, Shop, Unit

TAGS: Final = {"": "DEFAULT", "SPLIT": "SPLIT", "COMBINED": "COMBINE"}
COLLECTED: Final = frozenset({"picked_up", "dropped_off"})
DELIVERED: Final = frozenset({"delivered", "collected"})
SHIP_EXCEPTIONS: Final = {
    "damaged": "PACKAGE_DAMAGAED",  # spelled so in the interface
    "lost": "PACKAGE_LOST",
    "returned": "RETURNED_TO_SHIPPER",
    "destroyed": "PACKAGE_SCRAP",
}
SUB_STATUSES: Final = {
    "TO_FULFILL": "CREATED",
    "PROCESSING": "RTS",
    "FULFILLING": "TTS",
    "COMPLETED": "DELIVERED",
    "CANCELLED": "CANCELLED",
}


def parcel_of(orders: Sequence[Order], package_id: str) -> Parcel | None:
    """The parcel a package travels in; None for a package that was regrouped before it was shipped."""
    parcels = (parcel for order in orders for parcel in order.parcels)
    return next((parcel for parcel in parcels if parcel.package_id == package_id), None)


def is_shipped(parcel: Parcel | None, now: datetime) -> bool:
    """Whether the seller has arranged the shipment, so that the tracking number shows."""
    return parcel is not None and parcel.label_at <= now


def status_of(order: Order, package_id: str, parcel: Parcel | None, now: datetime) -> str:
    """The package's status (tiktok-shop.md §4.1)."""
    if order.status_at(now) == "CANCELLED" or package_id not in order.packages_at(now):
        return "CANCELLED"
    if parcel is None or parcel.label_at > now:
        return "TO_FULFILL"
    seen = {step.situation for step in parcel.steps_published(now)}
    if seen & DELIVERED:
        return "COMPLETED"
    return "FULFILLING" if seen & COLLECTED else "PROCESSING"


def trouble_of(parcel: Parcel | None, now: datetime) -> str:
    """The `ship_exception_reason`, "" for none."""
    steps = parcel.steps_published(now) if parcel else ()
    return SHIP_EXCEPTIONS.get(steps[-1].situation, "") if steps else ""


def detail(
    orders: Sequence[Order], package_id: str, shop: Shop, now: datetime, masking: Masking
) -> dict[str, Any]:
    """Package detail. `orders` are those that share the package; the first one names the recipient."""
    order = orders[0]
    parcel = parcel_of(orders, package_id)
    status = status_of(order, package_id, parcel, now)
    trouble = trouble_of(parcel, now)
    tag = TAGS[order.split_or_combine]
    shipped = is_shipped(parcel, now)
    body: dict[str, Any] = {
        **_common(orders, package_id, parcel, now),
        "package_id": package_id,
        "package_status": status,
        "package_sub_status": "SHIP_EXCEPTION" if trouble else SUB_STATUSES[status],
        "split_and_combine_tag": tag,
        "has_multi_skus": len({unit.sku_id for unit in _units(orders, package_id, now)}) > 1,
        "note_tag": "BUYER_UNNOTED",
        "shipping_type": order.shipping_type,
        "delivery_option_name": order.delivery_option,
        "delivery_option_id": order.delivery_option_id,
        "last_mile_tracking_number": _last_mile(parcel, now),
        "pickup_slot": {"start_time": 0, "end_time": 0},
        "handover_method": "DROP_OFF",
        "recipient_address": _short(recipient(order, order.status_at(now) or "", now, masking)),
        "sender_address": _sender(shop),
        "weight": {"value": f"{(parcel.weight_g if parcel and shipped else 0)}", "unit": "GRAM"},
        "dimension": {"length": "20", "width": "15", "height": "10", "unit": "CM"},
        "insurance": {
            "is_purchased": False,
            "coverage_amount": "0",
            "is_claim_eligible": False,
            "claim_status": "",
        },
        "warehouse_id": shop.warehouse_id,
        "biz_extension_tags": [],
    }
    return body | ({"ship_exception_reason": trouble} if trouble else {})


def search_row(orders: Sequence[Order], package_id: str, now: datetime) -> dict[str, Any]:
    """Package search: `id` and `status` here, `package_id` and `package_status` in the detail."""
    parcel = parcel_of(orders, package_id)
    return {
        **_common(orders, package_id, parcel, now),
        "id": package_id,
        "status": status_of(orders[0], package_id, parcel, now),
    }


def _common(orders: Sequence[Order], package_id: str, parcel: Parcel | None, now: datetime) -> dict[str, Any]:
    shipped = parcel if parcel is not None and is_shipped(parcel, now) else None
    created = min(moment.at for order in orders for moment in order.package_moments)
    return {
        "orders": [
            {
                "id": order.order_id,
                "skus": [
                    {"id": unit.sku_id, "name": unit.variant, "image_url": "", "quantity": 1}
                    for unit in order.units
                    if order.package_of(unit, now) == package_id
                ],
            }
            for order in orders
        ],
        "order_line_item_ids": [unit.line_item_id for unit in _units(orders, package_id, now)],
        "tracking_number": shipped.tracking_number if shipped else "",
        "shipping_provider_name": shipped.provider_name if shipped else "",
        "shipping_provider_id": shipped.provider_id if shipped else "",
        "create_time": int(created.timestamp()),
        "update_time": int(updated_at(orders, now).timestamp()),
    }


def updated_at(orders: Sequence[Order], now: datetime) -> datetime:
    """When the newest change of the package's orders was."""
    return max(order.update_time_at(now) or order.created_at for order in orders)


def _units(orders: Sequence[Order], package_id: str, now: datetime) -> list[Unit]:
    return [unit for order in orders for unit in order.units if order.package_of(unit, now) == package_id]


def _last_mile(parcel: Parcel | None, now: datetime) -> str:
    steps = parcel.steps_published(now) if parcel else ()
    return next((n for step in reversed(steps) if (n := step.detail.get("partner_number"))), "")


def _sender(shop: Shop) -> dict[str, str]:
    place = shop.warehouse
    detail = "1 Kiln Yard"
    return {
        "full_address": f"{detail}, {place.city}, {place.region} {place.postal_code}",
        "phone_number": "(+1)5550100100",
        "name": shop.name,
        "postal_code": place.postal_code,
        "address_detail": detail,
        "region_code": place.country,
        "address_line1": detail,
        "address_line2": "",
        "address_line3": "",
        "address_line4": "",
    }


SHORT: Final = (
    "full_address",
    "phone_number",
    "name",
    "postal_code",
    "address_detail",
    "region_code",
    "address_line1",
    "address_line2",
    "address_line3",
    "address_line4",
)


def _short(address: dict[str, Any] | None) -> dict[str, Any] | None:
    return {name: address[name] for name in SHORT} if address else None
