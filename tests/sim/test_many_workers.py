"""Two, three and four worker processes on one PostgreSQL: no action twice, none lost, and what it costs."""

import asyncio
import os
import signal
import time
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from milepost.model.actions import Action, ActionKind
from milepost.model.notices import Audience, Notice
from milepost.queue.leases import LeaseQueue
from milepost.store.opening import open_store
from tests.flow.house import SHOP
from tests.sim.nursery import nursery
from tests.sim.results import keep
from tests.sim.tiers import TIER
from tests.stores import FixedClock, fresh_url

LANES = 64
DONE_S_MAX = 600
LEASE_S = 3.0  # of those who are killed; nobody alive may be taken for dead on a busy machine


@pytest.mark.postgres
@pytest.mark.parametrize("processes", TIER.crews)
async def test_several_processes_carry_out_every_action_once(tmp_path, processes):
    async with _crew(tmp_path) as crew:
        pids = [await crew.start(together=processes) for _ in range(processes)]
        await crew.all_ready()
        started = time.monotonic()
        await crew.decide(TIER.shared_actions)
        await crew.until_done()
        took = time.monotonic() - started
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        assert [await crew.births.ended(pid) for pid in pids] == [0] * processes
        carried, by_process = crew.carried()
        cpu_s = sum(float(line.split()[1]) for line in crew.said() if line.startswith("cpu"))
    found = {
        "processes": processes,
        "actions": TIER.shared_actions,
        "twice": sum(1 for times in carried.values() if times > 1),
        "lost": TIER.shared_actions - len(carried),
        "per_second": round(TIER.shared_actions / took, 1),
        "cpu_ms_per_action": round(cpu_s * 1000 / TIER.shared_actions, 3),
        "shares": sorted(by_process.values()),
    }
    print(found)
    keep("many_workers", found)
    assert (found["twice"], found["lost"]) == (0, 0)
    assert len(by_process) == processes


@pytest.mark.postgres
async def test_what_killed_processes_had_in_hand_is_done_by_those_alive(tmp_path):
    async with _crew(tmp_path) as crew:
        pids = [await crew.start(lease_s=LEASE_S) for _ in range(3)]
        await crew.all_ready()
        await crew.decide(TIER.shared_actions)
        await crew.until_begun()
        for pid in pids[:2]:
            os.kill(pid, signal.SIGKILL)
            assert await crew.births.ended(pid) == -signal.SIGKILL
        await crew.until_done()
        os.kill(pids[2], signal.SIGTERM)
        assert await crew.births.ended(pids[2]) == 0
        carried, _ = crew.carried()
    repeated = carried.total() - len(carried)
    found = {"kills": 2, "lost": TIER.shared_actions - len(carried), "repeated": repeated}
    print(found)
    keep("workers_killed", found)
    assert found["lost"] == 0
    assert repeated <= 2 * LANES  # what each had under way: one a lane at most


class Crew:
    """Worker processes on one database, and the book they write in."""

    def __init__(self, folder, url, births, store):
        self._folder, self._url, self.births = folder, url, births
        self._store, self._work = store, LeaseQueue(store)
        self._started = 0

    async def start(self, **more):
        self._started += 1
        places = {name: str(self._folder / name) for name in ("key", "book", "ready")}
        return await self.births.start("worker", url=self._url, **places, **more)

    async def all_ready(self):
        await self._until(lambda: self.said().count("ready") == self._started)

    async def decide(self, number):
        """So many notices and what is to be done about them, in one transaction."""
        now = datetime.now(UTC)
        notices = [
            Notice(
                key=f"n{n}",
                shop_id=SHOP,
                order_number="1001",
                shipment_id=None,
                audience=Audience.SELLER,
                channel="email",
                template="delivered",
                facts={},
                created_at=now,
            )
            for n in range(number)
        ]
        actions = [
            Action(
                key=f"notice:{notice.key}",
                kind=ActionKind.SEND_NOTICE,
                shop_id=SHOP,
                lane=f"channel:email {n % LANES}",
                due_at=now,
                payload={"notice": notice.key},
            )
            for n, notice in enumerate(notices)
        ]
        async with self._store.transaction() as tx:
            await tx.put_notices(notices)
            await self._work.add(tx, actions)

    async def until_begun(self):
        await self._until(lambda: len(self._lines("book")) > 0)

    async def until_done(self):
        async with asyncio.timeout(DONE_S_MAX):
            while True:
                counts = await self._work.counts(datetime.now(UTC))
                if not counts["due"] and not counts["leased"]:
                    break
                await asyncio.sleep(0.02)
        assert not counts["dead"], await self._work.dead(3)

    def carried(self):
        """How often each notice was carried, and how many by each process."""
        lines = [line.split() for line in self._lines("book")]
        return Counter(line[0] for line in lines), Counter(line[1] for line in lines)

    def said(self):
        return self._lines("ready")

    def _lines(self, name):
        path = self._folder / name
        return path.read_text("utf-8").splitlines() if path.exists() else []

    async def _until(self, condition):
        async with asyncio.timeout(DONE_S_MAX):
            while not condition():  # noqa: ASYNC110 - other processes say it in a file
                await asyncio.sleep(0.01)


@asynccontextmanager
async def _crew(folder):
    async with fresh_url("postgres", folder) as url, nursery() as births:
        store = open_store(url, folder / "key", FixedClock())
        await store.start()
        try:
            yield Crew(folder, url, births, store)
        finally:
            await store.stop()
