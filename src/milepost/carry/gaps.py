"""Learning how often news comes: parcels that arrived lately are read once, beside the work of the day."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from milepost.flow import finish
from milepost.forecast.gaps import gaps_of
from milepost.model.actions import Leased, Outcome
from milepost.model.gaps import ANY_LANE, NewsGaps
from milepost.model.lessons import Way
from milepost.ports.app import App
from milepost.ports.store import Transaction

OF_GAPS = "gaps"
READ_UP_TO = "gaps-lessons-up-to"
EVERY = timedelta(minutes=15)
PARCELS_MAX = 300
"""Parcels read in one go: the newest. Where more arrive, these stand for them."""

Learned = dict[tuple[str, str, str], list[float]]


async def learn_gaps(held: Leased, app: App) -> None:
    """Count the gaps of parcels delivered since the last look, in one short transaction."""
    after = int(await app.store.mark(READ_UP_TO) or 0)
    newest = await app.store.deliveries_after(after, PARCELS_MAX)
    parcels = {shipment_id: (told.way.carrier, _lane(told.way)) for _, shipment_id, told in newest}
    learned = await _learned(parcels, app)
    now = app.clock.now()
    async with app.store.transaction() as tx:
        await _add(tx, learned)
        if newest:
            await tx.set_mark(READ_UP_TO, str(newest[0][0]))
        await finish(tx, held, Outcome(next_due_at=now + EVERY), now, app)


def _lane(way: Way) -> str:
    """Of the carrier as a whole, when nobody knows where it came from."""
    return way.lane if way.origin else ANY_LANE


async def _learned(parcels: Mapping[str, tuple[str, str]], app: App) -> Learned:
    learned: Learned = defaultdict(list)
    events = await app.store.shipment_events(list(parcels)) if parcels else {}
    for shipment_id, told in events.items():
        carrier, lane = parcels[shipment_id]
        own = [event for event in told if event.source == carrier]
        for stage, gap_s in gaps_of(own):
            for one in {ANY_LANE, lane}:
                learned[carrier, one, stage].append(gap_s)
    return learned


async def _add(tx: Transaction, learned: Learned) -> None:
    by_carrier: dict[str, set[str]] = defaultdict(set)
    for carrier, lane, _ in learned:
        by_carrier[carrier].add(lane)
    known = {
        (one.carrier, one.lane, one.stage): one
        for carrier, lanes in by_carrier.items()
        for one in await tx.news_gaps(carrier, sorted(lanes))
    }
    await tx.put_news_gaps(
        known.get(key, NewsGaps(carrier=key[0], lane=key[1], stage=key[2])).with_gaps(gaps_s)
        for key, gaps_s in learned.items()
    )
