"""One stuck endpoint delays no other (W-08), and a replay brings back what an outage took (W-11)."""

import asyncio
import json
from collections import defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import select

from milepost.carry.hands import Hands
from milepost.desk.webhooks import ENDPOINTS_MAX, WebhookError, ping, replay_one, replay_range
from milepost.model.webhooks import Endpoint, Secret
from milepost.notify.webhooks.signing import new_secret
from milepost.record.webhooks import REPLAYS_PER_S, lane_of
from milepost.store.tables import WORK
from milepost.store.values import moment
from tests.flow.house import NOW, SHOP, order, scans
from tests.sim.results import keep
from tests.sim.tiers import TIER
from tests.webhooks.subscriber import subscriber

ENDPOINTS = 200 if TIER.name == "sim" else 30
PARCELS = 4 if TIER.name == "sim" else 1  # a replay is slow on purpose: ten a second
WAIT_S = 600.0 if TIER.name == "sim" else 300.0
"""Far beyond what it takes; a test that gets here has failed."""


async def many(program, count):
    """Endpoints put straight into the store: a shop may have that many only here."""
    made = []
    for number in range(count):
        secret = new_secret()
        made.append(
            Endpoint(
                endpoint_id=f"ep_{number:03}",
                shop_id=SHOP,
                url=f"{program.url}/hooks/{number}",
                description="",
                types=(),
                secrets=(Secret(value=secret),),
                created_at=NOW,
            )
        )
        program.receiver.plan(str(number), secrets=[secret])
    async with program.app.store.transaction() as tx:
        for endpoint in made:
            await tx.put_webhook_endpoint(endpoint)
    return made


async def test_one_hangs_and_one_fails_and_all_others_hear_meanwhile(tmp_path):
    async with subscriber(tmp_path, timeout_s=WAIT_S) as program:
        endpoints = await many(program, ENDPOINTS)
        program.receiver.plan("0", words=["hang*"])
        program.receiver.plan("1", words=["500*"])
        for _ in range(30):
            await ping(program.app, endpoints[0])  # a backlog behind the one that hangs
        await program.house.hear(order())
        meant = {str(number) for number in range(2, ENDPOINTS)}

        def heard():
            return {one.name for one in program.receiver.heard if one.outcome == "taken"}

        hands = Hands(program.app, "worker-1")
        async with asyncio.timeout(WAIT_S):
            while heard() != meant:
                await hands.reach()
                await hands.any_end()
        hanging, _ = await program.app.store.webhook_sendings("ep_000", cursor=None, limit=100)
        assert all(one.attempts == () for one in hanging), "it still hangs, and nobody waited for it"
        assert len([one for one in program.receiver.heard if one.name == "0"]) <= 5
        keep(
            "webhook_isolation", {"endpoints": ENDPOINTS, "others_heard": len(meant), "hung": 1, "failed": 1}
        )
        await hands.drop()


async def test_five_at_a_time_go_to_one_endpoint(tmp_path):
    async with subscriber(tmp_path, timeout_s=0.5) as program:
        (endpoint,) = await many(program, 1)
        program.receiver.plan("0", words=["hang*"])
        for _ in range(40):
            await ping(program.app, endpoint)
        await program.work()
        assert len(program.receiver.heard) == 5, "the rest is left alone for a moment, and tried later"
        assert await program.app.work.next_due() > program.clock.now()


async def test_a_replay_after_an_outage_of_three_days_brings_everything_in_order(tmp_path):
    async with subscriber(tmp_path) as program:
        endpoint = await program.endpoint(words=["500*"])
        began = program.clock.now()
        codes = ("ACC", "IT", "OFD", "ATT", "OFD", "DEL")
        for day in range(3):
            for number in range(PARCELS):
                await program.house.hear(order(f"1{day}{number}", (f"AC{day}{number}",)))
            for hour, code in enumerate(codes):
                for number in range(PARCELS):
                    at = program.clock.now().isoformat(timespec="minutes")
                    await program.house.hear(scans(f"AC{day}{number}", f"{at}  {code}  Paris FR"))
                if hour % 3 == 0:
                    await program.work()
                program.clock.move(timedelta(hours=4))
        program.receiver.plan("a", words=[])
        program.receiver.heard.clear()
        count = await replay_range(program.app, endpoint, began, program.clock.now())
        due = await due_times(program, endpoint)
        assert count == len(due)
        for start in range(len(due) - REPLAYS_PER_S):
            assert due[start + REPLAYS_PER_S] - due[start] >= timedelta(seconds=1)
        for _ in range(count):
            await program.work()
            program.clock.move(timedelta(seconds=5))
        await program.work()
        kept = await program.app.store.webhook_missed(
            endpoint, began, program.clock.now(), everything=True, limit=10_000
        )
    taken = [one for one in program.receiver.heard if one.outcome == "taken"]
    assert {one.message_id for one in taken} == {one.message_id for one in kept}, "all of them"
    assert set(program.receiver.taken().values()) == {1}, "each once, though its own tries were still to come"
    by_shipment = defaultdict(list)
    for one in taken:
        by_shipment[one.told["data"].get("shipment_id")].append(one.told["sequence"])
    by_shipment.pop(None)
    keep("webhook_replay", {"messages": len(kept), "replayed": count, "missing": 0, "doubled": 0})
    for sequences in by_shipment.values():
        assert sorted(sequences) == list(range(1, len(sequences) + 1)), "nothing is missing"


async def due_times(program, endpoint):
    """When each message of a replay falls due."""
    lane = lane_of(endpoint.endpoint_id)
    rows = await program.app.store.rows(select(WORK.c.due_at, WORK.c.payload).where(WORK.c.lane == lane))
    return sorted(moment(row[0]) for row in rows if "replay" in json.loads(row[1]))


async def test_a_message_is_sent_again_by_its_id_under_the_same_id(tmp_path):
    async with subscriber(tmp_path) as program:
        endpoint = await program.endpoint()
        message = await ping(program.app, endpoint)
        await program.work()
        program.clock.move(timedelta(minutes=1))
        await replay_one(program.app, endpoint, message.message_id)
        await program.work()
        with pytest.raises(WebhookError, match="no such message"):
            await replay_one(program.app, endpoint, "msg_nobody_knows")
    assert program.outcomes() == ["taken", "again"]
    assert {one.message_id for one in program.receiver.heard} == {message.message_id}


async def test_a_message_that_nobody_may_replay_any_more_is_forgotten(tmp_path):
    async with subscriber(tmp_path) as program:
        endpoint = await program.endpoint()
        message = await ping(program.app, endpoint)
        await program.work()
        program.clock.move(timedelta(days=31))
        await program.work()
        assert await program.app.store.webhook_message(message.message_id) is None
        assert (await program.app.store.webhook_sendings(endpoint.endpoint_id, cursor=None, limit=5))[0] == []


async def test_a_shop_has_only_so_many_endpoints(tmp_path):
    async with subscriber(tmp_path) as program:
        for _ in range(ENDPOINTS_MAX):
            await program.endpoint()
        with pytest.raises(WebhookError, match="delete one first"):
            await program.endpoint()
