"""How fast events are recorded, against the same rows put into a bare table as fast as each engine can."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw
import asyncpg

from benches.figures import Figure, against, show
from benches.heard import hear, told_of_orders
from milepost.model.events import TrackingEvent
from milepost.normalize.reading import read
from milepost.store.event_shelf import ADDED, _row
from milepost.store.tables import EVENTS
from tests.stores import ENGINES, fresh_store, fresh_url

SEED = 23
ORDERS = 1_200
COUNTS = {1: 500, 100: 10_000, 1_000: 20_000}
"""Events recorded at each batch size: enough for a second or so."""

LANES = 4
"""Batches under way beside each other, as in the corridor: one is made ready while one waits for the disk."""

RUNS = 5
SHOP = "bench-shop"
Placed = list[tuple[TrackingEvent, str | None]]


def measure() -> list[Figure]:
    """Events per second at each batch size on both engines, committed, deduplicated and indexed."""
    return asyncio.run(_measure())


async def _measure() -> list[Figure]:
    placed = await _events()
    figures: list[Figure] = []
    for engine in ENGINES:
        rates: dict[str, list[float]] = {}
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
                for name, rate in (await _run(engine, placed, Path(folder))).items():
                    rates.setdefault(name, []).append(rate)
        figures += _figures(engine, rates)
    show(f"Recording events, {LANES} batches under way, median of {RUNS} runs", figures)
    return figures


def _figures(engine: str, rates: dict[str, list[float]]) -> list[Figure]:
    made = {
        name: Figure(name=name, value=round(statistics.median(found)), unit="events/s", n=n, seed=SEED)
        for (name, found), n in zip(rates.items(), [max(COUNTS.values()), *COUNTS.values()], strict=True)
    }
    floor = made.pop(f"bare_{engine}")
    return [*(against(one, floor) for one in made.values()), floor]


async def _events() -> Placed:
    """Real scans of a simulated world, as the corridor records them, each parcel's together."""
    heard = await hear(ORDERS, SEED)
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with told_of_orders(heard, Path(folder)) as milepost:
            app = milepost.app
            told = [
                event.of_shop(event.shop_id or SHOP)
                for report in heard.scans
                for event in read(report, app.source(report), app.gazetteer).events
            ]
    once = {event.event_id: event for event in told}.values()
    return [(event, f"{abs(hash(event.subject)):032x}") for event in once]


async def _run(engine: str, placed: Placed, folder: Path) -> dict[str, float]:
    """Events per second of the floor, then of each batch size into a store of its own."""
    most = max(COUNTS.values())
    rows = [_row(event, shipment_id) for event, shipment_id in placed[:most]]
    rates = {f"bare_{engine}": len(rows) / await BARE[engine](rows, folder)}
    for size, count in COUNTS.items():
        events = placed[:count]
        folder_of = folder / f"{engine}-{size}"
        folder_of.mkdir()
        async with fresh_store(engine, folder_of) as store:
            batches = [events[start : start + size] for start in range(0, len(events), size)]
            started = time.perf_counter()
            await asyncio.gather(*(_keep(batches[first::LANES], store) for first in range(LANES)))
            rates[f"record_{engine}_{size}"] = len(events) / (time.perf_counter() - started)
    return rates


async def _keep(batches: Sequence[Placed], store: Any) -> None:
    for batch in batches:
        async with store.transaction() as tx:
            await tx.add_events(batch)


async def _bare_sqlite(rows: Sequence[tuple[Any, ...]], folder: Path) -> float:
    """Seconds for one durable transaction into a table without any index."""
    connection = apsw.Connection(str(folder / "bare.sqlite"))
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "FULL")
    connection.execute(f"CREATE TABLE bare ({', '.join(ADDED.columns)})")
    marks = ", ".join("?" * len(ADDED.columns))
    started = time.perf_counter()
    with connection:
        connection.executemany(f"INSERT INTO bare VALUES ({marks})", rows)  # noqa: S608 - our own columns
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


async def _bare_postgres(rows: Sequence[tuple[Any, ...]], folder: Path) -> float:
    """Seconds for one COPY into a table without any index, committed."""
    async with fresh_url("postgres", folder) as url:
        connection = await asyncpg.connect(url)
        try:
            kinds = [
                f"{name} {'bigint' if EVENTS.c[name].type.python_type is int else 'text'}"
                for name in ADDED.columns
            ]
            await connection.execute(f"CREATE TABLE bare ({', '.join(kinds)})")
            started = time.perf_counter()
            await connection.copy_records_to_table("bare", records=rows)
            return time.perf_counter() - started
        finally:
            await connection.close()


BARE = {"sqlite": _bare_sqlite, "postgres": _bare_postgres}
