"""Where a webhook never goes (W-09): every way to spell this machine or its network, rebinding, redirects."""

import asyncio
import contextlib
import socket
from dataclasses import replace
from datetime import UTC, datetime

import httpcore
import pytest

from milepost.desk.webhooks import WebhookError, add_endpoint, ping
from milepost.notify.webhooks.address import AddressError, target_of, why_denied
from milepost.notify.webhooks.guard import DeniedError, GuardedBackend
from milepost.notify.webhooks.poster import HttpPoster
from milepost.notify.webhooks.signing import new_secret
from milepost.ports.webhooks import Verdict
from milepost.settings import Webhooks
from milepost_sandbox.servers.receivers.listener import listening
from milepost_sandbox.servers.receivers.webhooks import WebhookReceiver
from tests.flow.house import SHOP
from tests.sim.results import keep
from tests.webhooks.spellings import HOSTS, URLS
from tests.webhooks.subscriber import subscriber

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "2a00:1450:4001:81b::200e"]
REBINDINGS = 1_000


@contextlib.asynccontextmanager
async def trap():
    """A listener on this machine that counts who comes."""
    came = []

    async def connected(_reader, writer):
        came.append(1)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], came
    finally:
        server.close()


def test_there_are_many_spellings():
    assert len(set(HOSTS)) + len(set(URLS)) >= 120


@pytest.mark.parametrize("url", [f"https://{host}/hook" for host in HOSTS] + URLS)
def test_this_address_is_refused_when_somebody_adds_it(url):
    with pytest.raises(AddressError):
        target_of(url, may_be_private=False)


@pytest.mark.parametrize("host", HOSTS)
async def test_behind_a_friendly_reading_the_second_wall_stands_too(host):
    """As if the first check had let it pass: read as this machine reads it, and never connected to."""
    bare = host.strip("[]").replace("%25", "%")

    async def resolve(name, port):
        try:
            found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except socket.gaierror:
            return ["127.0.0.1"]  # what its owner's name server says
        return [str(entry[4][0]) for entry in found]

    async with trap() as (port, came):
        guard = GuardedBackend(resolve, may_be_private=False)
        with pytest.raises(DeniedError):
            await guard.connect_tcp(bare, port, timeout=2)
        assert came == []


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_none_of_these(address):
    assert why_denied(address) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/",
        "https://hooks.example.com:8443/a?b=c",
        "https://xn--bcher-kva.example/hook",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/x",
        "https://a-b.c-d.example.co.uk/%7Ex?y=%20",
    ],
)
def test_an_ordinary_address_is_taken(url):
    assert target_of(url, may_be_private=False).scheme == "https"


class Watched(httpcore.AsyncNetworkBackend):
    """Makes no connection, and remembers where one was wanted."""

    def __init__(self):
        self.wanted = []

    async def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None):  # noqa: ASYNC109
        self.wanted.append(host)
        raise httpcore.ConnectError("watched")


async def test_a_name_that_changes_between_check_and_call_gains_nothing():
    """Rebinding, a thousand times: the answer differs every time, and what was checked is what is called."""
    answers = [PUBLIC[0], "127.0.0.1", "169.254.169.254", PUBLIC[2], "::1"]
    asked = []

    async def rebinding(_host, _port):
        asked.append(answers[len(asked) % len(answers)])
        return [asked[-1]]

    watched = Watched()
    poster = HttpPoster(Webhooks(), resolve=rebinding, plain=watched)
    for _ in range(REBINDINGS):
        posted = await poster.post("https://rebind.example/", "msg_1", b"{}", (new_secret(),), NOW)
        assert posted.verdict is Verdict.AGAIN
    await poster.close()
    assert len(asked) == REBINDINGS, "the name is asked for once per connection"
    assert set(watched.wanted) == {PUBLIC[0], PUBLIC[2]}
    assert len(watched.wanted) == REBINDINGS * 2 // 5
    keep("webhook_addresses", {"spellings": len({*HOSTS, *URLS}), "rebindings": REBINDINGS, "reached": 0})


async def test_one_private_address_among_public_ones_denies_the_name():
    async def both(_host, _port):
        return [PUBLIC[0], "10.0.0.7"]

    watched = Watched()
    poster = HttpPoster(Webhooks(), resolve=both, plain=watched)
    posted = await poster.post("https://mixed.example/", "msg_1", b"{}", (new_secret(),), NOW)
    await poster.close()
    assert "machine we do not send to" in posted.detail
    assert watched.wanted == []


async def test_a_redirect_is_followed_nowhere(tmp_path):
    async with subscriber(tmp_path) as program:
        other = WebhookReceiver(program.clock.now)
        async with listening(other) as elsewhere:
            endpoint = await program.endpoint(words=[f"30{n}:{elsewhere}/hooks/b" for n in (1, 2, 3, 7, 8)])
            for _ in range(5):
                await ping(program.app, endpoint)
                await program.work()
        assert other.heard == []
        sendings, _ = await program.app.store.webhook_sendings(endpoint.endpoint_id, cursor=None, limit=9)
    assert [one.attempts[0].status for one in sendings] == [308, 307, 303, 302, 301]
    assert {one.attempts[0].outcome for one in sendings} == {"retry"}


async def test_without_the_development_setting_an_inner_address_cannot_be_added(tmp_path):
    async with subscriber(tmp_path) as program:
        strict = replace(program.app, settings=replace(program.app.settings, webhooks=Webhooks()))
        for url in (program.url, "https://127.0.0.1/", "https://localhost/"):
            with pytest.raises(WebhookError, match="url: "):
                await add_endpoint(strict, shop_id=SHOP, url=url)
