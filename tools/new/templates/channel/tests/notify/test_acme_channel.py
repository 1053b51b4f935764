"""The Acme channel against a small real server on a free port."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from milepost.model.notices import Audience, Message, Notice, Recipient
from milepost.notify.channels.acme.channel import AcmeLtdChannel
from milepost.ports.notify import Sent

NOTICE = Notice(
    key="shipment-1:delivered:buyer:acme",
    shop_id="shop-1",
    order_number="A-1001",
    shipment_id="shipment-1",
    audience=Audience.BUYER,
    channel="acme",
    template="delivered",
    created_at=datetime(2026, 3, 5, 14, 20, tzinfo=UTC),
)
MESSAGE = Message(subject="Delivered", text="Your parcel is there.")
BUYER = Recipient(address="buyer-7")


async def test_a_message_goes_out_once_with_its_key():
    async with acme(200) as (url, heard):
        result = await AcmeLtdChannel(url).send(NOTICE, MESSAGE, BUYER)
    assert result.outcome is Sent.SENT
    assert len(heard) == 1
    assert heard[0]["headers"]["idempotency-key"] == "shipment-1:delivered:buyer:acme"
    assert heard[0]["body"] == {"to": "buyer-7", "subject": "Delivered", "text": "Your parcel is there."}


@pytest.mark.parametrize(("status", "outcome"), [(404, Sent.REFUSED), (429, Sent.RETRY), (503, Sent.RETRY)])
async def test_an_answer_of_no_says_whether_to_try_again(status, outcome):
    async with acme(status) as (url, _):
        result = await AcmeLtdChannel(url).send(NOTICE, MESSAGE, BUYER)
    assert result.outcome is outcome
    assert "buyer-7" not in result.detail


async def test_nobody_there_is_tried_again_later():
    async with acme(200) as (url, _):
        gone = url
    assert (await AcmeLtdChannel(gone).send(NOTICE, MESSAGE, BUYER)).outcome is Sent.RETRY


async def test_a_line_lost_after_the_message_is_uncertain():
    async with acme(None) as (url, heard):
        result = await AcmeLtdChannel(url).send(NOTICE, MESSAGE, BUYER)
    assert heard
    assert result.outcome is Sent.UNCERTAIN
    assert result.message_id == NOTICE.key


@asynccontextmanager
async def acme(status):
    """A server that hears every message and answers with one status; None hangs up instead."""
    heard = []

    async def answer(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:]) if name}
        heard.append({"headers": headers, "body": json.loads(await reader.readexactly(int(headers["content-length"])))})
        if status is not None:
            writer.write(f"HTTP/1.1 {status} -\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/messages", heard
