"""The restore fence: nothing that was sent after a backup is sent again by itself (reliability.md N-03)."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from httpx import AsyncClient

from milepost.cli.check import answering
from milepost.desk import restores
from milepost.desk.webhooks import add_endpoint
from milepost.desk.work_list import answer
from milepost.model.actions import ActionState, Which, WorkWish
from milepost.model.people import Subscription
from milepost.notify.webhooks.poster import HttpPoster
from milepost.settings import Webhooks
from milepost.store.backup.restoring import restore
from milepost.store.backup.taking import take
from milepost.worker import drain
from milepost_sandbox.servers.receivers.listener import listening
from milepost_sandbox.servers.receivers.webhooks import WebhookReceiver
from tests.flow.house import NOW, SHOP, Pigeon, house, order, scans, shop

PARCELS = 60
MINUTE = timedelta(minutes=1)
BEFORE, AFTER = "2026-03-04T11:30+00:00", "2026-03-04T12:30+00:00"
LATER = timedelta(hours=2)
PRIVATE = Webhooks(allow_private=True)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


class World:
    """Orders of one parcel each whose buyers all want to know; and a backup in between."""

    def __init__(self, folder):
        self.folder = folder
        self.pigeon = Pigeon()
        self.now = NOW

    @asynccontextmanager
    async def milepost(self, **others):
        """A Milepost on this world's database, at the instant at which the last one stopped."""
        async with house(self.folder, pigeon=self.pigeon, **others) as opened:
            opened.clock.move_to(self.now)
            try:
                yield opened
            finally:
                self.now = opened.clock.now()

    async def begin(self, milepost, parcels):
        for number in range(parcels):
            await milepost.hear(order(f"{number}", (f"AC{number}",)))
            wish = Subscription(
                order_number=f"{number}",
                shop_id=SHOP,
                channel="email",
                address=f"buyer{number}@example.invalid",
                only_problems=False,
                consented_at=NOW,
                wording="Tell me.",
            )
            async with milepost.app.store.transaction() as tx:
                await tx.put_subscription(wish)
        await drain(milepost.app)

    async def out_for_delivery(self, milepost, parcels, at):
        for number in range(parcels):
            await milepost.hear(scans(f"AC{number}", f"{at}  OFD  Paris FR", heard_at=milepost.clock.now()))

    async def back_up(self, milepost):
        url, key = milepost.app.settings.store.url, self.folder / "key"
        return await take(url, key, self.folder / "one.milepost", milepost.clock)

    async def restore(self, milepost_clock):
        url = f"sqlite:{self.folder}/house.sqlite"
        words = partial(restores.hold_what_tells, clock=milepost_clock)
        path = self.folder / "one.milepost"
        return await restore(path, url, self.folder / "key", milepost_clock, words, replace=True)


async def decide(milepost, verb):
    """What `milepost restore release` and `drop` do; how many actions."""
    return (await answer(WorkWish(verb=verb), milepost.app)).changed


async def held(milepost):
    return await milepost.app.work.listed(Which(states=[ActionState.HELD]), limit=10_000)


async def test_what_was_sent_after_the_backup_is_held_and_sent_again_only_when_somebody_says_so(world):
    async with world.milepost() as milepost:
        await world.begin(milepost, PARCELS)
        await world.back_up(milepost)
        milepost.clock.move(LATER)
        await world.out_for_delivery(milepost, PARCELS, AFTER)
        await drain(milepost.app)
        assert len(world.pigeon.carried) == PARCELS
        milepost.clock.move(MINUTE)
        clock = milepost.clock
    await world.restore(clock)
    world.pigeon.carried.clear()
    async with world.milepost() as milepost:
        milepost.clock.move(MINUTE)
        await world.out_for_delivery(milepost, PARCELS, AFTER)  # the carrier is asked again
        await drain(milepost.app)
        assert world.pigeon.carried == [], "sent again by itself"
        found = await held(milepost)
        assert len(found) == PARCELS
        assert {one.said for one in found} == {
            "restored from a backup of 2026-03-04 12:00:00 UTC: it may be sent already"
        }
        assert (await milepost.app.work.counts(milepost.clock.now()))["held"] == PARCELS
        assert await decide(milepost, restores.RELEASE) == PARCELS
        await drain(milepost.app)
        assert len(set(world.pigeon.carried)) == len(world.pigeon.carried) == PARCELS


