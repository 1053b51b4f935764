"""`milepost nodes` and what `doctor` says of the bus between nodes."""

import asyncio
import threading
from contextlib import contextmanager

import pytest

from milepost.cli import nodes
from milepost.live.opening import opened_live
from milepost.settings import LiveSettings, Settings
from tests.nats_server import nats_server


@contextmanager
def running_nodes(url, *names):
    """Nodes that are up while the block runs, as other processes would be."""
    up, ended = threading.Event(), threading.Event()

    async def one(name, ready):
        async with opened_live(Settings(live=LiveSettings(url=url, node=name))) as live, live.listen("work"):
            ready.set()
            await asyncio.to_thread(ended.wait)

    async def all_of_them():
        readies = [asyncio.Event() for _ in names]
        jobs = [asyncio.create_task(one(*pair)) for pair in zip(names, readies, strict=True)]
        for ready in readies:
            await ready.wait()
        up.set()
        await asyncio.gather(*jobs)

    thread = threading.Thread(target=lambda: asyncio.run(all_of_them()))
    thread.start()
    assert up.wait(180)
    try:
        yield
    finally:
        ended.set()
        thread.join(30)


PATIENT_S = 4.0  # on a busy machine an answer takes its time, and time must not decide a test


def test_nodes_lists_who_is_there_and_not_itself(milepost, monkeypatch):
    with nats_server() as server:
        monkeypatch.setenv("MILEPOST_LIVE__URL", server.url)
        said = milepost("nodes")
        assert (said.code, said.out) == (1, "No node is running.\n")
        monkeypatch.setattr(nodes, "QUIET_S", PATIENT_S)
        with running_nodes(server.url, "web-1", "worker-1"):
            shown = [line.split() for line in milepost("nodes").out.splitlines()[2:]]
            assert [(row[0], row[2:]) for row in shown] == [
                ("web-1", ["yes", "0"]),
                ("worker-1", ["yes", "0"]),
            ]
            found = {one["what"]: one for one in milepost("doctor", "--json").told}
            assert (found["bus"]["verdict"], found["bus"]["told"]) == ("ok", "nats; 2 nodes running")


def test_a_bus_that_is_away_is_said_with_what_to_do(milepost, monkeypatch):
    monkeypatch.setenv("MILEPOST_LIVE__URL", "nats://me:hunter2@127.0.0.1:1")
    said = milepost("nodes")
    assert said.code == 2
    assert "the bus between nodes is out of reach: it cannot be reached" in said.err
    assert "hunter2" not in said.err
    found = {one["what"]: one for one in milepost("doctor", "--json").told}
    assert found["bus"]["verdict"] == "warn"


@pytest.mark.parametrize("command", ["config check", "run", "nodes"])
def test_an_address_of_a_bus_that_is_none_is_said_by_every_command(milepost, monkeypatch, command):
    monkeypatch.setenv("MILEPOST_LIVE__URL", "redis://me:hunter2@bus")
    said = milepost(*command.split())
    assert said.code == 3
    assert "live.url begins with 'redis': write `process`" in said.err
    assert "hunter2" not in said.err + said.out


def test_a_single_node_needs_no_bus(milepost):
    said = milepost("nodes")
    assert said.code == 2
    assert "this Milepost is set to be alone" in said.err
