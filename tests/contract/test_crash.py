"""A program killed at any moment leaves whole batches and no halves."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from milepost.store.opening import open_store
from milepost.store.tables import EVENTS
from tests.stores import FixedClock

BATCH = 50
BATCHES_BEFORE_KILL = 3
KILLS = 2
WRITER = """
import asyncio, sys
from datetime import timedelta
from pathlib import Path
from milepost.queue.leases import LeaseQueue
from milepost.store.opening import open_store
from tests.contract.things import NOON, action, event
from tests.stores import FixedClock

async def main(url, key, batch):
    store = open_store(url, Path(key), FixedClock())
    await store.start()
    queue, number = LeaseQueue(store), int(await store.mark("done") or 0)
    while True:
        start = number * batch
        async with store.transaction() as tx:
            at = [NOON + timedelta(seconds=start + n) for n in range(batch)]
            await tx.add_events([(event(at=one), "s1") for one in at[: batch // 2]])
            if number % 2:
                print("in the middle", flush=True)
            await tx.add_events([(event(at=one), "s1") for one in at[batch // 2 :]])
            await queue.add(tx, [action(f"batch {number}")])
            await tx.set_mark("done", str(number + 1))
        number += 1
        print("done", number, flush=True)

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


async def test_a_killed_program_leaves_only_whole_batches_and_all_it_had_finished(url, tmp_path):
    root = Path(__file__).parents[2]
    told = 0
    for kill in range(KILLS):
        process = subprocess.Popen(  # noqa: ASYNC220 - this test waits for nothing else
            [sys.executable, "-c", WRITER, url, str(tmp_path / "milepost.key"), str(BATCH)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": f"{root}/src:{root}"},
        )
        goal = told + BATCHES_BEFORE_KILL
        for line in process.stdout:
            if line.startswith("done"):
                told = int(line.split()[1])
            # Killed after a finished batch, or in the middle of the one that follows.
            if told >= goal and line.startswith("in the middle" if kill % 2 else "done"):
                break
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        store = open_store(url, tmp_path / "milepost.key", FixedClock())
        await store.start()
        ((events,),) = await store.rows(select(func.count()).select_from(EVENTS))
        done = int(await store.mark("done"))
        ((work,),) = await store.rows(select(func.count()).select_from(EVENTS.metadata.tables["work"]))
        await store.stop()
        assert done >= told, "a batch that was said to be done is lost"
        assert (events, work) == (done * BATCH, done)
        told = done
