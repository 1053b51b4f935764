"""How every carrier does, for a person: keys, last answer, errors, quota and pushes."""

from dataclasses import dataclass, replace
from datetime import timedelta

from milepost.model.carriers import CarrierCard
from milepost.model.health import CarrierHealth
from milepost.model.polling import NO_LIMIT
from milepost.model.pushes import PushHealth
from milepost.ports.app import App
from milepost.ports.sources import Carrier

PUSHES_OF = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierState:
    """One carrier that can be asked. `state`: works, broken, refused, no_keys or not_asked."""

    card: CarrierCard
    state: str
    health: CarrierHealth
    calls_left_today: int | None  # None: no daily limit
    parcels: int  # that it is asked about; 0 when nobody counted
    stretched: float  # how many times the longest intervals have grown for want of quota; 1.0: not at all
    pushes: PushHealth | None  # None: none came lately, or they are not switched on


async def carrier_states(app: App, *, counted: bool = True) -> list[CarrierState]:
    """Those we have keys for first, by name. `counted`: with parcels, for which each row is looked at."""
    can = [one for one in app.carriers.values() if one.card.can_be_asked]
    health = await app.store.carrier_health([one.card.key for one in can])
    pushes = await app.store.push_health((app.clock.now() - PUSHES_OF).date().isoformat())
    found = [await _state(one, health.get(one.card.key), pushes.get(one.card.key), app) for one in can]
    if counted:
        found = [replace(one, parcels=await _parcels(one, app)) for one in found]
    return sorted(found, key=lambda one: (one.state == "no_keys", one.card.name.casefold()))


async def _state(
    carrier: Carrier, health: CarrierHealth | None, pushes: PushHealth | None, app: App
) -> CarrierState:
    card, told = carrier.card, health or CarrierHealth(carrier=carrier.card.key)
    left = await app.budgets.left(card.key, per_minute=card.per_minute, per_day=card.per_day)
    pace = await app.store.pace(card.key)
    return CarrierState(
        card=card,
        state=_word(carrier, told),
        health=told,
        calls_left_today=None if left.today >= NO_LIMIT else left.today,
        parcels=0,
        stretched=max(pace.by_shop.values(), default=1.0),
        pushes=pushes,
    )


async def _parcels(one: CarrierState, app: App) -> int:
    return 0 if one.state == "no_keys" else sum((await app.work.parcels(one.card.key)).values())


def _word(carrier: Carrier, health: CarrierHealth) -> str:
    if not carrier.is_configured:
        return "no_keys"
    if health.is_broken:
        return "refused" if health.keys_refused else "broken"
    return "works" if health.answered_at else "not_asked"
