"""Work that was decided: carried out, put off, given up visibly, and finished before a worker rests."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import generate_latest

from milepost.carry.hands import carry_out_due
from milepost.carry.sweeps import plan_sweeps
from milepost.desk.lookup import look_up
from milepost.flow import LostLeaseError, finish
from milepost.model.actions import ActionState, Outcome, Which
from milepost.model.people import Subscription, View
from milepost.ports.notify import SendResult, Sent
from milepost.ports.sources import SourceBusyError
from milepost.worker import drain, work
from tests.flow.house import NOW, SHOP, Pigeon, house, order, scans
from tests.journeys.acme import Acme

DELIVERED = "2026-03-04T11:00+01:00  DEL  Paris FR"
LEASE = timedelta(minutes=1)
ADA = "ada@example.invalid"


async def wants_to_know(milepost, address=ADA):
    wish = Subscription(
        order_number="1001",
        shop_id=SHOP,
        channel="email",
        address=address,
        only_problems=False,
        consented_at=NOW,
        wording="Tell me.",
    )
    async with milepost.app.store.transaction() as tx:
        await tx.put_subscription(wish)


async def attempts(milepost):
    page = await milepost.app.store.notices(shop_ids=None, cursor=None, limit=50)
    return [
        (notice.template, attempt.outcome, attempt.detail) for notice, tries in page.rows for attempt in tries
    ]


async def test_who_asked_is_told_once_however_often_it_is_heard(tmp_path):
    pigeon = Pigeon()
    async with house(tmp_path, pigeon=pigeon) as milepost:
        await milepost.hear(order())
        await wants_to_know(milepost)
        again = "2026-03-04T11:00:20+01:00  DEL"  # a copy of it, in other words
        for told in (DELIVERED, DELIVERED, again, again):
            milepost.clock.move(timedelta(minutes=1))
            await milepost.hear(scans("AC1", told))
            await drain(milepost.app)
    assert pigeon.carried == [("delivered", ADA)]


async def test_a_parcel_that_goes_out_twice_on_one_day_is_told_of_once(tmp_path):
    pigeon = Pigeon()
    async with house(tmp_path, pigeon=pigeon) as milepost:
        await milepost.hear(order())
        await wants_to_know(milepost)
        for told in (
            "08:00+01:00  OFD  Paris FR",
            "10:00+01:00  ATT  Paris FR",
            "12:00+01:00  OFD  Paris FR",
        ):
            milepost.clock.move(timedelta(minutes=1))
            await milepost.hear(scans("AC1", f"2026-03-04T{told}"))
            await drain(milepost.app)
    assert pigeon.carried == [("out_for_delivery", ADA), ("attempted", ADA)]


async def test_a_notice_nobody_can_get_is_given_up_where_a_person_looks(tmp_path):
    pigeon = Pigeon(answer=SendResult(outcome=Sent.REFUSED, detail="550 no such mailbox"))
    async with house(tmp_path, pigeon=pigeon) as milepost:
        await milepost.hear(order())
        await wants_to_know(milepost)
        await milepost.hear(scans("AC1", DELIVERED))
        await drain(milepost.app)
        ((action, error, _),) = await milepost.app.work.dead(10)
        assert action.lane == "channel:email"
        assert error == "550 no such mailbox"
        assert await attempts(milepost) == [("delivered", "dead", "550 no such mailbox")]


async def test_a_notice_that_fails_again_and_again_is_dead_at_the_end_of_its_schedule(tmp_path):
    pigeon = Pigeon(answer=SendResult(outcome=Sent.RETRY, detail="451 later"))
    async with house(tmp_path, pigeon=pigeon) as milepost:
        await milepost.hear(order())
        await wants_to_know(milepost)
        await milepost.hear(scans("AC1", DELIVERED))
        for _ in range(60):
            await drain(milepost.app)
            milepost.clock.move(timedelta(hours=6))
        told = [outcome for _, outcome, _ in await attempts(milepost)]
        assert told[-1] == "dead"
        assert set(told[:-1]) == {"retry"}
        assert 5 <= len(told) <= 12
        assert len(await milepost.app.work.dead(10)) == 1


async def test_a_drain_ends_and_a_second_one_finds_nothing(tmp_path):
    async with house(tmp_path, pigeon=Pigeon()) as milepost:
        await milepost.hear(order(), scans("AC1", DELIVERED))
        assert await drain(milepost.app) > 0
        assert await drain(milepost.app) == 0


async def test_a_worker_stops_when_it_is_told_to(tmp_path):
    async with house(tmp_path, pigeon=Pigeon()) as milepost:
        await milepost.hear(order(), scans("AC1", DELIVERED))
        stop = asyncio.Event()
        stop.set()
        await asyncio.wait_for(work(milepost.app, stop), 5)


async def test_what_a_dead_worker_held_is_done_by_another_and_the_late_one_writes_nothing(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.hear(order())
        app = milepost.app
        (held, *_) = await app.work.lease(now=NOW, worker="dead", length=LEASE, limit=1)
        await app.work.start(NOW)  # as the next process does
        (again, *_) = [
            one
            for one in await app.work.lease(now=NOW, worker="alive", length=LEASE, limit=9)
            if one.action.key == held.action.key
        ]
        with pytest.raises(LostLeaseError):  # noqa: PT012 - the block is what fails
            async with app.store.transaction() as tx:
                await tx.set_mark("said", "by the dead")
                await finish(tx, held, Outcome(done=True), milepost.clock.now(), app)
        assert await app.store.mark("said") is None
        async with app.store.transaction() as tx:
            await finish(tx, again, Outcome(done=True), milepost.clock.now(), app)


class Busy(Acme):
    """A carrier that asks us to come later."""

    asked = 0

    async def fetch(self, queries):
        self.asked += 1
        raise SourceBusyError("acme: slow down", retry_after_s=600)


async def test_a_carrier_that_says_come_later_is_asked_when_it_said(tmp_path):
    busy = Busy()
    async with house(tmp_path) as opened:
        milepost = replace(opened, milepost=_with_carrier(opened.milepost, busy))
        await milepost.hear(order())
        asked = []
        for minutes in (0, 5, 4, 2):
            milepost.clock.move(timedelta(minutes=minutes))
            await carry_out_due(milepost.app, "w1")
            asked.append(busy.asked)
    assert asked == [1, 1, 1, 2]


def _with_carrier(milepost, carrier):
    return replace(milepost, app=replace(milepost.app, carriers={**milepost.app.carriers, "acme": carrier}))


async def test_an_order_is_looked_up_with_its_own_second_factor_only(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.hear(order(contact={"email": ADA, "postal_code": "75001"}))
        assert (await look_up(milepost.app, "1001", ADA)).view is View.TOWN
        assert (await look_up(milepost.app, "1001", "75001")) is not None
        assert await look_up(milepost.app, "1001", "eve@example.invalid") is None
        assert await look_up(milepost.app, "1001", "") is None
        assert await look_up(milepost.app, "1002", ADA) is None


async def test_after_five_wrong_guesses_an_order_is_closed_for_a_day(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.hear(order(contact={"email": ADA}))
        for guess in range(5):
            assert await look_up(milepost.app, "1001", f"{guess}@example.invalid") is None
        assert await look_up(milepost.app, "1001", ADA) is None
        milepost.clock.move(timedelta(hours=25))
        assert await look_up(milepost.app, "1001", ADA) is not None


async def test_done_work_is_forgotten_after_its_days_and_what_it_told_is_not_told_again(tmp_path):
    pigeon = Pigeon()
    async with house(tmp_path, pigeon=pigeon) as milepost:
        app, news = milepost.app, scans("AC1", DELIVERED)
        await plan_sweeps(app)
        await milepost.hear(order())
        await wants_to_know(milepost)
        await milepost.hear(news)
        await drain(app)
        told, done = list(pigeon.carried), await done_of(app)
        assert told
        milepost.clock.move(timedelta(days=app.settings.work.keep_days, minutes=1))
        await drain(app)
        assert done
        assert not done & await done_of(app)
        assert f"milepost_work_swept_total {len(done)}.0" in said_by(milepost.milepost.counters)
        await milepost.hear(news, order())
        await drain(app)
    assert pigeon.carried == told


async def done_of(app):
    listed = await app.work.listed(Which(states=[ActionState.DONE]), limit=99)
    return {(one.action.key, one.ended_at) for one in listed}


def said_by(counters):
    return generate_latest(counters.registry).decode()
