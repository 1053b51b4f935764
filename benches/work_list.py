"""How many jobs a second the work list hands out and finishes, against a bare table of leases."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import asyncpg

from benches.figures import Figure, against, show
from milepost.model.actions import Action, ActionKind, Outcome
from milepost.queue.leases import LeaseQueue
from tests.stores import ENGINES, fresh_store, fresh_url

SEED = 0  # nothing is drawn
JOBS = 10_000
AT_ONCE = 100
LANES = 10
RUNS = 5
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
DONE = Outcome(done=True)

BARE_TABLE = """CREATE TABLE job (id INTEGER PRIMARY KEY, state TEXT NOT NULL, due_at BIGINT NOT NULL,
token TEXT NOT NULL, payload TEXT NOT NULL)"""
BARE_INDEX = "CREATE INDEX job_due ON job (due_at, id) WHERE state = 'due'"


def measure() -> list[Figure]:
    """Jobs per second, leased and finished a hundred at a time by one worker, each step committed."""
    return asyncio.run(_measure())


async def _measure() -> list[Figure]:
    figures: list[Figure] = []
    for engine in ENGINES:
        ours, bare = [], []
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
                bare.append(JOBS / await BARE[engine](Path(folder)))
            with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
                ours.append(JOBS / await _ours(engine, Path(folder)))
        floor = _figure(f"bare_leases_{engine}", bare)
        name = "work_vs_bare_lease" if engine == "sqlite" else f"work_vs_bare_lease_{engine}"
        figures += [against(_figure(name, ours), floor), floor]
    show(f"Jobs leased and finished, {AT_ONCE} at a time, median of {RUNS} runs", figures)
    return figures


def _figure(name: str, rates: list[float]) -> Figure:
    return Figure(name=name, value=round(statistics.median(rates)), unit="jobs/s", n=JOBS, seed=SEED)


async def _ours(engine: str, folder: Path) -> float:
    """Seconds for all jobs through the work list: fair over lanes, with signs of life."""
    async with fresh_store(engine, folder) as store:
        queue = LeaseQueue(store)
        async with store.transaction() as tx:
            await queue.add(tx, [_action(number) for number in range(JOBS)])
        done, started = 0, time.perf_counter()
        length = timedelta(minutes=1)
        while leased := await queue.lease(now=NOW, worker="w", length=length, limit=AT_ONCE):
            async with store.transaction() as tx:
                if not await queue.finish_all(tx, [(one, DONE) for one in leased], NOW):
                    raise RuntimeError("a lease was lost with nobody else there")
            done += len(leased)
        if done != JOBS:
            raise RuntimeError(f"{done} of {JOBS} jobs were handed out")
        return time.perf_counter() - started


def _action(number: int) -> Action:
    return Action(
        key=f"job:{number}",
        kind=ActionKind.SEND_NOTICE,
        shop_id="bench-shop",
        lane=f"lane {number % LANES}",
        due_at=NOW - timedelta(seconds=number % 1000),
        payload={"notice": f"notice:{number}"},
    )


def _rows() -> list[tuple[int, str, int, str, str]]:
    return [(number, "due", number % 1000, "", f'{{"notice":"notice:{number}"}}') for number in range(JOBS)]


async def _bare_sqlite(folder: Path) -> float:
    """The same table without lanes, keys, errors and repeats, through the same driver, as durable."""
    connection = apsw.Connection(str(folder / "bare.sqlite"))
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "FULL")
    connection.execute(BARE_TABLE)
    connection.execute(BARE_INDEX)
    with connection:
        connection.executemany("INSERT INTO job VALUES (?, ?, ?, ?, ?)", _rows())
    started = time.perf_counter()
    while taken := _take_bare(connection):
        with connection:
            connection.executemany("UPDATE job SET state = 'done' WHERE id = ? AND token = 't'", taken)
    took = time.perf_counter() - started
    connection.close()
    return took


def _take_bare(connection: apsw.Connection) -> list[tuple[int]]:
    with connection:
        return connection.execute(
            """UPDATE job SET token = 't' WHERE id IN (SELECT id FROM job WHERE state = 'due' AND token = ''
            ORDER BY due_at, id LIMIT ?) RETURNING id""",
            (AT_ONCE,),
        ).fetchall()


async def _bare_postgres(folder: Path) -> float:
    async with fresh_url("postgres", folder) as url:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(BARE_TABLE)
            await connection.execute(BARE_INDEX)
            await connection.executemany("INSERT INTO job VALUES ($1, $2, $3, $4, $5)", _rows())
            started = time.perf_counter()
            while taken := await connection.fetch(
                """UPDATE job SET token = 't' WHERE id IN (SELECT id FROM job WHERE state = 'due'
                AND token = '' ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING id""",
                AT_ONCE,
            ):
                ids = [(row[0],) for row in taken]
                await connection.executemany(
                    "UPDATE job SET state = 'done' WHERE id = $1 AND token = 't'", ids
                )
            return time.perf_counter() - started
        finally:
            await connection.close()


BARE: dict[str, Callable[[Path], Awaitable[float]]] = {"sqlite": _bare_sqlite, "postgres": _bare_postgres}
