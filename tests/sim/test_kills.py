"""Milepost's programs are killed at any moment under pushes: what was acknowledged is there, once, with its work."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from milepost import wiring
from milepost.cli import worlds
from milepost.cli.check import POLLING
from milepost.clock import SteppedClock
from milepost.settings import Settings, WorkSettings
from milepost.store.tables import EVENTS, ORDERS, REPORTS
from milepost.worker import drain
from milepost_sandbox import door
from tests.sim.programs import Marketplace, Programs
from tests.sim.pushes import kept_notifications, looks
from tests.sim.results import keep
from tests.sim.scans import differences, told_to
from tests.sim.tiers import TIER
from tests.sim.writing import chance_of, integrity
from tests.stores import fresh_url

SEED = 5
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
ORDERS_THERE = 8
PLAYED = timedelta(days=4)
LATER = timedelta(hours=2)  # what failed meanwhile is due again
LEASE_S = 1.0  # who shows no sign of life for so long is dead: the killed show none any more
PUSHES_MAX = 60  # acknowledged before a kill, at most
MOMENT_S = 0.03
KINDS = {"sqlite": ("run",), "postgres": ("web", "worker")}


@dataclass(frozen=True)
class World:
    """A sandbox some days into its world, and how a Milepost reaches it."""

    sandbox: door.Sandbox
    told: dict
    settings: Settings

    async def connected(self):
        """A new store whose shops are connected."""
        async with wiring.running(self.settings, SteppedClock(self.sandbox.clock.now())) as milepost:
            await worlds.connect_shops(milepost.app, self.told)

    async def heard_in_the_end(self):
        """When what the killed had in hand is taken over and everything due is carried out: what came of it."""
        later = self.sandbox.clock.now() + LATER
        self.sandbox.advance(later)
        settings = replace(self.settings, work=WorkSettings(lease_s=LEASE_S))
        async with wiring.running(settings, SteppedClock(later)) as milepost:
            await drain(milepost.app, to_the_last=True)
            return await seen(milepost.app, later)


@asynccontextmanager
async def world(folder, url):
    """The same for the same seed; each has its own shops to connect."""
    options = door.SandboxOptions(
        seed=SEED, orders=ORDERS_THERE, start=START, days_back=2.0, days_ahead=0.0, control_port=0
    )
    async with door.running(options) as sandbox:
        told = {
            "urls": dict(sandbox.urls),
            "credentials": sandbox.credentials,
            "shops": [{"auth_code": code} for code in sandbox.credentials["tiktok_auth_codes"].values()],
        }
        sandbox.advance(START + PLAYED)
        folder.mkdir()
        settings = worlds.settings_for(told, store_url=url, folder=folder, polling=POLLING)
        yield World(sandbox, told, settings)


async def seen(app, now):
    """Orders, scans, pushes with their reports, and looks."""
    store = app.store
    orders = [row[0] for row in await store.rows(select(ORDERS.c.order_number))]
    events = [row[0] for row in await store.rows(select(EVENTS.c.event_id))]
    assert len(events) == len(set(events))
    told = await told_to(store)
    assert sum(map(len, told.readings.values())) == len(events), "an event of no parcel and no order"
    counted = await store.rows(
        select(REPORTS.c.body_hash, func.count())
        .where(REPORTS.c.kind == "push")
        .group_by(REPORTS.c.body_hash)
    )
    return {
        "orders": sorted(orders),
        "told": told,
        "pushes": await kept_notifications(store),
        "told twice": sum(count - 1 for _, count in counted),
        "reports": len(counted),
        "looks": await looks(store),
        "dead": (await app.work.counts(now))["dead"],
    }


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_whatever_is_killed_whenever_nothing_acknowledged_is_lost_or_counted_twice(engine, tmp_path):
    chance = chance_of("kills", SEED, engine)
    async with world(tmp_path / "quiet", f"sqlite:{tmp_path}/quiet.sqlite") as here:
        await here.connected()
        undisturbed = await here.heard_in_the_end()
    async with fresh_url(engine, tmp_path) as url, world(tmp_path / "disturbed", url) as here:
        await here.connected()
        clock = f"{here.sandbox.clock.now().isoformat()}@{datetime.now(UTC).isoformat()}@1"
        programs = Programs(KINDS[engine], replace(here.settings, clock=clock), tmp_path)
        app = here.settings.tiktok_shop.apps[0]
        marketplace = Marketplace(programs.url, app, undisturbed["orders"], chance)
        kills = await kill_again_and_again(programs, marketplace, chance)
        found = await here.heard_in_the_end()
    where = f"seed {SEED}, {kills} kills, {len(marketplace.acknowledged)} acknowledged"
    assert marketplace.unforeseen == set(), f"{where}: answered neither 200 nor 503"
    assert marketplace.acknowledged <= found["pushes"], f"{where}: acknowledged pushes are lost"
    assert found["reports"] == len(found["pushes"]), f"{where}: a push without its report"
    assert found["told twice"] == 0, where
    assert {marketplace.order_of(number) for number in found["pushes"]} <= found["looks"], (
        f"{where}: work is lost"
    )
    assert found["orders"] == undisturbed["orders"], where
    unlike = differences(undisturbed["told"], found["told"])
    assert not unlike, "\n".join([where, *unlike])
    assert found["dead"] == 0, f"{where}: work was given up"
    if engine == "sqlite":
        assert integrity(url.removeprefix("sqlite:")) == ["ok"], where
    keep(
        "kills",
        {
            "engine": engine,
            "kills": kills,
            "acknowledged": len(marketplace.acknowledged),
            "seed": SEED,
            "lost": 0,
        },
    )


async def kill_again_and_again(programs, marketplace, chance):
    """One of the programs each time, after so many pushes and a moment more."""
    await programs.start()
    sending = asyncio.create_task(marketplace.run())
    try:
        for _ in range(TIER.kills):
            await marketplace.reached(len(marketplace.acknowledged) + chance.randint(1, PUSHES_MAX))
            await asyncio.sleep(
                chance.uniform(0, MOMENT_S)
            )  # the moment is what is tested, nothing waits for it
            programs.kill(chance.choice(programs.kinds))
            await programs.start()
        marketplace.stop()
        await sending
    finally:
        sending.cancel()
        programs.kill_all()
    return TIER.kills
