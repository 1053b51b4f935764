"""When a webhook is tried again (W-07): the very moments, on a clock that a test moves, and when we stop."""

from datetime import timedelta
from itertools import pairwise

import pytest

from milepost.carry.hands import Hands
from milepost.desk.webhooks import enable, ping
from milepost.notify.schedule import JITTER, WEBHOOK_AFTER_S
from milepost.react.endpoints import DISABLE_AFTER
from tests.flow.house import SHOP
from tests.sim.wrong_clock import WrongClock
from tests.webhooks.subscriber import subscriber

STEPS_MAX = 60
SWEEP = "sweep:webhooks"


async def work_to_the_end(program, *, until=timedelta(days=4)):
    """Work, move the clock to the next due moment, work …, as long as `until` allows."""
    ends = program.clock.now() + until
    for _ in range(STEPS_MAX):
        await program.work()
        due = await program.app.work.next_due()
        if due is None or due > ends:
            return
        program.clock.move_to(max(due, program.clock.now()))
    raise AssertionError(f"work kept falling due for {STEPS_MAX} steps")


async def tried_at(program, endpoint):
    """Seconds from the first try of the only message to each, and the gaps."""
    (sending,), _ = await program.app.store.webhook_sendings(endpoint.endpoint_id, cursor=None, limit=5)
    at = [one.at for one in sending.attempts]
    return sending, [(later - sooner).total_seconds() for sooner, later in pairwise(at)]


@pytest.mark.parametrize("word", ["500*", "301:http://127.0.0.1:9/x*", "404*", "reset*", "hang*", "slow*"])
async def test_ten_tries_at_their_times_then_a_dead_letter(tmp_path, word):
    async with subscriber(tmp_path, timeout_s=0.3) as program:
        endpoint = await program.endpoint(words=[word])
        await ping(program.app, endpoint)
        await work_to_the_end(program)
        sending, gaps = await tried_at(program, endpoint)
        assert len(sending.attempts) == len(WEBHOOK_AFTER_S) == 10
        for gap, meant in zip(gaps, WEBHOOK_AFTER_S[1:], strict=True):
            assert abs(gap - meant) <= JITTER * meant + 1e-3, f"{gap} s where {meant} s ±20 % was meant"
        assert [one.outcome for one in sending.attempts] == ["retry"] * 9 + ["dead"]
        assert sending.state == "dead"
        (dead,) = [action for action, *_ in await program.app.work.dead(10) if action.key != SWEEP]
        assert dead.payload["message"] == sending.message.message_id
    heard = program.receiver.heard
    assert len({one.message_id for one in heard}) == 1, "the id is the same at every try"
    stamps = [int(one.stamp) for one in heard]
    assert stamps == sorted(set(stamps)), "the timestamp is a new one at every try"


async def test_the_same_key_always_waits_the_same_and_others_differ(tmp_path):
    async with subscriber(tmp_path) as program:
        for name in ("a", "b"):
            endpoint = await program.endpoint(name, words=["500*"])
            await ping(program.app, endpoint)
        await work_to_the_end(program, until=timedelta(hours=4))
        first, second = await program.app.store.webhooks([SHOP])
        waits = [(await tried_at(program, endpoint))[1] for endpoint in (first, second)]
    assert waits[0] != waits[1]


async def test_a_pause_that_is_asked_for_is_kept_by_every_message_to_the_endpoint(tmp_path):
    async with subscriber(tmp_path) as program:
        endpoint = await program.endpoint(words=["429:3600"])
        start = program.clock.now()
        await ping(program.app, endpoint)
        await program.work()
        await ping(program.app, endpoint)  # decided during the pause
        await program.work()
        assert program.outcomes() == ["429:3600"]
        await work_to_the_end(program, until=timedelta(minutes=59))
        assert program.outcomes() == ["429:3600"]
        await work_to_the_end(program, until=timedelta(hours=3))
    assert program.outcomes() == ["429:3600", "taken", "taken"]
    assert program.clock.now() - start >= timedelta(hours=1)


async def test_a_pause_ends_when_it_is_over_though_the_clock_was_set_back(tmp_path):
    clock = WrongClock()
    async with subscriber(tmp_path, clock=clock) as program:
        endpoint = await program.endpoint(words=["429:3600"])
        await ping(program.app, endpoint)
        hands = Hands(program.app, "worker")
        await work_on(hands)
        clock.off = -timedelta(days=1)
        for minutes, heard in ((0, 1), (59, 1), (2, 2)):
            clock.true += timedelta(minutes=minutes)
            await work_on(hands)
            assert len(program.receiver.heard) == heard, f"{minutes} minutes on"


async def work_on(hands):
    """As one worker does, that lives on."""
    while await hands.reach():
        await hands.all_end()


async def test_gone_disables_at_once_and_the_seller_reads_it(tmp_path):
    async with subscriber(tmp_path) as program:
        endpoint = await program.endpoint(words=["410*"])
        await ping(program.app, endpoint)
        await work_to_the_end(program)
        stands = await program.app.store.webhook(endpoint.endpoint_id)
        assert not stands.is_active
        assert "410" in stands.disabled_why
        assert program.outcomes() == ["410"]
        (entry,) = await program.app.store.inbox([SHOP], 10)
        assert entry.subject == "Webhooks to 127.0.0.1 are off"
        assert f"/console/webhooks/{endpoint.endpoint_id}" in entry.text


async def test_five_days_of_only_failures_disable_and_the_seller_is_told_on_the_way(tmp_path):
    async with subscriber(tmp_path) as program:
        endpoint = await program.endpoint(words=["500*"])
        start = program.clock.now()
        for _ in range(40):
            if (await program.app.store.webhook(endpoint.endpoint_id)).is_active:
                await ping(program.app, endpoint)
            await program.work()
            program.clock.move(timedelta(hours=4))
        stands = await program.app.store.webhook(endpoint.endpoint_id)
        entries = await program.app.store.inbox([SHOP], 10)
        shares = sorted(int(entry.notice.facts["share"]) for entry in entries)
        assert shares == [50, 70, 90, 100]
        lasted = stands.disabled_at - start
        assert DISABLE_AFTER <= lasted <= DISABLE_AFTER + timedelta(hours=4)
        enabled = await enable(program.app, stands)
        program.receiver.plan("a", words=[])
        await ping(program.app, enabled)
        await program.work()
    assert program.outcomes()[-1] == "taken"


async def test_one_success_forgets_the_failures_before_it(tmp_path):
    async with subscriber(tmp_path) as program:
        endpoint = await program.endpoint(words=["500", "204", "500*"])
        for _ in range(16):  # 64 h and 64 h: never 120 h without a success
            await ping(program.app, endpoint)
            await program.work()
            program.clock.move(timedelta(hours=4))
        stands = await program.app.store.webhook(endpoint.endpoint_id)
        assert stands.is_active
        assert stands.failing_since is not None
    assert "204" in program.outcomes()


async def test_what_comes_due_after_an_endpoint_was_disabled_waits_for_a_replay(tmp_path):
    async with subscriber(tmp_path) as program:
        endpoint = await program.endpoint(words=["500", "410"])
        await ping(program.app, endpoint)
        await program.work()
        await ping(program.app, endpoint)
        await work_to_the_end(program)
        sendings, _ = await program.app.store.webhook_sendings(endpoint.endpoint_id, cursor=None, limit=5)
    assert [one.state for one in sendings] == ["dead", "dead"]
    assert len(program.receiver.heard) <= 3
