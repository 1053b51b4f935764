"""A file of many rows: it goes in part by part, and nothing else waits for the end of it."""

import asyncio
import time
from datetime import timedelta

from milepost.desk import drafts
from milepost.desk.imports import import_file, preview
from milepost.model.imports import Draft, Fate, GoingState, Stated
from milepost.normalize.reading import read
from milepost.record import parts
from tests.flow.test_folder import statuses, town
from tests.sources.test_handed_in import handed_in, report

ROWS = 600
PARCELS = [f"TBA7{number:011d}" for number in range(ROWS // 2)]


def orders(numbers=PARCELS):
    rows = [f"A-{at},{number},Amazon Shipping,2026-03-01" for at, number in enumerate(numbers)]
    return "\n".join(["order_number,tracking_number,carrier,placed_at", *rows]).encode()


def events(numbers=PARCELS):
    """All first scans, then all second ones: a parcel's rows lie far apart."""
    days = (("in_transit", "2026-03-03"), ("out_for_delivery", "2026-03-04"))
    rows = [f"{number},{status},{day}T10:00:00Z" for status, day in days for number in numbers]
    return "\n".join(["tracking_number,status,occurred_at", *rows]).encode()


class Stretches:
    """The longest time (of this thread's processor, in seconds) between two turns of the loop."""

    async def __aenter__(self):
        self.longest, self._task = 0.0, asyncio.create_task(self._beat())
        await asyncio.sleep(0)
        return self

    async def _beat(self):
        before = time.thread_time()
        while True:
            await asyncio.sleep(0.002)
            now = time.thread_time()
            self.longest, before = max(self.longest, now - before), now

    async def __aexit__(self, *_):
        self._task.cancel()


async def test_nothing_waits_for_the_end_of_a_long_file(tmp_path):
    async with town(tmp_path) as milepost:
        app = milepost.app
        for body in (orders(), events()):
            for work in (preview, import_file):
                before = time.process_time()
                async with Stretches() as stretches:
                    await work(app, body)
                whole = time.process_time() - before
                assert stretches.longest < 0.5 * whole, (work.__name__, stretches.longest, whole)


async def test_other_news_finds_its_turn_between_the_parts_and_nothing_counts_twice(tmp_path):
    async with town(tmp_path) as milepost:
        app, seen = milepost.app, []

        async def heard(tx, /, *, done, total):
            await tx.set_mark("seen", f"{done} of {total}")
            seen.append(await asyncio.create_task(app.store.mark("seen")))

        done = await import_file(app, orders(), going=heard)
        assert done.preview.counts == {Fate.NEW: 300}
        assert seen == [None, "250 of 300"], "what others see: each part is kept by itself"
        assert (await import_file(app, orders())).preview.counts == {Fate.KNOWN: 300}
        await import_file(app, events())
        assert set((await statuses(app)).values()) == {"out_for_delivery"}
        assert (await import_file(app, events())).preview.counts == {Fate.KNOWN: 600}


def test_a_parcels_events_lie_in_one_part_and_none_is_lost():
    told = read(report("file_events", events(PARCELS[:30])), handed_in()["file_events"], None)
    found = parts.parts(told, rows=7)
    assert [len(part.events) for part in found] == [6] * 10
    homes = [{event.tracking_number for event in part.events} for part in found]
    assert sum(map(len, homes)) == len(set().union(*homes)) == 30
    for part in found:
        moments = {}
        for event in part.events:
            moments.setdefault(event.tracking_number, []).append(event.occurred.order_key)
        assert all(theirs == sorted(theirs) for theirs in moments.values())


async def test_a_row_that_stands_twice_in_a_file_counts_once(tmp_path):
    row = b"TBA700000000001,in_transit,2026-03-03T10:00:00Z\n"
    async with town(tmp_path) as milepost:
        await import_file(milepost.app, orders(["TBA700000000001"]))
        done = await import_file(milepost.app, b"tracking_number,status,occurred_at\n" + row * 2)
        first, second = done.preview.rows
        assert (first.fate, second.fate, second.says) == (Fate.NEW, Fate.KNOWN, "the same as row 2")
        (parcel,) = (await milepost.app.store.shipments(shop_ids=None, cursor=None, limit=9)).rows
        told = await milepost.app.store.shipment_events([parcel.shipment.shipment_id])
        assert len(told[parcel.shipment.shipment_id]) == 1


async def test_how_far_a_draft_is_can_be_asked_and_one_that_was_stopped_goes_on(tmp_path):
    async with town(tmp_path) as milepost:
        app = milepost.app
        draft = Draft(
            draft_id="d", user_id="u", file_name="f.csv", shop_id=None, stated=Stated(), body=orders()
        )
        assert await drafts.going(app, draft) is None
        assert await drafts.begin(app, draft)
        assert not await drafts.begin(app, draft), "pressed twice, it goes in once"
        app.clock.move(timedelta(seconds=1))
        now = await drafts.going(app, draft)
        assert (now.state, drafts.is_stopped(app, now)) == (GoingState.UNDER_WAY, True)
        assert await drafts.begin(app, draft)
        await drafts.go_on(app, draft)
        now = await drafts.going(app, draft)
        assert (now.state, now.done, now.counts) == (GoingState.IN, 300, {Fate.NEW: 300})
