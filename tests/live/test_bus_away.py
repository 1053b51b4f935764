"""The bus goes and comes back: said once each time, and everybody looks again, since news may have been missed."""

import asyncio

from structlog.testing import capture_logs

from milepost.live.opening import opened_live
from tests.live.conftest import LONG_ENOUGH_S, soon, until
from tests.nats_server import nats_server

ORDER = "order:shop-1:A-1"
SAID = ("live_bus_away", "live_bus_back")


def said(logs):
    return [line["event"] for line in logs if line["event"] in SAID]


async def gone(*nodes):
    await until(lambda: all(node.state().trouble for node in nodes), "noticing that the bus is away")


async def back(*nodes):
    await until(lambda: not any(node.state().trouble for node in nodes), "coming back")


async def test_what_was_said_while_the_bus_was_away_is_heard_when_it_is_back(wide_town, hasty):
    with capture_logs() as logs:
        async with wide_town.nodes() as nodes, nodes[1].listen(ORDER) as changes:
            here, there = nodes
            await wide_town.gate.shut()
            await gone(here, there)
            here.publish([ORDER])
            waiting = asyncio.ensure_future(anext(changes))
            await wide_town.gate.open()
            assert await soon(waiting) == ORDER
            await back(here, there)
            assert here.state().lost == there.state().lost == 1
            here.publish(["work"])  # and it works as before
            async with there.listen("order:later") as later:
                here.publish(["order:later"])
                assert await soon(anext(later)) == "order:later"
    assert sorted(said(logs)) == ["live_bus_away"] * 2 + ["live_bus_back"] * 2


async def test_who_was_cut_off_alone_looks_again_though_nobody_says_anything(wide_town, hasty):
    async with wide_town.node("cut off") as alone, alone.listen(ORDER, "work") as changes:
        await wide_town.gate.shut()
        await gone(alone)
        await wide_town.gate.open()
        assert {await soon(anext(changes)) for _ in range(2)} == {ORDER, "work"}


async def test_who_was_cut_off_alone_tells_the_others_when_it_is_back(wide_town, hasty):
    direct = {"url": wide_town.url}  # past the gate
    async with (
        wide_town.node("cut off") as alone,
        wide_town.node("other", **direct) as other,
        other.listen(ORDER) as changes,
    ):
        wide_town.gate.stall()
        alone.publish([ORDER])  # it is on its way
        await gone(alone)
        await wide_town.gate.shut()  # and there it is lost
        await wide_town.gate.open()
        assert await soon(anext(changes)) == ORDER
        assert other.state().lost == 0


async def test_a_bus_that_goes_silent_is_noticed_and_nobody_waits_for_it(wide_town, hasty):
    async with wide_town.nodes() as (here, there):
        wide_town.gate.stall()
        await gone(here, there)
        async with here.listen(ORDER) as changes:
            here.publish([ORDER])
            assert await soon(anext(changes)) == ORDER, "on the same node it is heard all the same"
        wide_town.gate.flow()
        await back(here, there)


async def test_a_node_starts_without_its_bus_and_says_so_once(wide_town, hasty):
    await wide_town.gate.shut()
    with capture_logs() as logs:
        async with wide_town.node("early") as early:
            assert "cannot be reached" in early.state().trouble
            tries = []
            connect = early._connect

            async def counted():
                tries.append(1)
                await connect()

            early._connect = counted
            await until(lambda: len(tries) >= 3, "trying again")
            await wide_town.gate.open()
            await back(early)
    assert said(logs) == list(SAID)


async def test_a_server_killed_and_started_again_is_the_same_bus(tmp_path, hasty, wide_town):
    if wide_town.engine != "nats":
        return
    with nats_server() as server:
        live = {"url": server.url}
        async with (
            wide_town.node("a", **live) as here,
            wide_town.node("b", **live) as there,
            there.listen(ORDER) as changes,
        ):
            server.kill()
            await gone(here, there)
            here.publish([ORDER])
            server.start()
            assert await soon(anext(changes)) == ORDER
            await back(here, there)


async def test_what_others_write_on_the_bus_does_no_harm(wide_town):
    async with wide_town.nodes() as (here, there), there.listen(ORDER) as changes:
        odd = [
            "",
            "\x00\x01",
            "changed",
            "changed  ",
            "here x {",
            "here x 12",
            "later y z",
            "again " + "n" * 99,
        ]
        await here._bus.send([line for line in odd if wide_town.engine == "nats" or "\x00" not in line])
        here.publish([ORDER])
        assert await soon(anext(changes)) == ORDER
        assert not there.state().trouble
        assert there.state().unreadable >= 3


async def test_what_waits_is_sent_before_a_short_command_ends(wide_town):
    async with wide_town.node("stays") as stays, stays.listen(ORDER) as changes:
        async with wide_town.node("short") as short:
            await back(stays, short)
            short.publish([ORDER])
        assert await soon(anext(changes)) == ORDER


async def test_alone_nothing_is_ever_away(tmp_path, town):
    if town.engine == "process":
        async with opened_live(town.settings) as live:
            assert (live.state().engine, live.state().trouble, len(live.state().nodes)) == ("process", "", 1)


async def test_a_node_that_ends_right_after_it_spoke_ends(wide_town):
    async with asyncio.timeout(LONG_ENOUGH_S):
        for turns in range(40):  # the cancellation meets the relay wherever it may be
            async with wide_town.node("short") as short:
                short.publish([ORDER])
                for _ in range(turns % 20):
                    await asyncio.sleep(0)
