"""How fast news goes through the whole corridor, against the same rows put into a bare table."""

import asyncio
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from benches.figures import Figure, against, show
from benches.heard import Heard, hear, told_of_orders
from milepost import flow
from milepost.model.reports import Report
from milepost.ports.app import App
from milepost.store.tables import EVENTS

SEED = 21
ORDERS = 1_200
BATCH = flow.TAKE_IN_MAX
"""Reports per transaction: what a busy worker gathers before it commits."""

LANES = 4
"""Sources that are heard beside each other: one is read while another is being written."""

RUNS = 5
STAGES = ("parse", "normalize", "record", "decide", "keep")
STORED = [column.name for column in EVENTS.columns if column.name != "seq"]


def measure() -> list[Figure]:
    """Events per second through parse, normalize, record, decide and commit; the floor; µs by stage."""
    return asyncio.run(_measure())


async def _measure() -> list[Figure]:
    heard = await hear(ORDERS, SEED)
    bare, whole, rows = [], [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
            seconds, rows = await _take_in(heard, Path(folder))
            whole.append(len(rows) / seconds)
            bare.append(len(rows) / _insert(rows, Path(folder)))
    n = len(rows)
    floor = Figure(name="bare_insert", value=round(statistics.median(bare)), unit="events/s", n=n, seed=SEED)
    reached = round(statistics.median(whole))
    corridor = Figure(name="corridor_vs_bare_insert", value=reached, unit="events/s", n=n, seed=SEED)
    figures = [against(corridor, floor), floor, *await _stages(heard, n)]
    how = f"{len(heard.scans)} reports in batches of {BATCH}, {LANES} lanes, median of {RUNS} runs"
    show(f"The corridor on SQLite: {how}", figures)
    return figures


async def _take_in(heard: Heard, folder: Path) -> tuple[float, list[tuple[Any, ...]]]:
    """Seconds for all scans, lanes beside each other as a worker has them, and the rows they became."""

    async def lane(batches: Sequence[Sequence[Report]], app: App) -> None:
        for batch in batches:
            await flow.take_in(batch, app)

    async with told_of_orders(heard, folder) as milepost:
        batches = list(_batches(heard.scans))
        started = time.perf_counter()
        await asyncio.gather(*(lane(batches[first::LANES], milepost.app) for first in range(LANES)))
        seconds = time.perf_counter() - started
        rows = await milepost.app.store.rows(EVENTS.select())
    return seconds, [row[1:] for row in rows]


def _insert(rows: Sequence[tuple[Any, ...]], folder: Path) -> float:
    """Seconds for the same rows into a table without any index, in one durable transaction."""
    connection = apsw.Connection(str(folder / "bare.sqlite"))
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "FULL")
    connection.execute(f"CREATE TABLE bare ({', '.join(STORED)})")
    marks = ", ".join("?" * len(STORED))
    started = time.perf_counter()
    with connection:
        connection.executemany(f"INSERT INTO bare VALUES ({marks})", rows)  # noqa: S608 - our own columns
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


async def _stages(heard: Heard, events: int) -> list[Figure]:
    """µs per event for each stage, from a run of its own with a stopwatch at each door."""
    watch: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with told_of_orders(heard, Path(folder)) as milepost:
            with _stopwatch(milepost.app, watch):
                started = time.perf_counter()
                for batch in _batches(heard.scans):
                    await flow.take_in(batch, milepost.app)
                watch["all"] = time.perf_counter() - started
    watch["normalize"] = watch["read"] - watch["parse"]
    watch["keep"] = watch["all"] - watch["read"] - watch["record"] - watch["decide"]
    return [
        Figure(
            name=f"corridor_{stage}_us",
            value=round(watch[stage] / events * 1e6, 2),
            unit="µs/event",
            n=events,
            seed=SEED,
        )
        for stage in STAGES
    ]


@contextmanager
def _stopwatch(app: App, watch: Counter[str]) -> Iterator[None]:
    """The real stages, each timed as flow calls it."""
    before = flow.read, flow.append, flow._react  # noqa: SLF001 - its name is the stage we time
    sources = [*app.carriers.values(), *app.marketplaces.values()]

    def timed(name: str, work: Any) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return work(*given, **named)
            finally:
                watch[name] += time.perf_counter() - started

        return call

    def awaited(name: str, work: Any) -> Any:
        async def call(*given: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return await work(*given, **named)
            finally:
                watch[name] += time.perf_counter() - started

        return call

    parsers = [(source, source.parse) for source in sources]
    try:
        flow.read = timed("read", before[0])
        flow.append, flow._react = awaited("record", before[1]), awaited("decide", before[2])  # noqa: SLF001
        for source, parse in parsers:
            vars(source)["parse"] = timed("parse", parse)
        yield
    finally:
        flow.read, flow.append, flow._react = before  # noqa: SLF001
        for source, _ in parsers:
            vars(source).pop("parse", None)


def _batches(reports: Sequence[Report]) -> Iterator[Sequence[Report]]:
    for start in range(0, len(reports), BATCH):
        yield reports[start : start + BATCH]
