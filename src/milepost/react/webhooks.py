"""What programs are told of a change: every one of them, in our own words, without anything personal."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from milepost.model.changes import Decision, OrderChange, ShipmentChange
from milepost.model.exceptions import DeliveryException
from milepost.model.orders import OrderFacts
from milepost.model.promises import Promise
from milepost.model.shipments import Shipment
from milepost.model.statuses import Status
from milepost.model.webhooks import Happening
from milepost.react.instants import rests_on


def of_order(change: OrderChange, now: datetime) -> Iterator[Happening]:
    """An order is new, or the marketplace gave it another state."""
    after = change.after
    subject = f"order:{after.order_number}"
    if change.before is None:
        yield Happening(
            kind="order.added",
            key=subject,
            shop_id=after.shop_id,
            subject=subject,
            at=now,
            data=_order(after),
            news_at=after.placed_at,
        )
    elif change.before.state != after.state:
        told_at = after.updated_at or now
        key = f"{subject}:{after.state}:{told_at.isoformat()}"
        yield Happening(
            kind="order.state_changed",
            key=key,
            shop_id=after.shop_id,
            subject=subject,
            at=now,
            data=_order(after) | {"state_before": change.before.state},
            news_at=after.updated_at or after.placed_at,
        )


def of_shipment(
    change: ShipmentChange, decision: Decision, promises: Sequence[Promise], now: datetime
) -> Iterator[Happening]:
    """What became of a shipment. `promises` are those named just now, our own forecast included."""
    if change.is_new:
        yield _about(change, "shipment.added", "added", now)
    if change.before.status is not change.after.status:
        cause = f"{change.before.status}-{change.after.status}:{_cause(change, now)}"
        before = {"status_before": change.before.status.value}
        yield _about(change, "shipment.status_changed", cause, now, before)
    if change.after.status is Status.DELIVERED and change.before.status is not Status.DELIVERED:
        yield _about(change, "shipment.delivered", _cause(change, now), now)
    if change.after.delivery_retracted and not change.before.delivery_retracted:
        yield _about(change, "shipment.delivery_retracted", _cause(change, now), now)
    for exception in decision.opened:
        yield _exception("exception.opened", exception, change, now)
    for exception in (*decision.resolved, *(one for one in decision.opened if not one.is_open)):
        yield _exception("exception.resolved", exception, change, now)
    for promise in promises:
        yield _promise(promise, change, now)


def _about(
    change: ShipmentChange, kind: str, cause: str, now: datetime, more: Mapping[str, Any] | None = None
) -> Happening:
    shipment = change.shipment
    key = f"{shipment.shipment_id}:{kind}:{cause}"
    data = _shipment(change) | dict(more or {})
    news_at = shipment.since if kind == "shipment.added" else rests_on(change)
    return _of(shipment, kind, key, now, data, news_at=news_at)


def _of(
    shipment: Shipment, kind: str, key: str, now: datetime, data: Mapping[str, Any], *, news_at: datetime
) -> Happening:
    return Happening(
        kind=kind,
        key=key,
        shop_id=shipment.shop_id,
        subject=shipment.shipment_id,
        at=now,
        data={**_which(shipment), **data},
        news_at=news_at,
    )


def _cause(change: ShipmentChange, now: datetime) -> str:
    """Tells a change from the same one at another time: the scans that made it."""
    scans = sorted(event.event_id for event in change.new_events) or [now.isoformat()]
    return hashlib.sha256("\x1f".join(scans).encode()).hexdigest()[:16]


def _order(facts: OrderFacts) -> dict[str, Any]:
    return {
        "confirmation_number": facts.order_number,
        "marketplace": facts.marketplace,
        "state": facts.state,
        "placed_at": _instant(facts.placed_at),
        "closed": facts.closed,
    }


def _shipment(change: ShipmentChange) -> dict[str, Any]:
    after = change.after
    place = after.last_place.located if after.last_place else None
    return {
        "status": after.status.value,
        "reason": after.reason,
        "status_since": _instant(after.status_since),
        "delivered_at": _instant(after.delivered_at),
        "delivery_retracted": after.delivery_retracted,
        "last_place": ", ".join(part for part in (place.city, place.region) if part) if place else None,
    }


def _which(shipment: Shipment) -> dict[str, Any]:
    return {
        "shipment_id": shipment.shipment_id,
        "tracking_number": shipment.tracking_number,
        "carrier": shipment.carrier,
        "carrier_name": shipment.provider_name,
        "confirmation_numbers": list(shipment.order_numbers),
    }


def _exception(kind: str, exception: DeliveryException, change: ShipmentChange, now: datetime) -> Happening:
    data: dict[str, Any] = {
        "exception_id": exception.key,
        "kind": exception.kind,
        "severity": exception.severity.value,
        "mover": exception.mover.value,
        "responsible": exception.responsible.value,
        "reason": exception.reason,
        "opened_at": _instant(exception.opened_at),
        "act_by": _instant(exception.act_by),
        "resolved_at": _instant(exception.resolved_at),
        "resolution": exception.resolution or None,
    }
    ended_at = exception.resolved_at if kind == "exception.resolved" else None
    key = f"{exception.key}:{kind}:{_instant(ended_at) if ended_at else ''}"
    news_at = min(ended_at, rests_on(change)) if ended_at else exception.opened_at
    return _of(change.shipment, kind, key, now, data, news_at=news_at)


def _promise(promise: Promise, change: ShipmentChange, now: datetime) -> Happening:
    before = _standing(promise, change.promises)
    data: dict[str, Any] = {
        "promiser": promise.promiser.value,
        "source": promise.source,
        "name": promise.name,
        "kind": promise.kind,
        "from_at": _instant(promise.from_at),
        "to_at": _instant(promise.to_at),
        "from_before": _instant(before.from_at) if before else None,
        "to_before": _instant(before.to_at) if before else None,
        "reason": promise.reason,
    }
    shipment_id = change.shipment.shipment_id
    window = f"{_instant(promise.from_at)}:{_instant(promise.to_at)}:{promise.said_at.isoformat()}"
    about = ":".join(promise.identity)
    key = f"{shipment_id}:promise:{about}:{promise.kind}:{window}"
    return _of(change.shipment, "promise.changed", key, now, data, news_at=rests_on(change))


def _standing(promise: Promise, promises: Sequence[Promise]) -> Promise | None:
    """What was said before under the same identity."""
    same = [one for one in promises if one.identity == promise.identity and one.said_at < promise.said_at]
    return max(same, key=lambda one: one.said_at, default=None)


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
