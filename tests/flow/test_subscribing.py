"""Carriers are asked to push: after the first poll, before it ends, later when it fails, and never in vain."""

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from milepost.carry.hands import carry_out_due
from milepost.carry.subscribing import plan_account_subscriptions
from milepost.flow import keep_pushes
from milepost.model.actions import ActionKind, ActionState, Which
from milepost.model.pushes import EVERY_NUMBER, PushState
from milepost.model.reports import Report, ReportKind
from milepost.ports.pushes import Push, Subscribed, SubscriptionNews
from milepost.ports.sources import SourceBusyError, SourceError
from tests.flow.house import NOW, house, order, scans
from tests.journeys.acme import Acme

DAYS = timedelta(days=1)


@dataclass
class Line:
    """Acme's end of its pushes: it answers what a test says, and remembers what it was asked."""

    clock: object = None
    is_by_number: bool = True
    is_hint: bool = False
    batch_max: int = 2
    state: PushState = PushState.ACTIVE
    life: timedelta | None = 14 * DAYS
    error: SourceError | None = None
    asked: list = field(default_factory=list)
    said_yes: list = field(default_factory=list)

    async def subscribe(self, numbers):
        self.asked.append(list(numbers))
        if self.error is not None:
            raise self.error
        return [
            Subscribed(
                tracking_number=number,
                state=self.state,
                subscription_id="s-1",
                until_at=self.clock.now() + self.life if self.life else None,
                said="" if self.state is not PushState.REFUSED else "no",
            )
            for number in numbers
        ]

    async def activate(self, push):
        self.said_yes.append(push)
        if self.error is not None:
            raise self.error
        return Subscribed(tracking_number="", state=PushState.ACTIVE, subscription_id="s-1")


class PushingAcme(Acme):
    def __init__(self, line):
        super().__init__()
        self.pushes = line


@asynccontextmanager
async def pushing(tmp_path, **ways):
    """A house whose Acme pushes, with one parcel that was polled once."""
    line = Line(**ways)
    async with house(tmp_path) as here:
        line.clock = here.clock
        here.app.carriers["acme"] = PushingAcme(line)
        await here.hear(order(parcels=["AC1"]))
        await work(here)
        yield here, line


async def work(here):
    """What is due now, and what that makes due now."""
    while await carry_out_due(here.app, "worker-1"):
        pass


async def pass_time(here, length):
    here.clock.move_to(here.clock.now() + length)
    await work(here)


async def held(here, number="AC1"):
    return (await here.app.store.push_subscriptions("acme", [number])).get(number)


async def planned(here, kind=ActionKind.SUBSCRIBE_SHIPMENT):
    listed = await here.app.work.listed(Which(kinds=[kind], states=[ActionState.DUE]), limit=10)
    return [one.action.due_at for one in listed]


async def test_a_parcel_is_subscribed_after_its_first_poll_and_again_a_day_before_that_ends(tmp_path):
    async with pushing(tmp_path) as (here, line):
        assert line.asked == [["AC1"]]
        found = await held(here)
        assert (found.state, found.until_at, found.subscription_id) == (
            PushState.ACTIVE,
            NOW + 14 * DAYS,
            "s-1",
        )
        assert await planned(here) == [NOW + 13 * DAYS]
        await pass_time(here, 12 * DAYS)
        assert line.asked == [["AC1"]], "polls in between asked again"
        await pass_time(here, DAYS)
        assert line.asked == [["AC1"], ["AC1"]]
        assert (await held(here)).until_at == NOW + 27 * DAYS


async def test_a_parcel_that_has_arrived_is_not_subscribed_again(tmp_path):
    async with pushing(tmp_path) as (here, line):
        await here.hear(scans("AC1", "2026-03-04T09:00+01:00  DEL  Paris FR"))
        await pass_time(here, 13 * DAYS)
        assert line.asked == [["AC1"]]
        assert await planned(here) == []


