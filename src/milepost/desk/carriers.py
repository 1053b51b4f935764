"""A person or a program says whose parcel it is; said again or undone, everything said before stays."""

from collections.abc import Sequence
from dataclasses import replace

from milepost.desk.entries import By
from milepost.model.actions import Action, Which
from milepost.model.changes import ShipmentChange
from milepost.model.choices import CarrierChoice, undone_by_next
from milepost.model.errors import OperatorError
from milepost.model.shipments import Shipment
from milepost.ports.app import App
from milepost.ports.contention import again_if_contended
from milepost.ports.store import Transaction
from milepost.react import exceptions, polls
from milepost.react.doubts import believed, settled
from milepost.record.claims import claim_shipments
from milepost.record.journey import derive

NOTE_LENGTH_MAX = 200


class ChoiceError(OperatorError):
    """A carrier cannot be chosen as asked; the text names the field and the fix."""


@again_if_contended
async def choose_carrier(app: App, shipment_id: str, carrier: str, by: By, note: str = "") -> CarrierChoice:
    """From now on this carrier has it; scans of another one are set aside. Raises ChoiceError.

    Choosing the one that holds confirms it, and answers a doubt.
    """
    found = app.carriers.get(carrier)
    if found is None:
        raise ChoiceError(f"carrier: there is no `{carrier[:40]}`; `milepost carrier list` names them all")
    said = " ".join(note.split())
    if len(said) > NOTE_LENGTH_MAX:
        raise ChoiceError(f"note: {len(said)} characters; {NOTE_LENGTH_MAX} is the most")
    now = app.clock.now()
    async with app.store.transaction() as tx:
        before = await _held(tx, shipment_id)
        reason = f"chosen by {by.name or by.kind} on {now:%Y-%m-%d}" + (f": {said}" if said else "")
        after = replace(before, carrier=carrier, carrier_reason=reason, chosen_at=now)
        foreign = app.carriers.keys() - believed(after)
        told = await tx.events_of([shipment_id])
        aside = tuple(one.event_id for one in told.get(shipment_id, ()) if one.source in foreign)
        choice = _choice(before, after, by, set_aside=aside)
        await tx.attribute(before.shop_id, aside, None)
        actions = await _settle(app, tx, before, after, choice)
    _show(app, after, actions)
    return choice


@again_if_contended
async def undo_choice(app: App, shipment_id: str, by: By) -> CarrierChoice:
    """What held before the last choice holds again, with the scans it set aside. Raises ChoiceError."""
    async with app.store.transaction() as tx:
        before = await _held(tx, shipment_id)
        last = undone_by_next(await tx.carrier_choices(shipment_id))
        if last is None:
            raise ChoiceError("carrier: nobody chose one for this parcel, so there is nothing to undo")
        after = replace(
            before, carrier=last.before, carrier_reason=last.before_reason, chosen_at=last.before_chosen_at
        )
        choice = _choice(before, after, by, undoes=True)
        choice = replace(choice, at=app.clock.now())
        await tx.attribute(before.shop_id, last.set_aside, shipment_id)
        actions = await _settle(app, tx, before, after, choice)
    _show(app, after, actions)
    return choice


async def _held(tx: Transaction, shipment_id: str) -> Shipment:
    await claim_shipments(tx, [shipment_id])
    found = await tx.shipments_by_id([shipment_id])
    if not found:
        raise ChoiceError("shipment: there is none with this id")
    return found[0]


def _choice(
    before: Shipment, after: Shipment, by: By, *, set_aside: Sequence[str] = (), undoes: bool = False
) -> CarrierChoice:
    return CarrierChoice(
        shipment_id=before.shipment_id,
        shop_id=before.shop_id,
        carrier=after.carrier,
        reason=after.carrier_reason,
        before=before.carrier,
        before_reason=before.carrier_reason,
        before_chosen_at=before.chosen_at,
        by=by.name or by.kind,
        at=after.chosen_at or before.created_at,
        set_aside=tuple(set_aside),
        undoes=undoes,
    )


async def _settle(
    app: App, tx: Transaction, before: Shipment, after: Shipment, choice: CarrierChoice
) -> list[Action]:
    """The parcel, its journey and what is wrong with it as they are now; and whom to ask next."""
    now = app.clock.now()
    await tx.put_shipments([after])
    await tx.add_carrier_choice(choice)
    journey = derive((await tx.events_of([after.shipment_id])).get(after.shipment_id, ()))
    await tx.put_journeys({after.shipment_id: journey})
    standing = await tx.open_exceptions([after.shipment_id])
    change = ShipmentChange(
        shipment=after,
        before=journey,
        after=journey,
        new_events=(),
        promises=(),
        new_promises=(),
        exceptions=tuple(standing),
        is_new=False,
    )
    decision = exceptions.decide_anew(change, now)
    await tx.put_exceptions([*decision.opened, *decision.resolved, *settled(standing, now)])
    if before.carrier == after.carrier:
        return []
    await app.work.drop(tx, Which(keys=[polls.key_of(before)]), now)
    actions = _asked_anew(app, after)
    await app.work.add(tx, actions)
    return actions


def _asked_anew(app: App, after: Shipment) -> list[Action]:
    asked = app.who_to_ask(after.carrier)
    poll = polls.carrier_poll(after, app.clock.now(), asked=asked.key) if asked else None
    return [poll] if poll else []


def _show(app: App, shipment: Shipment, actions: Sequence[Action]) -> None:
    topics = [f"order:{shipment.shop_id}:{number}" for number in shipment.order_numbers]
    app.live.publish([*topics, f"console:{shipment.shop_id}", *(["work"] if actions else [])])
