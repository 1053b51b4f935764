"""What an event, a shipment and an order take on PostgreSQL; docs/run/scale.md has the figures.

python -m benches.bytes_postgres [events]
"""

import asyncio
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from benches.heard import hear, told_of_orders
from milepost.model.events import TrackingEvent
from milepost.normalize.reading import read
from milepost.store.months import make_parts
from milepost.store.sql.verbatim import Verbatim
from tests.contract.things import order, shipment
from tests.stores import FixedClock, fresh_store

Stories = list[list[TrackingEvent]]
SEED = 23
WORLD_ORDERS = 40
EVENTS = 200_000
BATCH = 1_000
MONTHS = 24
READINGS = 200
NEWEST = datetime(2026, 11, 22, tzinfo=UTC)
SIZES = """SELECT coalesce(whole.relname, c.relname), sum(pg_table_size(c.oid)), sum(pg_indexes_size(c.oid))
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
LEFT JOIN pg_class whole ON whole.oid = i.inhparent
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY 1"""


async def main(count: int) -> None:
    """Real scans of a simulated world, told of ever new parcels over two years, then weighed."""
    stories = await _stories()
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with fresh_store("postgres", Path(folder), FixedClock(NEWEST - timedelta(days=1))) as store:
            await _make_months(store)
            parcels, told, seconds = await _tell(store, stories, count)
            await store.run(Verbatim("ANALYZE"))
            sizes = {row[0]: (int(row[1]), int(row[2])) for row in await store.rows(Verbatim(SIZES))}
            for name, per in (("events", told), ("shipments", parcels), ("shipment_orders", parcels)):
                table, indexes = (part / per for part in sizes[name])
                print(f"{name}: {per} rows of {table + indexes:.0f} bytes ({indexes:.0f} of them indexes)")
            for name in ("orders", "order_versions"):
                print(f"{name}: {sum(sizes[name]) / parcels:.0f} bytes each")
            print(f"{told / seconds:.0f} events/s in batches of {BATCH}, {MONTHS} months")
            await _read(store, parcels)


async def _stories() -> Stories:
    heard = await hear(WORLD_ORDERS, SEED)
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with told_of_orders(heard, Path(folder)) as milepost:
            events: dict[str, dict[str, TrackingEvent]] = {}
            for report in heard.scans:
                for event in read(report, milepost.app.source(report), milepost.app.gazetteer).events:
                    events.setdefault(event.subject, {})[event.event_id] = event
    return [list(story.values()) for story in events.values()]


async def _make_months(store: Any) -> None:
    for back in range(0, MONTHS, 3):
        await make_parts(store._database, NEWEST - timedelta(days=30 * back))  # noqa: SLF001 - no other door


async def _tell(store: Any, stories: Stories, count: int) -> tuple[int, int, float]:
    parcels = told = 0
    seconds = 0.0
    rng = random.Random(SEED)
    while told < count:
        batch = []
        shipments = []
        while len(batch) < BATCH:
            number = f"1Z{parcels:016d}"
            back = timedelta(days=rng.uniform(0, 30 * MONTHS - 60))
            shipments.append(shipment(f"{parcels:032x}", number, orders=(f"{parcels:018d}",)))
            batch += [(_moved(event, number, back), f"{parcels:032x}") for event in rng.choice(stories)]
            parcels += 1
        began = time.perf_counter()
        async with store.transaction() as tx:
            await tx.put_shipments(shipments)
            told += len(await tx.add_events(batch))
        seconds += time.perf_counter() - began
        async with store.transaction() as tx:
            for one in shipments:
                await tx.put_order(order(one.order_numbers[0]), NEWEST, "0" * 64)
    return parcels, told, seconds


def _moved(event: TrackingEvent, number: str, back: timedelta) -> TrackingEvent:
    occurred = event.occurred
    utc = None if occurred.utc is None else occurred.utc - back
    wall = (datetime.fromisoformat(occurred.wall_clock) - back).isoformat(timespec="seconds")
    return msgspec.structs.replace(
        event,
        shop_id="7495820011234567890",
        tracking_number=number,
        order_number=None,
        occurred=msgspec.structs.replace(occurred, utc=utc, wall_clock=wall),
        event_id="",
    )


async def _read(store: Any, parcels: int) -> None:
    rng = random.Random(SEED)
    for size in (1, 100):
        took = []
        for _ in range(READINGS):
            asked = [f"{rng.randrange(parcels):032x}" for _ in range(size)]
            began = time.perf_counter()
            await store.shipment_events(asked)
            took.append(time.perf_counter() - began)
        print(f"events of {size} shipments: median {sorted(took)[READINGS // 2] * 1000:.2f} ms")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS))
