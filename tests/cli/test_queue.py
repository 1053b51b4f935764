"""`milepost queue`: see and steer the work list, on a database at rest and on one that is in use."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from milepost import wiring
from milepost.desk.side_door import ask
from milepost.model.actions import Action, ActionKind, WorkWish
from milepost.model.notices import Audience, Notice
from milepost.settings import Settings, StoreSettings, load
from tests.sim.programs import free_port

ROOT = Path(__file__).parents[2]
START_S_MAX = 120


def work(number=1):
    """A little work of every sort: polls of a carrier nobody has keys for, and one search far ahead."""
    now = datetime.now(UTC)
    polls = [
        Action(
            key=f"poll:{n}",
            kind=ActionKind.SYNC_SHOP,
            shop_id="s1",
            lane=f"lane {n % 2}",
            due_at=now + timedelta(hours=1 + n),
            payload={"shop": "nobody's"},
        )
        for n in range(number)
    ]
    return [*polls]


def put(settings, *actions):
    async def run():
        async with wiring.running(settings) as milepost, milepost.app.store.transaction() as tx:
            await milepost.app.work.add(tx, actions)

    asyncio.run(run())


@pytest.fixture
def filled(milepost, tmp_path):
    """Four actions in `milepost`'s database."""
    put(load(), *work(4))
    return milepost


def keys(said):
    return [one["key"] for one in said.told]


def test_what_there_is_to_do_is_counted_and_listed(filled):
    assert filled("queue", "--json").told["work"] == {"due": 0, "leased": 0, "later": 4, "dead": 0, "held": 0}
    assert keys(filled("queue", "list", "--json")) == ["poll:0", "poll:1", "poll:2", "poll:3"]
    assert keys(filled("queue", "list", "--lane", "lane 1", "--json")) == ["poll:1", "poll:3"]
    assert keys(filled("queue", "list", "--kind", "sync_shop", "--shop", "s1", "--limit", "1", "--json")) == [
        "poll:0"
    ]
    table = filled("queue", "list")
    assert table.code == 0
    assert "poll:3" in table.out
    nothing = filled("queue", "list", "--state", "dead")
    assert (nothing.code, nothing.out) == (1, "There is no such work.\n")


def test_one_action_is_shown_whole(filled):
    shown = filled("queue", "show", "poll:2", "--json").told
    assert (shown["lane"], shown["state"], shown["payload"]) == ("lane 0", "due", {"shop": "nobody's"})
    missing = filled("queue", "show", "poll:9")
    assert missing.code == 2
    assert missing.err == "milepost: there is no action poll:9; `milepost queue list` shows the keys\n"


def test_a_lane_is_held_with_what_comes_later_and_released(filled):
    assert filled("queue", "hold", "--lane", "lane 1", "--reason", "they rest").out == (
        "2 actions held (1 stop for later work).\n"
    )
    counted = filled("queue", "--json").told
    assert counted["work"]["held"] == 2
    assert [(one["scope"], one["value"], one["reason"]) for one in counted["stops"]] == [
        ("lane", "lane 1", "they rest")
    ]
    held = filled("queue", "list", "--state", "held", "--json").told
    assert [(one["key"], one["said"]) for one in held] == [("poll:1", "they rest"), ("poll:3", "they rest")]
    assert filled("queue", "release", "--lane", "lane 1", "--json").told == {"changed": 2, "stops": 1}
    assert filled("queue", "release", "--lane", "lane 1").code == 1


def test_everything_that_is_held_is_released_in_one_word(filled):
    filled("queue", "hold", "--lane", "lane 1", "--reason", "they rest")
    filled("queue", "hold", "poll:0", "--reason", "it rests")
    assert filled("queue", "release", "--reason", "it rests", "--json").told == {"changed": 1, "stops": 0}
    assert filled("queue", "release", "--all", "--json").told == {"changed": 2, "stops": 1}
    counted = filled("queue", "--json").told
    assert (counted["work"]["held"], counted["stops"]) == (0, [])


def test_nothing_is_held_or_released_by_accident(filled):
    for words in (("hold",), ("hold", "poll:1", "--lane", "lane 1"), ("release",), ("retry",)):
        assert filled("queue", *words).code == 2
    assert filled("queue", "--json").told["work"]["held"] == 0


def test_work_is_tried_again_at_once_or_dropped_for_good(filled):
    assert filled("queue", "retry", "poll:3").out == "1 action due at once.\n"
    assert filled("queue", "--json").told["work"]["due"] == 1
    refused = filled("queue", "drop", "poll:3")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert filled("queue", "drop", "poll:3", "--yes").out == "1 action dropped.\n"
    assert filled("queue", "drop", "poll:3", "--yes").code == 1
    assert filled("queue", "show", "poll:3", "--json").told["state"] == "done"


@pytest.fixture
def folder():
    """A short path, as a Unix socket needs one."""
    made = Path(tempfile.mkdtemp(prefix="mp-"))
    yield made
    shutil.rmtree(made)


