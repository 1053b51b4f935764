"""Whatever a stranger sends to the addresses where others call us: never our error, never believed (finding 6)."""

import random
from dataclasses import replace

import httpx
import pytest

from milepost.web import build
from tests.sim.results import keep
from tests.sim.tiers import TIER
from tests.sms.phones import phones

REQUESTS = 20_000 if TIER.name == "sim" else 150
PATHS = ("/hooks/tiktok_shop", "/hooks/sms/status", "/hooks/sms/reply", "/hooks/nobody", "/hooks/")
PIECES = ["v1,", ",", " ", "=", "é", "\x7f", "A" * 64, "0" * 64, "Basic ", "%", "🙂", "\t", "hmac", "'", '"']
BODIES = [
    b"",
    b"{}",
    b"[" * 5_000,
    b'{"type":1,"type":2}',
    b'{"type":1e400}',
    b'{"a":"\\ud800"}',
    b"\xff\xfe\x00",
    b"%FF%00&=&==&&",
    b"MessageSid=SM1&MessageStatus=delivered&AccountSid=AC" + b"1" * 32,
    b"From=%2B12125550142&Body=STOP&AccountSid=AC" + b"1" * 32,
    b"a=1&" * 500,
    b"x" * 20_000,
]
NAMES = ("authorization", "x-twilio-signature", "content-type", "webhook-signature", "x-tts-signature")


@pytest.mark.filterwarnings("ignore")
async def test_no_call_from_outside_is_our_error_and_none_without_a_signature_is_believed(tmp_path):
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    async with phones(tmp_path) as buyers:
        site = build(buyers.app, buyers.house.milepost.counters)
        before = await buyers.house.kept()
        transport = httpx.ASGITransport(app=site, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://milepost.example") as stranger:
            for number in range(REQUESTS):
                headers = {
                    name: "".join(chance.choices(PIECES, k=chance.randrange(5))).encode("utf-8")
                    for name in NAMES
                    if chance.random() < 0.6
                }
                body = (
                    chance.choice(BODIES)
                    if chance.random() < 0.8
                    else chance.randbytes(chance.randrange(300))
                )
                answer = await stranger.post(chance.choice(PATHS), headers=headers, content=body)
                assert 400 <= answer.status_code < 500, f"seed {seed}, number {number}: {answer.status_code}"
        assert await buyers.house.kept() == before, f"seed {seed}"
    keep("calls_from_outside", {"requests": REQUESTS, "server_errors": 0, "believed": 0, "seed": seed})


async def test_a_phone_companys_call_is_not_taken_where_no_text_messages_are_sent(tmp_path):
    async with phones(tmp_path) as buyers:
        channels = {key: one for key, one in buyers.app.channels.items() if key != "sms"}
        site = build(replace(buyers.app, channels=channels), buyers.house.milepost.counters)
        transport = httpx.ASGITransport(app=site)
        async with httpx.AsyncClient(transport=transport, base_url="https://milepost.example") as stranger:
            assert (await stranger.post("/hooks/sms/reply", content=b"Body=STOP")).status_code == 403
