"""A buyer's address as TikTok shows it: not at all, masked, or clear, by the order's state (§6.4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from milepost_sandbox.servers.tiktok_shop.states import country_name, region_name
from milepost_sandbox.world.words import Buyer, Order

HIDDEN: Final = frozenset({"UNPAID", "ON_HOLD"})
MASKED_AFTER: Final = timedelta(days=30)
Masking = Literal["documented", "off"]


def recipient(order: Order, status: str, now: datetime, masking: Masking) -> dict[str, Any] | None:
    """The `recipient_address`; None while the order is unpaid or on hold."""
    if status in HIDDEN:
        return None
    return _masked(order.buyer) if is_masked(order, status, now, masking) else _clear(order.buyer)


def is_masked(order: Order, status: str, now: datetime, masking: Masking) -> bool:
    """Platform-shipped orders always; others when cancelled, or 30 days after they were completed."""
    if masking == "off":
        return False
    if order.shipping_type == "TIKTOK" or status == "CANCELLED":
        return True
    completed = [moment.at for moment in order.moments if moment.status == "COMPLETED"]
    return bool(completed) and now >= completed[0] + MASKED_AFTER


def _clear(buyer: Buyer) -> dict[str, Any]:
    first, _, last = buyer.name.partition(" ")
    lines = (*buyer.address_lines, "", "", "", "")[:4]
    detail = " ".join(line for line in lines if line)
    country, region = country_name(buyer.country), region_name(buyer.country, buyer.region)
    return {
        "full_address": f"{detail}, {buyer.city}, {region}, {country} {buyer.postal_code}",
        "name": buyer.name,
        "first_name": first,
        "last_name": last,
        "first_name_local_script": "",
        "last_name_local_script": "",
        "phone_number": buyer.phone,
        "region_code": buyer.country,
        "postal_code": buyer.postal_code,
        "post_town": buyer.city if buyer.country == "GB" else "",
        **{f"address_line{number}": line for number, line in enumerate(lines, start=1)},
        "address_detail": detail,
        "district_info": _districts(buyer, buyer.city),
        "delivery_preferences": {"drop_off_location": "Front Door" if buyer.country == "US" else ""},
    }


def _masked(buyer: Buyer) -> dict[str, Any]:
    first, _, last = buyer.name.partition(" ")
    clear = _clear(buyer)
    postal = buyer.postal_code[:3] + "*" * max(len(buyer.postal_code) - 3, 0)
    return clear | {
        "full_address": f"{clear['address_line1'][:1]}***, {buyer.city}, {buyer.region} {postal}",
        "name": f"{_starred(first)} {_starred(last)}".strip(),
        "first_name": _starred(first),
        "last_name": _starred(last),
        "phone_number": f"{buyer.phone[:-8]}***{buyer.phone[-4:]}" if len(buyer.phone) > 8 else "***",
        "postal_code": postal,
        "address_line1": f"{clear['address_line1'][:1]}***",
        "address_line2": "***",
        "address_line3": "",
        "address_line4": "",
        "address_detail": "***",
        "delivery_preferences": {"drop_off_location": "***"},
    }


def _starred(name: str) -> str:
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def _districts(buyer: Buyer, city: str) -> list[dict[str, str]]:
    levels = (
        ("L0", "Country", country_name(buyer.country)),
        ("L1", "State", region_name(buyer.country, buyer.region)),
        ("L3", "City", city),
    )
    return [
        {"address_level": level, "address_level_name": kind, "address_name": name}
        for level, kind, name in levels
    ]
