"""What follows from carriers' pushes: who is asked because of one, and how much of the news came that way."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from milepost.model.actions import Action
from milepost.model.changes import ShipmentChange
from milepost.model.events import TrackingEvent
from milepost.model.pushes import EVERY_NUMBER, HeardBy, PushCount, PushState, PushSubscription, bucket_of
from milepost.model.shipments import Shipment
from milepost.ports.app import App
from milepost.ports.pushes import CarrierPushes, Push
from milepost.ports.store import Transaction
from milepost.react import polls, subscriptions
from milepost.record.append import Appended


async def heed_pushes(tx: Transaction, pushes: Sequence[Push], appended: Appended, app: App) -> list[Action]:
    """What new pushes of carriers ask for besides what they told: a yes to a subscription, a look of our own.

    A push without a scan that is new says that something else is: a window, a proof, or, of a carrier whose
    pushes are hints, anything. So its parcel is asked about.
    """
    now, actions = app.clock.now(), list[Action]()
    numbers: dict[str, list[str]] = defaultdict(list)
    for push in pushes:
        carrier = push.report.source
        if push.news is None:
            numbers[carrier] += push.report.subject
        elif push.news.state is PushState.ASKED:
            actions.append(
                subscriptions.activation(carrier, push.news.subscription_id, push.report.body_hash, now)
            )
        else:
            await tx.heed_push_news(carrier, push.news)
    told = {change.shipment.tracking_number for change in appended.shipments if change.new_events}
    for carrier, pushed in sorted(numbers.items()):
        await _note_account(tx, carrier, now, app)
        await tx.note_pushed(carrier, sorted(set(pushed)), now)
        actions += await _looks(tx, carrier, set(pushed) - told, now)
    return actions


async def _note_account(tx: Transaction, carrier: str, now: datetime, app: App) -> None:
    """Who set an account up in a carrier's portal told nobody here; the first push does."""
    pushes = app.carriers[carrier].pushes
    if pushes is None or pushes.batch_max or await tx.push_subscriptions(carrier, [EVERY_NUMBER]):
        return
    active = PushSubscription(
        carrier=carrier, tracking_number=EVERY_NUMBER, state=PushState.ACTIVE, asked_at=now
    )
    await tx.put_push_subscriptions([active])


async def _looks(tx: Transaction, carrier: str, numbers: Iterable[str], now: datetime) -> list[Action]:
    wanted = sorted(numbers)
    found = await tx.shipments_with_numbers(wanted) if wanted else []
    live = [one for one in found if one.carrier == carrier and not one.superseded]
    return [poll for one in live if (poll := polls.carrier_poll(one, now))]


async def count_first_heard(tx: Transaction, appended: Appended, how: HeardBy, app: App) -> None:
    """How much of what carriers that push told is heard by push: a share that says how well that works."""
    by_carrier: dict[str, list[ShipmentChange]] = defaultdict(list)
    for change in appended.shipments:
        if change.new_events and _pushes(change.shipment, app) is not None:
            by_carrier[change.shipment.carrier or ""].append(change)
    counts: Counter[tuple[str, str, HeardBy, int]] = Counter()
    for carrier, changes in by_carrier.items():
        numbers = [change.shipment.tracking_number for change in changes]
        held = await tx.push_subscriptions(carrier, numbers)
        for change in changes:
            counts.update(_heard(change, held.get(change.shipment.tracking_number), how, app))
    await tx.count_pushes(
        PushCount(carrier=carrier, day=day, how=by, lag_s=lag_s, scans=scans)
        for (carrier, day, by, lag_s), scans in counts.items()
    )


def _heard(
    change: ShipmentChange, held: PushSubscription | None, how: HeardBy, app: App
) -> Iterable[tuple[str, str, HeardBy, int]]:
    """Each scan that was told for the first time while its pushes were wanted."""
    pushes = _pushes(change.shipment, app)
    if pushes is None or (pushes.is_by_number and (held is None or held.state is not PushState.ACTIVE)):
        return
    since = held.asked_at if held else change.shipment.created_at
    by = HeardBy.PUSH if how is HeardBy.PUSH or _was_asked_for(change, held, pushes) else how
    for event in _first_told(change):
        at = event.occurred.utc
        if at is not None and at >= since:
            lag_s = max(0.0, (event.heard_at - at).total_seconds())
            yield event.source, event.heard_at.date().isoformat(), by, bucket_of(lag_s)


def _was_asked_for(change: ShipmentChange, held: PushSubscription | None, pushes: CarrierPushes) -> bool:
    """Whether we looked because a push, which is a hint, came after the last we heard."""
    if not pushes.is_hint or held is None or held.pushed_at is None:
        return False
    last = change.before.last_heard_at
    return last is None or held.pushed_at > last


def _first_told(change: ShipmentChange) -> Sequence[TrackingEvent]:
    """The carrier's own new events, without copies of scans that were known."""
    new = len(change.after.events) - len(change.before.events)
    own = [event for event in change.new_events if event.source == change.shipment.carrier]
    return own[-new:] if new > 0 else ()


def _pushes(shipment: Shipment, app: App) -> CarrierPushes | None:
    carrier = app.carriers.get(shipment.carrier or "")
    return carrier.pushes if carrier is not None else None
