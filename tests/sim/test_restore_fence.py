"""The restore fence in large, and in a whole world with a real mail server (reliability.md N-03)."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from milepost import wiring
from milepost.cli import worlds
from milepost.cli.check import POLLING, START
from milepost.cli.sandbox_client import sandbox_process
from milepost.clock import SteppedClock
from milepost.desk import restores
from milepost.desk.switches import switch_on
from milepost.desk.work_list import answer
from milepost.model.actions import ActionState, Which, WorkWish
from milepost.settings import Mail
from milepost.store.backup.restoring import restore
from milepost.store.backup.taking import take
from milepost.worker import drain
from tests.flow.test_restore import AFTER, LATER, MINUTE, World, decide, held
from tests.notify.mail_server import post_office
from tests.sim.results import keep
from tests.sim.tiers import TIER

SENT_AFTER = 1_000 if TIER.name == "sim" else 20
SEED, ORDERS = 4, 60 if TIER.name == "sim" else 20
DAY_S = 24 * 3600
STEP = timedelta(hours=6)
UNTIL_BACKUP, UNTIL_RESTORE = timedelta(days=4), timedelta(days=5, hours=16)  # none is too old to tell


async def test_of_all_that_was_sent_after_the_backup_nothing_is_sent_again_by_itself(tmp_path):
    world = World(tmp_path)
    async with world.milepost() as milepost:
        await world.begin(milepost, SENT_AFTER)
        await world.back_up(milepost)
        milepost.clock.move(LATER)
        await world.out_for_delivery(milepost, SENT_AFTER, AFTER)
        await drain(milepost.app)
        sent = len(world.pigeon.carried)
        clock = milepost.clock
    await world.restore(clock)
    world.pigeon.carried.clear()
    async with world.milepost() as milepost:
        milepost.clock.move(MINUTE)
        await world.out_for_delivery(milepost, SENT_AFTER, AFTER)
        await drain(milepost.app)
        by_itself, waits = len(world.pigeon.carried), len(await held(milepost))
        await decide(milepost, restores.RELEASE)
        await drain(milepost.app)
    told = {"sent after the backup": sent, "sent again by itself": by_itself, "held": waits}
    keep("restore fence", told | {"sent once released": len(world.pigeon.carried)})
    assert (sent, by_itself, waits, len(world.pigeon.carried)) == (SENT_AFTER, 0, SENT_AFTER, SENT_AFTER)


async def test_a_whole_world_is_asked_again_and_no_letter_leaves_by_itself(tmp_path):
    words = ["--seed", SEED, "--orders", ORDERS, "--faults", "none", "--stepped", "--start", START]
    async with (
        sandbox_process([str(word) for word in [*words, "--control-port", 0]]) as sandbox,
        post_office() as office,
    ):
        world = await sandbox.world()
        url, key, path = f"sqlite:{tmp_path}/m.sqlite", tmp_path / "milepost.key", tmp_path / "a.milepost"
        mail = Mail(host="127.0.0.1", port=office.port, tls="none", seller_to=["seller@example.com"])
        plain = worlds.settings_for(world, store_url=url, folder=tmp_path, polling=POLLING, sync_s=DAY_S)
        settings, clock = replace(plain, mail=mail), SteppedClock(datetime.fromisoformat(world["now"]))
        begin = clock.now()
        async with wiring.running(settings, clock) as milepost:
            await worlds.connect_shops(milepost.app, world)
            await play(milepost.app, sandbox, clock, begin + UNTIL_BACKUP)
            await everybody_wants_to_know(milepost.app)
            await take(url, key, path, clock)
            before = len(office.letters)
            await play(milepost.app, sandbox, clock, begin + UNTIL_RESTORE)
            sent = [addressed(letter) for letter in office.letters[before:]]
        assert len(sent) >= 3, "so little was sent that nothing is shown"
        await restore(path, url, key, clock, partial(restores.hold_what_tells, clock=clock), replace=True)
        office.envelopes.clear()
        async with wiring.running(settings, clock) as milepost:
            asked = await drain(milepost.app)
            again = [addressed(letter) for letter in office.letters]
            waits = await milepost.app.work.listed(Which(states=[ActionState.HELD]), limit=10_000)
            await answer(WorkWish(verb=restores.RELEASE), milepost.app)
            await drain(milepost.app)
            released = [addressed(letter) for letter in office.letters]
    told = {"seed": SEED, "orders": ORDERS, "sent after the backup": len(sent), "asked again": asked}
    keep("restore fence, whole world", told | {"sent again by itself": len(again), "held": len(waits)})
    assert asked > ORDERS, "the world was asked again"
    assert again == []
    assert waits
    assert set(released) & set(sent), "once released, they go"


async def play(app, sandbox, clock, until):
    """Step the world; between steps Milepost works until nothing is due."""
    await drain(app)
    while clock.now() < until:
        clock.move_to(min(clock.now() + STEP, until))
        await sandbox.advance(clock.now())
        await drain(app)


async def everybody_wants_to_know(app):
    page = await app.store.orders(shop_ids=None, cursor=None, limit=1000)
    assert page.rows
    for row in page.rows:
        await switch_on(
            app,
            shop_id=row.facts.shop_id,
            order_number=row.facts.order_number,
            channel="email",
            address=f"{row.facts.order_number}@example.com",
            only_problems=False,
        )


def addressed(letter):
    return letter["To"], letter["Subject"]