async def test_as_many_numbers_go_into_one_call_as_it_takes(tmp_path):
    async with pushing(tmp_path) as (here, line):
        line.asked.clear()
        await here.hear(order("1002", ["AC2", "AC3", "AC4"]))
        await work(here)
        assert sorted(map(len, line.asked)) == [1, 2]
        assert {number for numbers in line.asked for number in numbers} == {"AC2", "AC3", "AC4"}


@pytest.mark.parametrize(
    ("error", "again_after"),
    [
        (SourceError("away"), timedelta(minutes=1)),
        (SourceBusyError("slow", retry_after_s=90.0), timedelta(seconds=90)),
    ],
)
async def test_what_fails_is_tried_again_later_and_nothing_is_said_to_hold(tmp_path, error, again_after):
    async with pushing(tmp_path, error=error) as (here, line):
        assert await held(here) is None
        assert await planned(here) == [NOW + again_after]
        line.error = None
        await pass_time(here, again_after)
        assert (await held(here)).state is PushState.ACTIVE


async def test_a_number_that_is_refused_is_polled_and_not_asked_for_again(tmp_path):
    async with pushing(tmp_path, state=PushState.REFUSED, life=None) as (here, line):
        assert (await held(here)).said == "no"
        await pass_time(here, 13 * DAYS)
        assert line.asked == [["AC1"]]
        assert await planned(here) == []


async def test_a_carrier_that_never_asks_back_is_asked_anew_until_it_does(tmp_path):
    async with pushing(tmp_path, state=PushState.ASKED) as (here, line):
        assert await planned(here) == [NOW + timedelta(hours=6)]
        await pass_time(here, timedelta(hours=6))
        assert line.asked == [["AC1"], ["AC1"]]
        ready = SubscriptionNews(subscription_id="s-1", state=PushState.ACTIVE, until_at=NOW + 10 * DAYS)
        async with here.app.store.transaction() as tx:
            await tx.heed_push_news("acme", ready)
        await pass_time(here, timedelta(hours=6))
        assert line.asked == [["AC1"], ["AC1"]], "it holds, and was asked for all the same"
        assert await planned(here) == [NOW + 9 * DAYS]


async def test_our_yes_is_said_once_and_said_again_when_it_was_lost(tmp_path):
    async with pushing(tmp_path, state=PushState.ASKED) as (here, line):
        line.error = SourceError("away")
        question = Report(
            source="acme", kind=ReportKind.PUSH, shop_id=None, subject=(), heard_at=NOW, body=b"the question"
        )
        news = SubscriptionNews(subscription_id="s-1", state=PushState.ASKED)
        await keep_pushes([Push(report=question, notification_id="q-1", news=news)], here.app)
        await work(here)
        line.error = None
        await pass_time(here, timedelta(minutes=1))
        assert line.said_yes == [b"the question", b"the question"]
        assert (await held(here)).state is PushState.ACTIVE
        assert await planned(here, ActionKind.ACTIVATE_PUSHES) == []


async def test_an_account_is_subscribed_once_for_all_its_parcels(tmp_path):
    async with pushing(tmp_path, is_by_number=False) as (here, line):
        assert line.asked == []
        for _ in range(2):
            await plan_account_subscriptions(here.app)
            await work(here)
        assert line.asked == [[EVERY_NUMBER]]
        assert (await held(here, EVERY_NUMBER)).until_at == NOW + 14 * DAYS
        await pass_time(here, 13 * DAYS)
        assert line.asked == [[EVERY_NUMBER], [EVERY_NUMBER]]


async def test_without_pushes_switched_on_nobody_is_asked(tmp_path):
    async with house(tmp_path) as here:
        await here.hear(order(parcels=["AC1"]))
        await plan_account_subscriptions(here.app)
        await work(here)
        assert await planned(here) == []


async def test_pushes_that_were_switched_off_again_end_their_work(tmp_path):
    async with pushing(tmp_path) as (here, line):
        here.app.carriers["acme"] = Acme()
        await pass_time(here, 13 * DAYS)
        assert line.asked == [["AC1"]]
        assert await planned(here) == []
