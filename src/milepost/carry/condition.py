"""How each carrier does, written down for all nodes; whoever sees one break or come back tells it, once."""

from collections.abc import Sequence

from milepost.model.health import CarrierHealth, Tried
from milepost.model.reports import Report
from milepost.ports.app import App
from milepost.ports.contention import again_if_contended
from milepost.ports.sources import AccessError, SourceBusyError, SourceError
from milepost.react import health
from milepost.react.notices import INBOX
from milepost.telling import tell

MAIL = "email"


async def note_polled(carrier: str, answers: Sequence[list[Report] | SourceError], app: App) -> None:
    """What came of asking: all goes well is written down now and then, anything else at once."""
    failures = [
        one for one in answers if isinstance(one, SourceError) and not isinstance(one, SourceBusyError)
    ]
    answered = sum(not isinstance(one, SourceError) for one in answers)
    what = app.tries.add(
        carrier,
        Tried(
            answered=answered,
            failed=len(failures),
            is_refused=any(isinstance(one, AccessError) for one in failures),
            said=str(failures[-1]) if failures else "",
        ),
        app.clock.now(),
    )
    if what is not None:
        await _write(carrier, what, app)


@again_if_contended
async def _write(carrier: str, what: Tried, app: App) -> None:
    now = app.clock.now()
    async with app.store.transaction() as tx:
        await tx.claim([f"health:{carrier}"])
        before = (await tx.carrier_health([carrier])).get(carrier) or CarrierHealth(carrier=carrier)
        after = health.tried(before, what, now)
        await tx.put_carrier_health(after)
        if before.is_broken == after.is_broken:
            return
        shops = [shop.shop_id for shop in await tx.shops()]
        places = [(shop_id, INBOX) for shop_id in shops]
        if shops and MAIL in app.channels and app.channels[MAIL].is_configured:
            places.append((shops[0], MAIL))  # the seller's addresses are the same for all shops
        name = app.asked(carrier).card.name
        told = await tell(tx, health.notices(before, after, name, places, now), app)
        await app.work.add(tx, told)
    app.live.publish(["work"])
