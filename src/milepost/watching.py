"""When a parcel is looked at again: who is asked about it next, and when hearing nothing is news."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from milepost.forecast.stages import origin_country
from milepost.foreseeing import Foreseen
from milepost.model.actions import Action
from milepost.model.changes import Decision, ShipmentChange
from milepost.model.promises import Promise, Promiser
from milepost.ports.app import App
from milepost.react import doubts, polls, silence

NOT_BY_THIS = timedelta(days=30)
"""A standing order that learns something is not moved by it: it comes due when it was planned."""


def next_looks(change: ShipmentChange, foreseen: Foreseen, app: App, now: datetime) -> list[Action]:
    """Who is asked next about this parcel, and when time alone will be news: silence, or another forecast."""
    looks, forecast = [], foreseen.promises
    shipment = change.shipment
    carriers = (shipment.carrier, *(leg.carrier for leg in shipment.legs))
    asked = {carrier: found.key for carrier in carriers if (found := app.who_to_ask(carrier))}
    own = doubts.believed(shipment) | set(asked.values())
    told_elsewhere = any(event.source not in own for event in change.new_events)
    if change.is_new or told_elsewhere:
        looks += [poll for poll in [_poll(change, forecast, now, app)] if poll]
    elif forecast and not change.after.status.is_terminal:  # it is asked when it is, and knows the new window
        looks += [poll for poll in [_poll(change, forecast, now + NOT_BY_THIS, app)] if poll]
    looks += [
        polls.leg_poll(shipment, leg, now, asked=asked[leg.carrier])
        for leg in change.new_legs
        if leg.carrier in asked
    ]
    due = [at for at in (_silent_at(change, app, now), foreseen.look_at) if at is not None]
    if due and not change.shipment.superseded:
        looks.append(polls.watch(change.shipment, min(due)))
    return looks


def decide_silence(change: ShipmentChange, app: App, now: datetime) -> Decision:
    """What follows from having heard nothing for so long."""
    if change.after.status.is_terminal and not change.exceptions:
        return Decision()  # its way is over, and nothing is open that time could end
    return silence.decide(change, now, _silence(change, app), can_be_asked=_can_be_asked(change, app))


def _silent_at(change: ShipmentChange, app: App, now: datetime) -> datetime | None:
    if change.after.status.is_terminal:
        return None  # nobody waits for its next scan
    can_be_asked = _can_be_asked(change, app)
    return silence.next_watch(change, now, _silence(change, app), can_be_asked=can_be_asked)


def _silence(change: ShipmentChange, app: App) -> timedelta:
    """How long this parcel may be silent: as measured on its lane and stage, else as it is set."""
    shipment = change.shipment
    lane = f"{origin_country(change.after)}>{shipment.to_country}".casefold()
    measured = app.forecaster.improbable_after(change.after, shipment.carrier or "", lane)
    return measured or timedelta(days=app.settings.silence_days)


def _can_be_asked(change: ShipmentChange, app: App) -> bool:
    """With or without keys; of a carrier that we only know an aggregator may tell, if we have its keys."""
    carrier = app.carriers.get(change.shipment.carrier or "")
    if carrier is not None and carrier.card.can_be_asked:
        return True
    return app.who_to_ask(change.shipment.carrier) is not None


def _poll(change: ShipmentChange, forecast: Sequence[Promise], due_at: datetime, app: App) -> Action | None:
    asked = app.who_to_ask(change.shipment.carrier)
    if asked is None:
        return None
    ours = [one for one in (*change.promises, *forecast) if one.promiser is Promiser.MILEPOST]
    newest = max(ours, key=lambda one: one.said_at, default=None)
    window = (newest.from_at, newest.to_at) if newest and newest.from_at else None
    return polls.carrier_poll(change.shipment, due_at, window, asked=asked.key, is_new=change.is_new)
