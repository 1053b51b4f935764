"""When carriers are asked to push: once for each parcel on its way, and again before that ends."""

from datetime import datetime, timedelta

from milepost.model.actions import Action, ActionKind
from milepost.model.pushes import EVERY_NUMBER, PushState
from milepost.model.shipments import Shipment

RENEW_AHEAD = timedelta(days=1)
"""A subscription is renewed this long before it ends, or half-way where it lasts for less than two days."""

YES_WITHIN = timedelta(hours=6)
"""A carrier that asks back has done so by then, or the asking or our yes was lost: we subscribe anew."""

ENDLESS = timedelta(days=14)
"""A subscription whose end nobody tells is renewed as often."""


def subscription(shipment: Shipment, due_at: datetime) -> Action | None:
    """Ask its carrier to push one parcel's scans; None when nobody has it."""
    if shipment.carrier is None:
        return None
    return Action(
        key=f"subscribe:{shipment.shipment_id}",
        kind=ActionKind.SUBSCRIBE_SHIPMENT,
        shop_id=shipment.shop_id,
        lane=shipment.carrier,
        due_at=due_at,
        payload={"shipment": shipment.shipment_id, "number": shipment.tracking_number},
        repeating=True,
    )


def account_subscription(carrier: str, due_at: datetime) -> Action:
    """Ask a carrier to push everything of the operator's account."""
    return Action(
        key=f"subscribe:{carrier}:{EVERY_NUMBER}",
        kind=ActionKind.SUBSCRIBE_SHIPMENT,
        shop_id=None,
        lane=carrier,
        due_at=due_at,
        payload={"number": EVERY_NUMBER},
        repeating=True,
    )


def activation(carrier: str, subscription_id: str, push_hash: str, now: datetime) -> Action:
    """Say yes to a subscription a carrier asked about; its push holds what has to be said."""
    return Action(
        key=f"activate:{carrier}:{subscription_id}:{push_hash}",
        kind=ActionKind.ACTIVATE_PUSHES,
        shop_id=None,
        lane=carrier,
        due_at=now,
        payload={"push": push_hash},
    )


def next_ask(state: PushState, until_at: datetime | None, now: datetime) -> datetime | None:
    """When the carrier is asked again, or None: it will not push this number."""
    if state is PushState.REFUSED:
        return None
    if state is PushState.ASKED:
        return now + YES_WITHIN
    if until_at is None:
        return now + ENDLESS
    return max(until_at - RENEW_AHEAD, now + (until_at - now) / 2)
