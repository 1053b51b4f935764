"""What cannot be used is said at the start in one sentence with the fix, and never with a password in it."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from milepost.live.opening import opened_live
from milepost.ports.live import LiveError
from milepost.settings import LiveSettings, Settings, StoreSettings
from tests.live.conftest import soon
from tests.nats_server import nats_server
from tests.stores import postgres_folder

SECRET = "hunter2"


async def refused(url, **live):
    """The one sentence, which never holds the password."""
    settings = Settings(live=LiveSettings(url=url, **live))
    with pytest.raises(LiveError) as said:
        async with opened_live(settings):
            pass
    text = str(said.value)
    assert SECRET not in text
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"redis://me:{SECRET}@bus", "live.url begins with 'redis': write `process`, `postgres://"),
        (f"nats://me:{SECRET}@", "cannot be read as a NATS address: write `nats://user:password@host:4222`"),
        (f"nats://me:{SECRET}@bus:port", "cannot be read as a NATS address"),
        (f"nats://me:{SECRET}@bus/shop", "cannot be read as a NATS address"),
        (f"nats://me:{SECRET}@bus,http://me:{SECRET}@bus", "cannot be read as a NATS address"),
        (f"postgres://me:{SECRET}@bus:port/milepost", "cannot be read as a PostgreSQL address"),
    ],
)
async def test_an_address_that_is_none_is_refused(url, said):
    assert said in await refused(url)


@pytest.mark.parametrize("subject", ["", "two words", "all.>", "a..b", "*", "a\r\nPUB b"])
async def test_a_subject_that_is_none_is_refused(subject):
    assert "live.subject is not a NATS subject" in await refused("nats://bus", subject=subject)


@pytest.mark.parametrize("login", [f"me:{SECRET}", SECRET, "nobody"])
async def test_a_nats_server_that_refuses_us_is_no_reason_to_go_on(login):
    with nats_server("--user", "me", "--pass", "other") as server:
        host = server.url.removeprefix("nats://")
        said = await refused(f"nats://{login}@{host}")
        assert said == f"the NATS server {host} refuses the user, password or token of live.url: correct it"


async def test_a_login_with_odd_characters_is_let_in():
    with nats_server("--user", "me@shop", "--pass", "a,b:c/d") as server:
        host = server.url.removeprefix("nats://")
        url = f"nats://me%40shop:a%2Cb%3Ac%2Fd@{host}"
        async with opened_live(Settings(live=LiveSettings(url=url))) as live:
            assert not live.state().trouble


@pytest.mark.postgres
async def test_a_database_that_is_not_there_is_refused():
    url = f"postgres://postgres@/no_such_base?host={postgres_folder()}"
    assert "refuses the user, password or database of live.url: correct it" in await refused(url)


@asynccontextmanager
async def old_server(version):
    """Greets as a NATS server of that version does, and answers pings."""

    async def greet(reader, writer):
        told = {"server_id": "OLD", "version": version, "max_payload": 1_048_576, "proto": 1}
        writer.write(f"INFO {json.dumps(told)}\r\n".encode())
        while line := await reader.readline():
            if line.startswith(b"PING"):
                writer.write(b"PONG\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.mark.parametrize("version", ["0.0.1", "1.4.1", "2.2.0", "2.8.4"])
async def test_a_server_too_old_for_us_is_refused(version):
    async with old_server(version) as host:
        said = await refused(f"nats://{host}")
        assert said == f"the NATS server {host} is version {version}: install 2.9.0 or later"


async def test_a_server_that_lets_us_speak_and_not_hear_counts_as_away(tmp_path, hasty):
    rights = tmp_path / "nats.conf"
    rights.write_text(
        """authorization: {users: [
            {user: me, password: pw, permissions: {publish: ">", subscribe: "_INBOX.>"}},
            {user: other, password: pw}]}""",
        "utf-8",
    )
    with nats_server("-c", str(rights)) as server:
        mute, other = (
            Settings(live=LiveSettings(url=server.url.replace("//", f"//{user}:pw@")))
            for user in ("me", "other")
        )
        async with opened_live(mute) as live:
            assert live.state().trouble == "it takes what we send, and does not bring it back"
        async with opened_live(other) as hears, hears.listen("order:s:1") as changes:
            async with opened_live(mute, passing=True) as command:
                command.publish(["order:s:1"])
            assert await soon(anext(changes)) == "order:s:1", "a command is heard all the same"


async def test_one_server_of_a_cluster_that_is_away_is_passed_over(nats):
    url = f"nats://127.0.0.1:1,{nats.url}"
    for _ in range(4):  # which one is tried first is left to chance
        async with opened_live(Settings(live=LiveSettings(url=url))) as live:
            assert not live.state().trouble


@pytest.mark.postgres
async def test_the_database_chooses_when_nobody_does(tmp_path):
    on = {
        "sqlite:var/x.sqlite": "process",
        f"postgres://postgres@/postgres?host={postgres_folder()}": "postgres",
    }
    for url, engine in on.items():
        settings = Settings(store=StoreSettings(url=url))
        async with opened_live(settings) as live:
            assert (live.state().engine, live.state().trouble) == (engine, "")
        async with opened_live(replace(settings, live=LiveSettings(url="process"))) as live:
            assert live.state().engine == "process"
