"""Killed in the middle of a backup or a restore: never a half file, never a half database (reliability.md D-06)."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import apsw
import asyncpg
import pytest
from sqlalchemy import select

from milepost.queue.leases import LeaseQueue
from milepost.store.backup.taking import look_over, take
from milepost.store.opening import open_store
from milepost.store.tables import METADATA, SCHEMA
from tests.contract.things import NOON, action, event, order
from tests.sim.results import keep
from tests.sim.tiers import TIER
from tests.stores import KEY, FixedClock, fresh_url

SEED = 20261122
KILLS = 200 if TIER.name == "sim" else 3
TRIES_PER_KILL = 20  # a job may be done before it is killed; it does not count then
ROWS = 2_000 if TIER.name == "sim" else 500
ROOT = Path(__file__).parents[2]
ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


class Jobs:
    """Does one job after the other in a process of its own, each killed at a random instant."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.longest_s = 0.0
        self.killed = self.done = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.sim.killed_restores"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}"},
        )
        assert self._process.stdout.readline() == "ready\n"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def run(self, *, kill=True, **job):
        """Whether it was killed before its end."""
        started = time.monotonic()
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        if kill:
            time.sleep(self.dice.random() * self.longest_s)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        code = int(self._process.stdout.readline())
        assert code in (0, -signal.SIGKILL), f"{job} ended with {code}"
        if not kill:
            self.longest_s = max(self.longest_s, time.monotonic() - started)
        self.killed += code != 0
        self.done += code == 0
        return code != 0


async def fill(store, which):
    """Two worlds that share nothing: `which` tells every row of one from those of the other."""
    async with store.transaction() as tx:
        at = [NOON + timedelta(seconds=second) for second in range(ROWS)]
        await tx.add_events([(event(at=one, text=which), "s1") for one in at])
        await LeaseQueue(store).add(tx, [action(f"{which} {number}") for number in range(ROWS // 10)])
        await tx.put_order(order(which), NOON, "h")
        await tx.set_mark("which", which)


async def rows_in(url, key):
    store = open_store(url, key, FixedClock())
    await store.start()
    try:
        return {
            table.name: sorted(await store.rows(select(table)), key=repr)
            for table in METADATA.sorted_tables
            if table is not SCHEMA
        }
    finally:
        await store.stop()


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_killed_backup_leaves_no_file_and_a_finished_one_a_whole_file(engine, tmp_path):
    async with fresh_url(engine, tmp_path) as url:
        key = tmp_path / KEY
        await make(url, key, "a")
        with Jobs(SEED) as jobs:
            for number in range(KILLS * TRIES_PER_KILL):
                path = tmp_path / f"{number}.milepost"
                is_killed = jobs.run(do="take", url=url, key=str(key), path=str(path), kill=number > 0)
                if path.exists():
                    assert (await look_over(path)).rows["events"] == ROWS, f"seed {SEED}, {number}"
                    path.unlink()
                else:
                    assert is_killed
                if jobs.killed == KILLS:
                    break
        assert jobs.killed == KILLS, "too few were killed before they were done"
        keep("backup killed", {"engine": engine, "seed": SEED, "killed": jobs.killed, "half files": 0})


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_killed_restore_leaves_the_database_before_or_the_one_restored(engine, tmp_path):
    async with fresh_url(engine, tmp_path) as url:
        key = tmp_path / KEY
        worlds, paths = {}, {}
        for which in "ab":
            await make(url, key, which)
            worlds[which] = await rows_in(url, key)
            paths[which] = tmp_path / f"{which}.milepost"
            await take(url, key, paths[which], FixedClock())
            await empty(url)
        now = None
        ends = {"as before": 0, "restored": 0}
        with Jobs(SEED) as jobs:
            for number in range(KILLS * TRIES_PER_KILL):
                wanted = "ab"[number % 2]
                job = {"do": "restore", "url": url, "key": str(key), "path": str(paths[wanted])}
                is_killed = jobs.run(**job, kill=number > 0)
                found = await rows_in(url, key)
                is_there = next((which for which, rows in worlds.items() if rows == found), None)
                assert is_there is not None, f"neither the one nor the other: seed {SEED}, {number}"
                assert is_there == wanted or (is_killed and is_there == now), f"seed {SEED}, {number}"
                ends["restored" if is_there == wanted else "as before"] += is_killed
                now = is_there
                await whole(url)
                await forget_what_is_aside(url, tmp_path)
                if jobs.killed == KILLS:
                    break
        assert jobs.killed == KILLS, "too few were killed before they were done"
        assert ends["as before"], "none was killed before the end"
        keep("restore killed", {"engine": engine, "seed": SEED, "killed": jobs.killed, **ends, "half": 0})


async def make(url, key, which):
    store = open_store(url, key, FixedClock())
    await store.start()
    await fill(store, which)
    await store.stop()


async def empty(url):
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:")).unlink()  # noqa: ASYNC240 - nothing else runs
        return
    connection = await asyncpg.connect(url)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()


async def whole(url):
    """SQLite looks over every page and index."""
    if url.startswith("sqlite"):
        connection = apsw.Connection(url.removeprefix("sqlite:"))
        assert connection.pragma("integrity_check") == "ok"
        connection.close()


async def forget_what_is_aside(url, folder):
    if url.startswith("sqlite"):
        for path in folder.glob("*.before-restore-*"):
            path.unlink()
        return
    connection = await asyncpg.connect(url)
    for (name,) in await connection.fetch(
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'milepost_before%'"
    ):
        await connection.execute(f"DROP SCHEMA {name} CASCADE")
    await connection.close()
