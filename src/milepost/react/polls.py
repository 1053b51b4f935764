"""When to look again: how often a parcel's carrier and an order's marketplace are asked."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from milepost.model.actions import Action, ActionKind
from milepost.model.changes import OrderChange
from milepost.model.shipments import Shipment
from milepost.model.shops import Grant
from milepost.model.statuses import BEFORE_ACCEPTANCE, Status
from milepost.settings import Polling

TROUBLED = frozenset({Status.HELD, Status.ATTEMPTED})
FIRST_FAILURE_S = 60.0
LONGEST_FAILURE_S = 3600.0

RENEW_AHEAD = timedelta(hours=24)
"""A token is renewed this long before it runs out (tiktok-shop.md section 1.3)."""


def next_look(
    status: Status, *, last_scan_at: datetime | None, since: datetime, now: datetime, polling: Polling
) -> datetime | None:
    """When a carrier is asked next about a parcel (UTC), or None: never again.

    `last_scan_at` is the last sign of life, `since` when we began to wait for it.
    """
    sign_of_life = last_scan_at or since
    if status.is_terminal:
        if now - sign_of_life >= timedelta(days=polling.after_end_days):
            return None
        return now + timedelta(seconds=polling.after_end_s)
    if now - sign_of_life >= timedelta(days=polling.give_up_days):
        return None
    return now + timedelta(seconds=_interval_s(status, polling))


def after_failure(attempts: int, now: datetime) -> datetime:
    """When to try a failed look again: doubled each time, an hour at most."""
    return now + timedelta(seconds=min(LONGEST_FAILURE_S, FIRST_FAILURE_S * 2 ** min(attempts, 10)))


def carrier_poll(shipment: Shipment, now: datetime) -> Action | None:
    """The standing order to ask a shipment's carrier, due at once; None when nobody can be asked."""
    if shipment.carrier is None:
        return None
    return Action(
        key=f"poll:{shipment.shipment_id}",
        kind=ActionKind.POLL_CARRIER,
        shop_id=shipment.shop_id,
        lane=shipment.carrier,
        due_at=now,
        payload={
            "shipment": shipment.shipment_id,
            "number": shipment.tracking_number,
            "since": shipment.since.isoformat(),
        },
        repeating=True,
    )


def order_polls(change: OrderChange, now: datetime) -> list[Action]:
    """What to ask the marketplace because an order is new or looks different."""
    after = change.after
    polls = []
    is_new_and_open = change.before is None and not after.closed
    if not after.complete or _new_packages(change) or is_new_and_open:
        polls.append(look_at_order(after.shop_id, after.order_number, now))
    if after.packages and (change.before is None or change.before.state != after.state):
        polls.append(look_at_tracking(after.shop_id, after.order_number, now))
    return polls


def look_at_order(shop_id: str, order_number: str, due_at: datetime) -> Action:
    """Re-read one order; a standing one comes due earlier."""
    return _order_action(ActionKind.POLL_ORDER, "order", shop_id, order_number, due_at)


def look_at_tracking(shop_id: str, order_number: str, due_at: datetime) -> Action:
    """Read the marketplace's own tracking of one order; a standing one comes due earlier."""
    return _order_action(ActionKind.POLL_TRACKING, "tracking", shop_id, order_number, due_at)


def looks_for_hints(shop_id: str, order_numbers: Iterable[str], now: datetime) -> list[Action]:
    """A push is a hint: read what it is about, now."""
    return [
        action
        for number in order_numbers
        for action in (look_at_order(shop_id, number, now), look_at_tracking(shop_id, number, now))
    ]


def sync(shop_id: str, due_at: datetime) -> Action:
    """Search a shop for changed orders."""
    return Action(
        key=f"sync:{shop_id}",
        kind=ActionKind.SYNC_SHOP,
        shop_id=shop_id,
        lane=shop_id,
        due_at=due_at,
        payload={"shop": shop_id},
        repeating=True,
    )


def watch(shipment: Shipment, due_at: datetime) -> Action:
    """Look at a parcel again when its silence or lateness would be news."""
    return Action(
        key=f"watch:{shipment.shipment_id}",
        kind=ActionKind.WATCH_SHIPMENT,
        shop_id=shipment.shop_id,
        lane="watch",
        due_at=due_at,
        payload={"shipment": shipment.shipment_id},
        repeating=True,
        replace_due=True,
    )


def renewal(grant: Grant, now: datetime) -> Action:
    """The standing order to renew a grant before it runs out."""
    return Action(
        key=f"grant:{grant.marketplace}:{grant.app_key}:{grant.owner}",
        kind=ActionKind.REFRESH_GRANT,
        shop_id=None,
        lane=f"grant:{grant.marketplace}",
        due_at=max(now, grant.access_expires_at - RENEW_AHEAD),
        payload={"marketplace": grant.marketplace, "app_key": grant.app_key, "owner": grant.owner},
        repeating=True,
        replace_due=True,
    )


def _interval_s(status: Status, polling: Polling) -> int:
    if status in BEFORE_ACCEPTANCE or status is Status.UNKNOWN:
        return polling.label_created_s
    if status is Status.OUT_FOR_DELIVERY:
        return polling.out_for_delivery_s
    return polling.exception_s if status in TROUBLED else polling.in_transit_s


def _new_packages(change: OrderChange) -> bool:
    """A package we have not read in detail: it may be combined, or have changed its number."""
    before = {(p.package_id, p.tracking_number) for p in change.before.packages} if change.before else set()
    return any(
        (package.package_id, package.tracking_number) not in before for package in change.after.packages
    )


def _order_action(kind: ActionKind, name: str, shop_id: str, order_number: str, due_at: datetime) -> Action:
    return Action(
        key=f"{name}:{shop_id}:{order_number}",
        kind=kind,
        shop_id=shop_id,
        lane=shop_id,
        due_at=due_at,
        payload={"order": order_number},
        repeating=True,
    )
