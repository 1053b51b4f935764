"""The clock is set wrong, and right again: nothing is lost or done twice, nothing waits longer than it was told to."""

import random
from datetime import timedelta
from itertools import pairwise

import pytest

from milepost.carry.set_back import SLACK
from milepost.desk.accounts import add_user, sign_in, signed_in
from milepost.desk.lookup import make_link, open_link
from milepost.model.actions import ActionState, Which
from milepost.model.people import Role
from milepost.notify.schedule import JITTER, TRY_AFTER_S, WEBHOOK_AFTER_S
from tests.flow.house import NOW, SHOP, order, scans
from tests.sim.clock_town import PAUSE_S, SEARCH_EVERY_S, Town, living, settle
from tests.sim.results import keep
from tests.sim.tiers import TIER
from tests.sim.wrong_clock import WrongClock
from tests.stores import fresh_url

SEED = 7
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEPS = {"an hour on": HOUR, "an hour back": -HOUR, "a day back": -DAY}
ORDERS = [f"10{n:02}" for n in range(6)]
WRONG_FROM, RIGHT_FROM = timedelta(hours=4), timedelta(hours=14)  # at random between these, after the start
SETTLED_AFTER = timedelta(days=4)
PARCEL_WAITS_MAX = timedelta(hours=4)  # of one that is silent for three days; a step would add a day
SELLER, PASSWORD = "seller@example.invalid", "a long enough password"


@pytest.mark.parametrize(
    ("engine", "step"),
    [pytest.param("sqlite", step, id=f"{name} on SQLite") for name, step in STEPS.items()]
    + [
        pytest.param("postgres", step, id=f"{name} on PostgreSQL", marks=pytest.mark.postgres)
        for name, step in STEPS.items()
        if TIER.name == "sim" or step == -DAY
    ],
)
async def test_a_clock_set_wrong_and_right_again_loses_nothing_repeats_nothing_and_delays_nothing(
    engine, step, tmp_path
):
    tried = 0
    for number in range(TIER.clock_steps):
        seed = f"clock {SEED} {engine} {step.total_seconds():.0f} {number}"
        print(f"seed {seed!r}")
        folder = tmp_path / str(number)
        folder.mkdir()
        async with fresh_url(engine, folder) as url:
            town = Town(WrongClock(), seed)
            await live_through(town, step, folder, url)
        tried += sum(map(len, town.tries.values()))
    found = {"engine": engine, "step_s": step.total_seconds(), "lives": TIER.clock_steps, "tries": tried}
    keep("clock_steps", {**found, "seed": SEED, "lost": 0, "repeated": 0, "waited_longer": 0})


async def live_through(town, step, folder, url):
    """Some days of news; the clock is set by `step`, and set right again some hours later."""
    chance = random.Random(town.seed)
    wrong_at = NOW + chance.uniform(0.1, 1) * WRONG_FROM
    right_at = wrong_at + chance.uniform(0.1, 1) * (RIGHT_FROM - WRONG_FROM)
    lives = [(wrong_at, step), (right_at, timedelta(0)), (NOW + SETTLED_AFTER, timedelta(0))]
    news = sorted((NOW + chance.random() * DAY, number) for number in ORDERS * 3)
    town.changed = {f"57{n}": NOW + chance.random() * 2 * DAY for n in range(30)}
    tokens = None
    while lives:
        async with living(town, folder, url) as one:
            if tokens is None:
                await settle(one, ORDERS)
                await one.hear(*[order(number, (f"AC{number}",)) for number in ORDERS])
                tokens = await let_in(one)
            restarts = False
            while lives and not restarts:
                until, off = lives.pop(0)
                await hear_and_do(one, news, until)
                set_to(town, off)
                await still_in(one, *tokens)
                restarts = chance.random() < 0.5  # or it is set while Milepost is stopped
            if not lives:
                await ended_well(one, town)


def set_to(town, off):
    """The step."""
    if off < town.clock.off:
        town.set_back.append(town.clock.true)
    town.clock.off = off


async def hear_and_do(one, news, until):
    """Scans come in as they happen; what falls due in between is done."""
    while news and news[0][0] < until:
        at, number = news.pop(0)
        await one.until(at)
        code = ("DEP", "ARR", "OFD")[sum(later == number for _, later in news) % 3]
        line = f"{at:%Y-%m-%dT%H:%M:%S}+00:00  {code}  Paris FR"
        await one.hear(scans(f"AC{number}", line, heard_at=one.clock.now()))
    await one.until(until)


async def let_in(one):
    """A buyer's link and a seller's session."""
    link = await make_link(one.app, shop_id=SHOP, order_number=ORDERS[0], days=9)
    await add_user(one.app, email=SELLER, name="Seller", role=Role.ADMIN, password=PASSWORD)
    _, session = await sign_in(one.app, SELLER, PASSWORD)
    return link, session


async def still_in(one, link, session):
    assert (await open_link(one.app, link)).expires_at > one.clock.now(), "a link ended early"
    assert await signed_in(one.app, session), "a session ended early"


async def ended_well(one, town):
    """Everything decided was done, once, and no try came later after the one before than was meant."""
    listed = await one.app.work.listed(Which(states=[ActionState.DUE, ActionState.DEAD]), limit=1000)
    undone = [
        held.action.key for held in listed if held.state is ActionState.DEAD or not held.action.repeating
    ]
    assert undone == [], "not done, though everybody answers"
    assert set(town.ended.values()) == {1}, "done twice, or never"
    kinds = [kind for kind, _ in town.ended]
    assert kinds.count("letter") >= len(ORDERS)
    assert kinds.count("message") >= 3 * len(ORDERS)
    assert set(town.found) == set(town.changed), "orders that changed meanwhile were never found"
    for number, at in town.changed.items():
        waited = town.waited(at, town.found[number])
        assert waited <= timedelta(seconds=SEARCH_EVERY_S) + 2 * SLACK, f"{number} was found after {waited}"
    for what, times in town.tries.items():
        for place, (sooner, later) in enumerate(pairwise(times), 1):
            waited, meant = town.waited(sooner, later), longest_wait(town, what[0], place, sooner, later)
            assert waited <= meant + 2 * SLACK, f"{what}, try {place}: waited {waited} instead of {meant}"


def longest_wait(town, kind, tries, sooner, later):
    """What the schedule says, with what was asked for on the way."""
    if kind == "parcel":
        return PARCEL_WAITS_MAX
    after_s = WEBHOOK_AFTER_S if kind == "message" else TRY_AFTER_S
    asked = sum(sooner <= at <= later for at in town.pauses) if kind == "message" else 0
    return timedelta(seconds=after_s[min(tries, len(after_s) - 1)] * (1 + JITTER) + PAUSE_S * asked)
