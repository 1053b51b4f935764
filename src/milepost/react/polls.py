"""The standing orders to look again: at a parcel's carrier, and at an order's marketplace."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from milepost.model.actions import Action, ActionKind
from milepost.model.changes import OrderChange
from milepost.model.shipments import Leg, Shipment
from milepost.model.shops import Grant

FIRST_FAILURE_S = 60.0
LONGEST_FAILURE_S = 3600.0

RENEW_AHEAD = timedelta(hours=24)
"""A token is renewed this long before it runs out (tiktok-shop.md section 1.3)."""


def after_failure(attempts: int, now: datetime) -> datetime:
    """When to try a failed look again: doubled each time, an hour at most."""
    return now + timedelta(seconds=min(LONGEST_FAILURE_S, FIRST_FAILURE_S * 2 ** min(attempts, 10)))


def carrier_poll(
    shipment: Shipment,
    due_at: datetime,
    window: tuple[datetime, datetime] | None = None,
    *,
    asked: str | None = None,
    is_new: bool = False,
) -> Action | None:
    """The standing order to ask a shipment's carrier; None when nobody can be asked.

    A standing one comes due earlier, never later, and is then wanted: there is a reason to ask now.
    `window`: what our forecast says of the delivery now; `asked`: who is asked instead of the carrier;
    `is_new`: nobody was asked yet.
    """
    lane = asked or shipment.carrier
    if lane is None:
        return None
    told = {"low": window[0].isoformat(), "high": window[1].isoformat()} if window else {}
    told["new" if is_new else "wanted"] = due_at.isoformat()
    asked_of = (lane, shipment.carrier, shipment.tracking_number)
    return _carrier_action(key_of(shipment), shipment, asked_of, due_at, told)


def leg_poll(shipment: Shipment, leg: Leg, now: datetime, *, asked: str | None = None) -> Action:
    """The standing order to ask the carrier of a later leg; `asked`: who is asked instead of it."""
    asked_of = (asked or leg.carrier, leg.carrier, leg.number)
    return _carrier_action(_leg_key(shipment, leg), shipment, asked_of, now, {"new": now.isoformat()})


def key_of(shipment: Shipment) -> str:
    """The key of the standing order to ask about it. A carrier that was chosen has its own."""
    return f"poll:{shipment.shipment_id}" + (f":{shipment.carrier}" if shipment.chosen_at else "")


def is_asked_of(shipment: Shipment, carrier: str) -> bool:
    """Whether this carrier has to do with the parcel, as things stand."""
    return carrier == shipment.carrier or any(leg.carrier == carrier for leg in shipment.legs)


def is_held_by(shipment: Shipment, key: str) -> bool:
    """Whether this is the key of a standing order about it, as things stand: the parcel's or a leg's."""
    return key in {key_of(shipment), *(_leg_key(shipment, leg) for leg in shipment.legs)}


def _leg_key(shipment: Shipment, leg: Leg) -> str:
    return f"poll:{shipment.shipment_id}:{leg.number}"


def is_first(action: Action) -> bool:
    """Whether nobody was asked about its parcel yet: it is due since the parcel became known."""
    return action.payload.get("new") == action.due_at.isoformat()


def is_wanted(action: Action) -> bool:
    """Whether somebody gave a reason to ask now: a person, a push, another source."""
    return action.payload.get("wanted") == action.due_at.isoformat()


def window_of(payload: Mapping[str, str]) -> tuple[datetime, datetime] | None:
    """The window that a poll carries with it, if our forecast named one."""
    if "low" not in payload or "high" not in payload:
        return None
    return datetime.fromisoformat(payload["low"]), datetime.fromisoformat(payload["high"])


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


def _carrier_action(
    key: str,
    shipment: Shipment,
    asked_of: tuple[str, str | None, str],
    due_at: datetime,
    told: Mapping[str, str],
) -> Action:
    lane, carrier, number = asked_of
    passed_on = {"carrier": carrier} if carrier not in (lane, None) else {}
    return Action(
        key=key,
        kind=ActionKind.POLL_CARRIER,
        shop_id=shipment.shop_id,
        lane=lane,
        due_at=due_at,
        payload={
            "shipment": shipment.shipment_id,
            "number": number,
            "since": shipment.since.isoformat(),
            **told,
            **passed_on,
        },
        repeating=True,
    )
