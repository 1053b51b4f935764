"""Actions carried out under kills: nothing is lost, and who looks at the id gets nothing twice (N-01)."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from milepost import wiring
from milepost.desk.webhooks import add_endpoint
from milepost.model.actions import ActionKind, ActionState, Which
from milepost.notify.channels.web_push.vapid import sender_of
from milepost.settings import Settings, StoreSettings, Webhooks
from milepost.store.tables import WEBHOOK_MESSAGES
from milepost_sandbox.servers.receivers.listener import listening
from milepost_sandbox.servers.receivers.sms import SmsReceiver
from milepost_sandbox.servers.receivers.web_push import PushReceiver
from milepost_sandbox.servers.receivers.webhooks import WebhookReceiver
from tests.flow.house import SHOP, shop
from tests.notify.mail_server import post_office
from tests.sim.nursery import nursery
from tests.sim.results import keep
from tests.sim.roles import ACCOUNT, ORDERS, TOKEN
from tests.sim.tiers import TIER
from tests.stores import fresh_url

SEED = 20261122
EARLY = 0.2
"""Share of the processes that are killed while they start; the others while or after they send."""

EARLY_S, SENDING_S = 0.5, 0.6
BEGINS_S_MAX = 120
ENGINES = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))
WAYS = ("mails", "texts", "pushes", "webhooks")
"""The first one's receivers know no repeats."""

KILLS = TIER.sending_kills // len(ENGINES)


@pytest.mark.parametrize("engine", ENGINES)
async def test_every_notice_and_webhook_arrives_though_its_sender_is_killed_again_and_again(engine, tmp_path):
    print(f"seed {SEED}, {KILLS} kills, {engine}")
    chance = random.Random(SEED)
    texts, hooks = SmsReceiver(ACCOUNT, TOKEN), WebhookReceiver(lambda: datetime.now(UTC))
    pushes = PushReceiver()
    key, started = str(tmp_path / "key"), time.monotonic()
    async with (
        fresh_url(engine, tmp_path) as url,
        post_office() as office,
        listening(texts) as sms_url,
        listening(hooks) as hook_url,
        listening(pushes) as push_url,
    ):
        hooks.plan("a", secrets=[await subscribed(url, key, f"{hook_url}/hooks/a")])
        words = {"url": url, "key": key, "mail_port": office.port, "sms_url": sms_url}
        words["push_service"] = urlsplit(push_url).netloc
        ours = sender_of(Path(key), "mailto:shop@example.com").public_key
        async with nursery() as births:
            for number in range(KILLS):
                browsers = [pushes.subscribe(push_url, ours)[1] for _ in range(ORDERS)]
                pid = await births.start("sender", **words, number=number, browsers=browsers)
                if chance.random() < EARLY:
                    await asyncio.sleep(chance.uniform(0, EARLY_S))
                else:
                    await one_more(
                        lambda: (
                            len(office.envelopes)
                            + len(hooks.heard)
                            + texts.asked.total()
                            + len(pushes.pushes)
                        )
                    )
                    await asyncio.sleep(chance.uniform(0, SENDING_S))
                os.kill(pid, signal.SIGKILL)
                assert await births.ended(pid) == -signal.SIGKILL
            last = await births.start("last_sender", **words)
            assert await births.ended(last) == 0
        notices, messages, undone = await decided(url, key)
    mails = Counter(letter["Message-ID"] for letter in office.letters)
    shown = Counter((push.browser, push.news["id"]) for push in pushes.pushes)
    found = {
        "engine": engine,
        "seed": SEED,
        "kills": KILLS,
        "mails": {
            "decided": notices["email"],
            "lost": notices["email"] - len(mails),
            "repeated": _more(mails),
        },
        "texts": {
            "decided": notices["sms"],
            "lost": notices["sms"] - len(texts.texts),
            "repeated_with_same_key": _more(texts.asked),
            "effective_duplicates": len(texts.texts) - len({text.to for text in texts.texts}),
        },
        "pushes": {
            "decided": notices["web_push"],
            "lost": notices["web_push"] - len(shown),
            "repeated_with_same_id": _more(shown),
            "effective_duplicates": sum(device.sounds for device in pushes.devices.values()) - len(shown),
        },
        "webhooks": {
            "decided": len(messages),
            "lost": len(messages - set(hooks.taken())),
            "repeated_with_same_id": _more(hooks.taken()),
            "effective_duplicates": len(set(hooks.taken()) - messages),
        },
        "seconds": round(time.monotonic() - started),
    }
    print(found)
    keep("kills_while_sending", found)
    assert undone == 0
    assert notices["email"] == notices["sms"] == notices["web_push"] > 0
    assert messages
    assert len({letter["To"] for letter in office.letters}) == len(mails)  # one id each
    assert {name: found[name]["lost"] for name in WAYS} == dict.fromkeys(WAYS, 0)
    assert {name: found[name]["effective_duplicates"] for name in WAYS[1:]} == dict.fromkeys(WAYS[1:], 0)
    assert pushes.refused == []
    assert found["mails"]["repeated"] <= KILLS
    assert {one.outcome for one in hooks.heard} <= {"taken", "again"}


async def one_more(count):
    """Until something arrives that was not there before."""
    before = count()
    async with asyncio.timeout(BEGINS_S_MAX):
        while count() == before:  # noqa: ASYNC110 - receivers count, they call nobody
            await asyncio.sleep(0.002)


async def subscribed(url, key, address):
    """A shop whose program hears everything; the secret it signs with."""
    async with wiring.running(_settings(url, key)) as milepost:
        async with milepost.app.store.transaction() as tx:
            await tx.put_shop(shop(milepost.app.clock.now()))
        _, secret = await add_endpoint(milepost.app, shop_id=SHOP, url=address)
        return secret


async def decided(url, key):
    """Of the buyer's notices how many by channel, the ids of all messages, and what is left to do for them."""
    async with wiring.running(_settings(url, key)) as milepost:
        store = milepost.app.store
        notices, cursor = Counter(), None
        while True:
            page = await store.notices(shop_ids=None, cursor=cursor, limit=200)
            notices.update(notice.channel for notice, _ in page.rows if notice.audience == "buyer")
            cursor = page.next_cursor
            if cursor is None:
                break
        listed = await milepost.app.work.listed(
            Which(
                kinds=[ActionKind.SEND_NOTICE, ActionKind.SEND_WEBHOOK],
                states=[ActionState.DUE, ActionState.DEAD],
            ),
            limit=9,
        )
        messages = {row[0] for row in await store.rows(select(WEBHOOK_MESSAGES.c.message_id))}
        return notices, messages, len(listed)


def _settings(url, key):
    return Settings(
        store=StoreSettings(url=url, key_file=key), log_level="error", webhooks=Webhooks(allow_private=True)
    )


def _more(counted):
    return sum(counted.values()) - len(counted)