async def test_what_was_due_when_the_backup_was_taken_is_held(world):
    async with world.milepost() as milepost:
        await world.begin(milepost, 3)
        await world.out_for_delivery(milepost, 3, BEFORE)
        await world.back_up(milepost)  # three notices are due; nobody has sent them
        await drain(milepost.app)
        assert len(world.pigeon.carried) == 3
        clock = milepost.clock
    await world.restore(clock)
    world.pigeon.carried.clear()
    async with world.milepost() as milepost:
        await world.out_for_delivery(milepost, 3, BEFORE)
        await drain(milepost.app)
        assert world.pigeon.carried == []
        assert len(await held(milepost)) == 3
        async with answering(milepost.milepost, milepost.app.settings) as url, AsyncClient() as http:
            told = (await http.get(f"{url}/readyz")).json()
        assert (told["state"], told["work"]["held"]) == ("ready", 3)
        assert told["restored"]["backup_taken_at"] == "2026-03-04T12:00:00Z"
        assert await decide(milepost, restores.DROP) == 3
        assert await decide(milepost, restores.RELEASE) == 0
        await drain(milepost.app)
        assert world.pigeon.carried == []


async def test_what_happens_after_the_restore_is_told_at_once(world):
    async with world.milepost() as milepost:
        await world.begin(milepost, 2)
        await world.back_up(milepost)
        clock = milepost.clock
        clock.move(LATER)
    await world.restore(clock)
    async with world.milepost() as milepost:
        milepost.clock.move(2 * MINUTE)
        at = milepost.clock.now() - MINUTE
        await world.out_for_delivery(milepost, 2, f"{at:%Y-%m-%dT%H:%M}+00:00")
        await drain(milepost.app)
        assert len(world.pigeon.carried) == 2
        assert await held(milepost) == []


async def test_a_scan_without_a_zone_counts_as_old_if_it_can_be(world):
    async with world.milepost() as milepost:
        await world.begin(milepost, 1)
        await world.back_up(milepost)
        clock = milepost.clock
        clock.move(LATER)
    await world.restore(clock)
    async with world.milepost() as milepost:
        milepost.clock.move(LATER)
        await milepost.hear(scans("AC0", "2026-03-04T15:00  OFD  Somewhere"))
        await drain(milepost.app)
        assert world.pigeon.carried == []
        assert len(await held(milepost)) == 1


async def test_the_inbox_is_filled_again_because_it_was_put_back_too(world):
    async with world.milepost() as milepost:
        await world.begin(milepost, 1)
        await milepost.hear(scans("AC0", f"{BEFORE}  ADR  Paris FR"))
        await world.back_up(milepost)
        clock = milepost.clock
    await world.restore(clock)
    async with world.milepost() as milepost:
        await drain(milepost.app)
        assert len(await milepost.app.store.inbox(None, 10)) == 1
        assert {one.action.lane for one in await held(milepost)} <= {"channel:email"}


async def test_a_database_that_was_never_restored_holds_nothing(world):
    async with world.milepost() as milepost:
        assert milepost.app.fence is None
        assert await decide(milepost, restores.RELEASE) == 0
        assert await decide(milepost, restores.DROP) == 0


async def test_programs_are_not_told_again_by_themselves_either(world):
    receiver, poster = WebhookReceiver(lambda: world.now), HttpPoster(PRIVATE)
    async with listening(receiver) as url:
        async with world.milepost(poster=poster) as milepost:
            await world.begin(milepost, 3)
            async with milepost.app.store.transaction() as tx:
                await tx.put_shop(shop(milepost.clock.now()))
            with_private = replace(milepost.app, settings=replace(milepost.app.settings, webhooks=PRIVATE))
            made, secret = await add_endpoint(with_private, shop_id=SHOP, url=f"{url}/hooks/a")
            receiver.plan("a", secrets=[secret])
            await world.back_up(milepost)
            milepost.clock.move(LATER)
            await world.out_for_delivery(milepost, 3, AFTER)
            await drain(milepost.app)
            told = len(receiver.heard)
            assert told >= 3, "each parcel's status is told at least"
            clock = milepost.clock
        await world.restore(clock)
        async with world.milepost(poster=poster) as milepost:
            milepost.clock.move(MINUTE)
            await world.out_for_delivery(milepost, 3, AFTER)
            await drain(milepost.app)
            assert len(receiver.heard) == told, "told again by itself"
            behind = [one for one in await held(milepost) if one.action.lane == f"webhook:{made.endpoint_id}"]
            assert len(behind) == told
            await decide(milepost, restores.RELEASE)
            await drain(milepost.app)
            assert len(receiver.heard) == 2 * told
            at = milepost.clock.now() + MINUTE
            milepost.clock.move(2 * MINUTE)
            news = f"{at:%Y-%m-%dT%H:%M}+00:00  DEL  Paris FR"
            await milepost.hear(scans("AC0", news, heard_at=milepost.clock.now()))
            await drain(milepost.app)
            assert len(receiver.heard) > 2 * told, "what is new is told at once"
    await poster.close()
