"""An order as TikTok shows it in search and detail, one line item per piece (tiktok-shop.md §3.4–3.5)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.tiktok_shop import packages
from milepost_sandbox.servers.tiktok_shop.addresses import Masking, recipient
from milepost_sandbox.world.words import Order, Parcel, Shop, Unit

CURRENCIES: Final = {
    "US": "USD",
    "GB": "GBP",
    "ID": "IDR",
    "TH": "THB",
    "VN": "VND",
    "DE": "EUR",
    "FR": "EUR",
}
PENDING: Final = frozenset({"UNPAID", "ON_HOLD"})
ZEROES: Final = (
    "seller_discount",
    "platform_discount",
    "shipping_fee_seller_discount",
    "shipping_fee_platform_discount",
    "shipping_fee_cofunded_discount",
    "shipping_fee_tax",
    "small_order_fee",
    "retail_delivery_fee",
    "buyer_service_fee",
    "handling_fee",
    "shipping_insurance_fee",
    "item_insurance_fee",
    "item_insurance_tax",
    "tax",
    "product_tax",
)
DETAIL_ONLY: Final = {
    "payment_card_type": "Credit",
    "payment_method_code": "pm_pi_ccdc_visa_c_c",
    "payment_auth_code": "",
    "channel_entity_national_registry_id": "",
}
NEWER_FIELDS: Final = {
    "is_subscription_order": False,
    "is_refundable_sample": False,
    "authentication_required": False,
    "order_rights": [],
    "buyer_nickname": "",
    "buyer_avatar": "",
}
"""New in 2026: a 202507 detail has them, a 202309 detail does not."""
SURPRISE_SHARE: Final = 0.1
View = Literal["search", "202507", "202309"]


def shown(order: Order, shop: Shop, now: datetime, masking: Masking, view: View) -> dict[str, Any]:
    """One placed order at `now`."""
    status = order.status_at(now) or "UNPAID"
    body: dict[str, Any] = {
        **_identity(order, status, now),
        **_times(order, status, now),
        **_shipping(order, shop, now),
        "buyer_email": order.buyer.email,
        "user_id": order.buyer.user_id,
        "cpf": "",
        "cpf_name": "",
        "payment_method_name": "Credit/debit card",
        "need_upload_invoice": "NO_NEED",
        "payment": _payment(order),
        "line_items": [_line(order, unit, status, now) for unit in order.units],
    }
    if address := recipient(order, status, now, masking):
        body["recipient_address"] = address
    if view != "search":
        body |= DETAIL_ONLY
    if view != "202309":
        body |= NEWER_FIELDS
    return body | _surprises(order, body)


def _surprises(order: Order, body: dict[str, Any]) -> dict[str, Any]:
    """What a client has to bear: members and values no documentation lists, and null for a list (§8.14)."""
    if not chance.picked(SURPRISE_SHARE, "surprise", order.order_id):
        return {}
    lines = [{**line, "item_tax": None, "combined_listing_skus": None} for line in body["line_items"]]
    return {"line_items": lines, "order_type": "GIFT_2027", "delivery_drone": {"wings": 4}}


def _identity(order: Order, status: str, now: datetime) -> dict[str, Any]:
    requested = order.cancel_requested_at is not None and order.cancel_requested_at <= now
    changed = order.address_changed_at is not None and order.address_changed_at <= now
    cancelled = status == "CANCELLED"
    by_buyer = order.cancel_requested_at is not None
    return {
        "id": order.order_id,
        "status": status,
        "order_type": "NORMAL",
        "commerce_platform": "TIKTOK_SHOP",
        "is_on_hold_order": order.hold,
        "is_cod": False,
        "is_sample_order": False,
        "is_buyer_request_cancel": requested,
        "has_updated_recipient_address": changed,
        "is_replacement_order": False,
        "replaced_order_id": "",
        "is_exchange_order": False,
        "exchange_source_order_id": "",
        "cancellation_initiator": ("BUYER" if by_buyer else "SYSTEM") if cancelled else "",
        "cancel_reason": order.cancel_reason if cancelled else "",
        "buyer_message": "",
        "seller_note": "",
        "split_or_combine_tag": order.split_or_combine,
        "auto_combine_group_id": "N/A",
        "consultation_id": "",
        "fulfillment_priority_level": 100,
    }


def _times(order: Order, status: str, now: datetime) -> dict[str, Any]:
    """Times that have come, and clocks; an unset one is 0, null or absent, which is not settled (§13)."""
    paid = status != "UNPAID"
    times: dict[str, datetime | None] = {
        "create_time": order.created_at,
        "paid_time": order.paid_at,
        "update_time": order.update_time_at(now),
        "rts_time": order.rts_at,
        "collection_time": order.collected_at,
        "delivery_time": order.delivered_at,
        "request_cancel_time": order.cancel_requested_at,
        "cancel_time": order.cancelled_at,
    }
    clocks = {
        "rts_sla_time": order.rts_sla,
        "tts_sla_time": order.tts_sla,
        "delivery_sla_time": order.delivery_sla,
        "delivery_option_required_delivery_time": order.delivery_option_required,
        "shipping_due_time": order.shipping_due,
        "collection_due_time": order.collection_due,
        "delivery_due_time": order.delivery_due,
        "cancel_order_sla_time": order.shipping_due,
    }
    unset = ("release_date", "pick_up_cut_off_time", "fast_dispatch_sla_time", "recommended_shipping_time")
    known = {name: at if at is not None and at <= now else None for name, at in times.items()}
    known |= {name: at if paid else None for name, at in clocks.items()}
    known |= dict.fromkeys(unset)
    return {
        name: int(at.timestamp()) if at is not None else _unset(order, name)
        for name, at in known.items()
        if at is not None or _unset(order, name) != "absent"
    }


def _unset(order: Order, name: str) -> int | str | None:
    return (0, 0, None, "absent")[chance.number(4, "unset", order.order_id, name)]


def _shipping(order: Order, shop: Shop, now: datetime) -> dict[str, Any]:
    shipped = next((parcel for parcel in order.parcels if packages.is_shipped(parcel, now)), None)
    return {
        "fulfillment_type": "FULFILLMENT_BY_SELLER",
        "shipping_type": order.shipping_type,
        "delivery_type": "HOME_DELIVERY",
        "delivery_option_id": order.delivery_option_id,
        "delivery_option_name": order.delivery_option,
        "shipping_provider": shipped.provider_name if shipped else "",
        "shipping_provider_id": shipped.provider_id if shipped else "",
        "tracking_number": shipped.tracking_number if shipped else "",
        "packages": [{"id": package_id} for package_id in order.packages_at(now)],
        "warehouse_id": shop.warehouse_id,
        "handling_duration": {"days": "3", "type": "BUSINESS_DAY"},
        "fast_delivery_program": "",
    }


def _payment(order: Order) -> dict[str, str]:
    """All texts, not padded: `24`, `4.99`."""
    goods = sum((Decimal(unit.price) for unit in order.units), Decimal(0))
    shipping = Decimal("4.99")
    return {
        "currency": CURRENCIES.get(order.region, "USD"),
        "sub_total": f"{goods}",
        "shipping_fee": f"{shipping}",
        "total_amount": f"{goods + shipping}",
        "original_total_product_price": f"{goods}",
        "original_shipping_fee": f"{shipping}",
        **dict.fromkeys(ZEROES, "0"),
    }


def _line(order: Order, unit: Unit, status: str, now: datetime) -> dict[str, Any]:
    package_id = order.package_of(unit, now)
    parcel = packages.parcel_of((order,), package_id) if package_id else None
    shipped = parcel if parcel is not None and packages.is_shipped(parcel, now) else None
    line: dict[str, Any] = {
        "id": unit.line_item_id,
        "product_id": unit.product_id,
        "product_name": unit.title,
        "sku_id": unit.sku_id,
        "sku_name": unit.variant,
        "sku_image": f"https://images.example.invalid/{unit.seller_sku.lower()}.jpg",
        "seller_sku": unit.seller_sku,
        "sku_type": "NORMAL",
        "display_status": _display_status(status, parcel, now),
        "tracking_number": shipped.tracking_number if shipped else "",
        "shipping_provider_id": shipped.provider_id if shipped else "",
        "shipping_provider_name": shipped.provider_name if shipped else "",
        "rts_time": int(shipped.label_at.timestamp()) if shipped else 0,
        "currency": CURRENCIES.get(order.region, "USD"),
        "original_price": unit.price,
        "sale_price": unit.price,
        **dict.fromkeys(("seller_discount", "platform_discount", "gift_retail_price", "pfand_fee"), "0"),
        **dict.fromkeys(("small_order_fee", "retail_delivery_fee", "buyer_service_fee"), "0"),
        "item_tax": [],
        "is_gift": False,
        "is_dangerous_good": False,
        "needs_prescription": False,
        "handling_duration_days": "3",
        "cancel_user": "",
        "cancel_reason": order.cancel_reason if status == "CANCELLED" else "",
        "combined_listing_skus": [],
    }
    # A shop in the US or UK has no package before the shipment, and both members are missing then.
    if package_id:
        line["package_id"] = package_id
        line["package_status"] = packages.status_of(order, package_id, parcel, now)
    return line


def _display_status(status: str, parcel: Parcel | None, now: datetime) -> str:
    """The piece's own status: that of its package while the order's pieces differ."""
    if status == "ON_HOLD":
        return "AWAITING_SHIPMENT"
    if status == "PARTIALLY_SHIPPING":
        return "AWAITING_COLLECTION" if packages.is_shipped(parcel, now) else "AWAITING_SHIPMENT"
    delivered = parcel is not None and any(
        step.situation in packages.DELIVERED for step in parcel.steps_published(now)
    )
    return "DELIVERED" if status == "IN_TRANSIT" and delivered else status
