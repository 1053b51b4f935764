"""What TikTok Shop's webhooks tell, and when: one notification for each moment of an order (§5.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from milepost_sandbox.servers import chance
from milepost_sandbox.world.words import Order, WorldLike

ORDER_STATUS: Final = 1
ADDRESS_UPDATE: Final = 3
PACKAGE_UPDATE: Final = 4
DEAUTHORIZATION: Final = 6
UPCOMING_EXPIRATION: Final = 7
CANCELLATION: Final = 11
RETURN: Final = 12
UNKNOWN_TYPE: Final = 71
UNKNOWN_SHARE: Final = 0.02
EVENT_TYPES: Final = {
    ORDER_STATUS: "ORDER_STATUS_CHANGE",
    ADDRESS_UPDATE: "RECIPIENT_ADDRESS_UPDATE",
    PACKAGE_UPDATE: "PACKAGE_UPDATE",
    DEAUTHORIZATION: "SELLER_DEAUTHORIZATION",
    UPCOMING_EXPIRATION: "UPCOMING_AUTHORIZATION_EXPIRATION",
    CANCELLATION: "CANCELLATION_STATUS_CHANGE",
    RETURN: "RETURN_STATUS_CHANGE",
}
"""The names under which a shop registers an address (tiktok-shop.md §5.1)."""
UNHOOKED: Final = frozenset({"PARTIALLY_SHIPPING"})
"""Statuses the documentation of type 1 does not list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One notification as it will be sent; every try sends the same bytes."""

    at: datetime
    kind: int
    shop_id: str
    notification_id: str
    data: dict[str, Any]

    def envelope(self) -> dict[str, Any]:
        """The body's members; type 3 has no `tts_notification_id` (tiktok-shop.md §5.2)."""
        named = {} if self.kind == ADDRESS_UPDATE else {"tts_notification_id": self.notification_id}
        timestamp = int(self.at.timestamp())
        return {
            "type": self.kind,
            **named,
            "shop_id": self.shop_id,
            "timestamp": timestamp,
            "data": self.data,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """That a notification is to be made at a moment; the body is made only then."""

    at: datetime
    kind: int
    order_id: str
    detail: str


def agenda(world: WorldLike) -> list[Due]:
    """Everything that will be notified, in time order."""
    dues = [due for order in world.orders for due in _of_order(order)]
    return sorted(dues, key=lambda due: (due.at, due.order_id, due.kind, due.detail))


def _of_order(order: Order) -> Iterator[Due]:
    order_id = order.order_id
    yield from _of_parcels(order)
    for moment in order.moments:
        if moment.status not in UNHOOKED:
            yield Due(at=moment.at, kind=ORDER_STATUS, order_id=order_id, detail=moment.status)
        if chance.picked(UNKNOWN_SHARE, "unknown hook", order_id, moment.status):
            yield Due(at=moment.at, kind=UNKNOWN_TYPE, order_id=order_id, detail="")
    for package in order.package_moments:
        if package.sc_type:
            yield Due(at=package.at, kind=PACKAGE_UPDATE, order_id=order_id, detail=package.sc_type)
    if order.address_changed_at:
        yield Due(at=order.address_changed_at, kind=ADDRESS_UPDATE, order_id=order_id, detail="")
    if order.cancel_requested_at:
        pending = "CANCELLATION_REQUEST_PENDING"
        yield Due(at=order.cancel_requested_at, kind=CANCELLATION, order_id=order_id, detail=pending)
        if order.cancelled_at:
            done = "CANCELLATION_REQUEST_SUCCESS"
            yield Due(at=order.cancelled_at, kind=CANCELLATION, order_id=order_id, detail=done)


def _of_parcels(order: Order) -> Iterator[Due]:
    for parcel in order.parcels:
        for step in parcel.steps:
            if step.situation == "returned":
                complete = "RETURN_OR_REFUND_REQUEST_COMPLETE"
                yield Due(at=step.published_at, kind=RETURN, order_id=order.order_id, detail=complete)


def notification(order: Order, due: Due, serial: int) -> Notification:
    """The notification of a due moment."""
    return Notification(
        at=due.at,
        kind=due.kind,
        shop_id=order.shop_id,
        notification_id=f"76{serial:017d}",
        data=_data(order, due),
    )


def _data(order: Order, due: Due) -> dict[str, Any]:
    at = int(due.at.timestamp())
    order_id = {"order_id": order.order_id}
    if due.kind == ORDER_STATUS:
        status = (
            "CANCEL" if due.detail == "CANCELLED" else due.detail
        )  # spelled so here, CANCELLED in the API
        return {**order_id, "order_status": status, "is_on_hold_order": order.hold, "update_time": at}
    if due.kind == ADDRESS_UPDATE:
        return {**order_id, "update_time": at}
    if due.kind == PACKAGE_UPDATE:
        listed = [
            {"package_id": package_id, "order_id_list": [order.order_id]}
            for package_id in order.packages_at(due.at)
        ]
        role = "ROLE_SELLER"
        return {"sc_type": due.detail, "role_type": role, "package_list": listed, "update_time": at}
    if due.kind == CANCELLATION:
        cancel_id = f"40350{order.order_id[-14:]}"
        return {
            **order_id,
            "cancellations_role": "BUYER",
            "cancel_status": due.detail,
            "cancel_id": cancel_id,
            "create_time": at,
        }
    if due.kind == RETURN:
        return {
            **order_id,
            "return_role": "SYSTEM",
            "return_type": "REFUND",
            "return_status": due.detail,
            "return_id": f"40351{order.order_id[-14:]}",
            "create_time": at,
            "update_time": at,
        }
    return {**order_id, "note": "a type no documentation lists"}


def authorization_ended(shop_id: str, at: datetime, serial: int) -> Notification:
    """Type 6: the seller removed the app."""
    data = {"message": "The seller has removed the app"}
    ident = f"76{serial:017d}"
    return Notification(at=at, kind=DEAUTHORIZATION, shop_id=shop_id, notification_id=ident, data=data)


def authorization_ends_soon(shop_id: str, at: datetime, serial: int) -> Notification:
    """Type 7: thirty days remain; the time of expiry is a text."""
    ends_at = int((at + timedelta(days=30)).timestamp())
    data = {"message": "Authorization ends soon", "expiration_time": str(ends_at)}
    ident = f"76{serial:017d}"
    return Notification(at=at, kind=UPCOMING_EXPIRATION, shop_id=shop_id, notification_id=ident, data=data)