def start(folder, *words, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "milepost", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/src", "MILEPOST_LOG_FORMAT": "text", **environment},
    )


def settings_of(folder):
    return Settings(
        store=StoreSettings(url=f"sqlite:{folder}/var/milepost.sqlite", key_file=f"{folder}/var/milepost.key")
    )


def until(condition):
    deadline = time.monotonic() + START_S_MAX
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def test_the_queue_of_a_running_milepost_is_reached_through_its_side_door(folder, milepost, monkeypatch):
    put(settings_of(folder), *work(2))
    running = start(folder, "worker")
    try:
        door = folder / "var/milepost.sqlite.sock"
        until(door.exists)
        assert door.stat().st_mode & 0o077 == 0
        monkeypatch.chdir(folder)
        assert milepost("queue", "hold", "poll:1").out == "1 action held.\n"
        assert milepost("queue", "--json").told["work"]["held"] == 1
        assert milepost("track", "1Z").code == 3  # everything else is refused while it runs
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(START_S_MAX) == 0, running.communicate()[1]
    assert not door.exists()
    assert keys(milepost("queue", "list", "--state", "held", "--json")) == ["poll:1"]


def test_a_drain_does_everything_due_and_leaves_with_zero(folder):
    past = datetime.now(UTC) - timedelta(minutes=1)
    due = [
        Action(
            key=f"k{n}",
            kind=ActionKind.SYNC_SHOP,
            shop_id="s1",
            lane=f"l{n}",
            due_at=past,
            payload={"shop": "x"},
        )
        for n in range(30)
    ]
    put(settings_of(folder), *due, *work(1))
    drained = start(folder, "worker", "--drain")
    out, err = drained.communicate(timeout=START_S_MAX)
    assert (drained.returncode, out) == (0, "30 actions carried out.\n"), err
    again = start(folder, "worker", "--drain")
    assert again.communicate(timeout=START_S_MAX)[0] == "0 actions carried out.\n"


def test_a_polite_stop_gives_back_what_has_no_end_and_ends_soon(folder):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes every call and never says a word
        put_notice(settings_of(folder))
        running = start(
            folder,
            "worker",
            MILEPOST_MAIL__HOST="127.0.0.1",
            MILEPOST_MAIL__PORT=str(silent.getsockname()[1]),
            MILEPOST_MAIL__TLS="none",
            MILEPOST_MAIL__SELLER_TO="seller@example.invalid",
            MILEPOST_WORK__STOP_S="0.5",
        )
        door = folder / "var/milepost.sqlite.sock"
        until(door.exists)
        until(lambda: asyncio.run(ask(WorkWish(verb="count"), door)).counts["leased"] == 1)
        running.send_signal(signal.SIGTERM)
        assert running.wait(START_S_MAX) == 0, running.communicate()[1]
    left = counts(settings_of(folder))
    later = left.pop("later")  # sweeps and surveys, which come back by themselves
    assert left == {"due": 1, "leased": 0, "dead": 0, "held": 0}
    assert later >= 1


AT_THE_END = """import atexit, pathlib
atexit.register(lambda: pathlib.Path("taken-apart").touch())
"""


def test_a_stop_waits_for_the_work_and_not_for_python_to_take_its_memory_apart(folder):
    (folder / "site").mkdir()
    (folder / "site/sitecustomize.py").write_text(AT_THE_END)
    path, mark, file = (
        ":".join([f"{folder}/site", *sys.path]),
        folder / "taken-apart",
        folder / "var/milepost.sqlite",
    )
    assert start(folder, "run", "--help", PYTHONPATH=path).wait(START_S_MAX) == 0
    mark.unlink()  # what stays only a moment ends as Python ends
    running = start(folder, "run", PYTHONPATH=path, MILEPOST_WEB__PORT=str(free_port()))
    until((folder / "var/milepost.sqlite.sock").exists)
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=START_S_MAX)
    assert running.returncode == 0, err
    assert out.startswith("Milepost answers at "), "what it said was written out"
    assert not mark.exists()
    assert file.exists()
    assert not file.with_name("milepost.sqlite-wal").exists(), "the file was closed"


def put_notice(settings):
    async def run():
        async with wiring.running(settings) as milepost, milepost.app.store.transaction() as tx:
            now = milepost.app.clock.now()
            notice = Notice(
                key="n1",
                shop_id="s1",
                order_number="1001",
                shipment_id=None,
                audience=Audience.SELLER,
                channel="email",
                template="delivered",
                facts={},
                created_at=now,
            )
            await tx.put_notices([notice])
            sending = Action(
                key="notice:n1",
                kind=ActionKind.SEND_NOTICE,
                shop_id="s1",
                lane="channel:email",
                due_at=now,
                payload={"notice": "n1"},
            )
            await milepost.app.work.add(tx, [sending])

    asyncio.run(run())


def counts(settings):
    async def run():
        async with wiring.running(settings) as milepost:
            return await milepost.app.work.counts(milepost.app.clock.now())

    return asyncio.run(run())
