"""Answers that are slow, endless, huge or unsigned by anybody we trust (W-10), and what is kept of them."""

import asyncio
import ssl
from datetime import UTC, datetime

import pytest

from milepost.notify.webhooks.poster import ANSWER_BYTES_MAX, HttpPoster
from milepost.notify.webhooks.signing import new_secret
from milepost.notify.webhooks.verdict import PIECE_MAX, read_answer, scrubbed
from milepost.ports.webhooks import Verdict
from milepost.settings import Webhooks
from milepost_sandbox.servers.receivers.listener import Reply, listening
from tests.notify.mail_server import certificates

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PATIENCE_S = 60.0
"""Nobody waits for it: whatever is cut by size is cut long before."""


async def post(url, *, timeout_s=PATIENCE_S, **more):
    poster = HttpPoster(Webhooks(allow_private=True), timeout_s=timeout_s, **more)
    try:
        return await poster.post(url, "msg_1", b"{}", (new_secret(),), NOW)
    finally:
        await poster.close()


async def answered(reply, **more):
    async def handler(_request):
        return reply

    async with listening(handler) as url:
        return await post(url, **more)


async def test_an_endless_answer_is_cut_by_its_size():
    posted = await answered(Reply(status=500, how="endless"))
    assert (posted.verdict, posted.status) == (Verdict.AGAIN, 500)
    assert posted.took_ms < PATIENCE_S * 1000


async def test_an_endless_yes_is_a_yes():
    assert (await answered(Reply(status=200, how="endless"))).verdict is Verdict.TAKEN


async def test_a_slow_answer_is_cut_by_the_clock_and_its_status_counts():
    posted = await answered(Reply(status=503, how="slow"), timeout_s=3.0)
    assert (posted.verdict, posted.status) == (Verdict.AGAIN, 503)


async def test_silence_is_cut_by_the_clock():
    posted = await answered(Reply(how="hang"), timeout_s=0.3)
    assert (posted.verdict, posted.status, posted.was_stuck) == (Verdict.AGAIN, None, True)
    assert posted.detail == "no answer in 0.3 s"


async def test_headers_without_end_are_cut_by_their_size():
    posted = await answered(Reply(how="headers"))
    assert (posted.verdict, posted.detail) == (Verdict.AGAIN, "its answer is not HTTP")


async def test_a_line_that_is_hung_up_on_is_tried_again():
    posted = await answered(Reply(how="reset"))
    assert (posted.verdict, posted.detail) == (Verdict.AGAIN, "the line was lost")


async def test_nobody_there_is_tried_again():
    async with listening(None) as url:
        pass
    posted = await post(url)
    assert (posted.verdict, posted.detail) == (Verdict.AGAIN, "it does not answer")


@pytest.mark.parametrize(
    ("host", "trusts", "verdict"),
    [
        ("127.0.0.1", True, Verdict.TAKEN),
        ("127.0.0.1", False, Verdict.AGAIN),
        ("other.example", True, Verdict.AGAIN),
    ],
)
async def test_a_certificate_is_checked_with_the_hosts_name(tmp_path, host, trusts, verdict):
    serving, trusting = certificates(tmp_path)

    async def connected(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    async def resolve(_host, _port):
        return ["127.0.0.1"]

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=serving)
    port = server.sockets[0].getsockname()[1]
    tls = trusting if trusts else ssl.create_default_context()
    posted = await post(f"https://{host}:{port}/", resolve=resolve, tls=tls)
    server.close()
    assert posted.verdict is verdict
    if verdict is Verdict.AGAIN:
        assert posted.detail == "its TLS certificate is not valid for its name"


def test_what_is_kept_of_an_answer_is_short_and_says_nothing_personal():
    body = (
        b"<html><body><h1>Error</h1> order of ann.smith@example.com, +1 212 555 0142,\r\n"
        b"token eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9abcdef\x00\xff " + b"again " * 5_000
    )
    kept = scrubbed(body)
    assert len(kept) <= PIECE_MAX
    assert kept.startswith("Error order of …, …, token …")
    assert kept.isprintable()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (b"120", 120.0),
        (b" 5 ", 5.0),
        (b"Wed, 04 Mar 2026 12:10:00 GMT", 600.0),
        (b"Wed, 04 Mar 2026 11:00:00 GMT", 0.0),
        (b"999999999", 86_400.0),
        (b"-1", None),
        (b"soon", None),
        (b"", None),
        (b"\xff" * 20, None),
        (b"1e400", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_more_than_a_day(said, seconds):
    posted = read_answer(429, [(b"Retry-After", said)], b"", NOW)
    assert posted.retry_after_s == seconds
    assert posted.asks_for_pause == (seconds is not None)


def test_no_more_than_this_is_read():
    assert ANSWER_BYTES_MAX == 64_000
