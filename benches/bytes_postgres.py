"""What an event, a shipment and an order take on PostgreSQL; docs/run/scale.md has the figures.

python -m benches.bytes_postgres [events]
"""

import asyncio
import importlib
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from milepost.model.events import TrackingEvent
from milepost.normalize.scans import events
from milepost.store.months import make_parts
from milepost.store.sql.verbatim import Verbatim
from tests.contract.things import order, shipment
from tests.samples.table import read as told_beside
from tests.samples.table import report_of
from tests.samples.test_samples import BODIES, SOURCES, codes_of, gazetteer
from tests.stores import FixedClock, fresh_store

Stories = list[list[TrackingEvent]]
SEED = 23
EVENTS = 200_000
BATCH = 1_000
ORDERS = 1_000
MONTHS = 24
READINGS = 200
NEWEST = datetime(2026, 11, 22, tzinfo=UTC)
SIZES = """SELECT coalesce(whole.relname, c.relname), sum(pg_table_size(c.oid)), sum(pg_indexes_size(c.oid))
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
LEFT JOIN pg_class whole ON whole.oid = i.inhparent
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY 1"""


async def main(count: int) -> None:
    """The carriers' sample scans, told of ever new parcels over two years, then weighed."""
    stories = _stories()
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
                print(f"{name}: {sum(sizes[name]) / ORDERS:.0f} bytes each")
            print(f"{told / seconds:.0f} events/s in batches of {BATCH}, {MONTHS} months")
            await _read(store, parcels)


def _stories() -> Stories:
    """What the sample answers of the carriers tell, parcel by parcel."""
    found: dict[str, dict[str, TrackingEvent]] = {}
    for path in BODIES:
        folder = path.parent.parent
        module = ".".join(("milepost.sources", *folder.relative_to(SOURCES).parts, "parse"))
        report = report_of(path, told_beside(path.with_suffix(".txt")))
        parsed = importlib.import_module(module).parse(report)
        for event in events(parsed, report, codes_of(folder), gazetteer()):
            if event.tracking_number:
                found.setdefault(event.subject, {})[event.event_id] = event
    return [list(story.values()) for story in found.values()]


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
            told += len(batch) - len(await tx.add_events(batch))
        seconds += time.perf_counter() - began
    async with store.transaction() as tx:
        for number in range(ORDERS):
            await tx.put_order(order(f"{number:018d}"), NEWEST, "0" * 64)
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
