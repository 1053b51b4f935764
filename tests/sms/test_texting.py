"""Text messages: to the order's own number, once, under a key, for no more money than somebody allowed."""

import base64
import hashlib
import hmac
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from milepost.desk.switches import SwitchError
from milepost.desk.texting import hear_fate, hear_reply
from milepost.model.reports import Refusal
from milepost_sandbox.servers.receivers.sms import Text
from tests.flow.house import scans
from tests.sms.phones import ACCOUNT, ANN, PRICE, TOKEN, phones

OUT = "2026-03-04T08:10+01:00  OFD  Paris FR"
DELIVERED = "2026-03-04T11:00+01:00  DEL  Paris FR"
STATUS_URL = "https://milepost.example/hooks/sms/status"
REPLY_URL = "https://milepost.example/hooks/sms/reply"


async def call(buyers, hear, url, **fields):
    """A signed call of the provider, by the sandbox's own signing."""
    told = {"AccountSid": ACCOUNT, **fields}
    content = url + "".join(f"{name}{told[name]}" for name in sorted(told))
    signature = base64.b64encode(hmac.digest(TOKEN.encode(), content.encode(), hashlib.sha1)).decode()
    return await hear(buyers.app, url, urlencode(told).encode(), signature)


async def test_a_buyer_who_asked_gets_one_text_message_per_milestone(tmp_path):
    async with phones(tmp_path) as buyers:
        await buyers.ordered()
        await buyers.wants_texts()
        for told in (OUT, OUT, DELIVERED):
            buyers.house.clock.move(timedelta(minutes=1))
            await buyers.house.hear(scans("AC1", told))
            await buyers.work()
    first, second = buyers.provider.texts
    assert (first.to, second.to) == (ANN, ANN)
    assert "ut for delivery" in first.body
    assert second.body.startswith("Delivered")
    assert "https://milepost.example/t/" in second.body
    assert second.body.endswith("STOP ends these.")
    assert second.callback == STATUS_URL


@pytest.mark.parametrize("word", ["kept_then_reset", "500", "429:1", "reset"])
async def test_a_repeat_has_the_same_key_and_is_one_message(tmp_path, word):
    async with phones(tmp_path) as buyers:
        await buyers.ordered()
        await buyers.wants_texts()
        buyers.provider.plan([word])
        await buyers.house.hear(scans("AC1", DELIVERED))
        await buyers.work()
        buyers.house.clock.move(timedelta(minutes=5))
        await buyers.work()
        assert await buyers.app.store.fares_of("2026-03-04") == round(PRICE * 1_000_000)
    assert len(buyers.provider.texts) == 1
    assert len(buyers.provider.asked) == 1


async def test_a_number_that_is_not_the_orders_gets_nothing(tmp_path):
    async with phones(tmp_path) as buyers:
        await buyers.ordered()
        for other in ("+12125550143", "+18765550142", "+447012345678", "1", "", "+12125550142x"):
            with pytest.raises(SwitchError, match="given with the order"):
                await buyers.wants_texts(phone=other)


async def test_after_five_wrong_numbers_the_right_one_is_not_taken_either(tmp_path):
    async with phones(tmp_path) as buyers:
        await buyers.ordered()
        for last in range(5):
            with pytest.raises(SwitchError):
                await buyers.wants_texts(phone=f"+1212555015{last}")
        with pytest.raises(SwitchError, match="given with the order"):
            await buyers.wants_texts()
        buyers.house.clock.move(timedelta(days=1, minutes=1))
        assert (await buyers.wants_texts()).address == ANN


@pytest.mark.parametrize(
    ("phone", "why"),
    [("+18765550142", "no text messages to JM"), ("+881612345678", "rings in no country")],
)
async def test_a_number_in_a_country_without_a_price_gets_nothing(tmp_path, phone, why):
    async with phones(tmp_path) as buyers:
        await buyers.ordered(phone=phone)
        with pytest.raises(SwitchError, match=why):
            await buyers.wants_texts(phone=phone)


async def test_the_money_of_a_day_is_never_overspent_and_the_seller_reads_that_it_is_spent(tmp_path):
    async with phones(tmp_path, day_money=3 * PRICE) as buyers:
        for number in range(6):
            await buyers.ordered(f"20{number}", ANN, (f"AC2{number}",))
            await buyers.wants_texts(f"20{number}")
            await buyers.house.hear(scans(f"AC2{number}", DELIVERED))
        await buyers.work()
        assert len(buyers.provider.texts) == 3
        assert await buyers.app.store.fares_of("2026-03-04") == round(3 * PRICE * 1_000_000)
        skipped = [detail for outcome, detail, _ in await buyers.attempts() if outcome == "skipped"]
        assert skipped == ["today's money is spent (sms.day_money)"] * 3
        inbox = await buyers.app.store.inbox(None, 10)
        assert [entry.subject for entry in inbox] == ["Text messages stopped for today"]
        buyers.house.clock.move(timedelta(days=1))
        await buyers.ordered("300", ANN, ("AC30",))
        await buyers.wants_texts("300")
        await buyers.house.hear(scans("AC30", "2026-03-05T11:00+01:00  DEL  Paris FR"))
        await buyers.work()
    assert len(buyers.provider.texts) == 4


async def test_one_number_gets_so_many_a_day(tmp_path):
    async with phones(tmp_path, per_number_per_day=2) as buyers:
        for number in range(4):
            await buyers.ordered(f"20{number}", ANN, (f"AC2{number}",))
            await buyers.wants_texts(f"20{number}")
            await buyers.house.hear(scans(f"AC2{number}", DELIVERED))
        await buyers.work()
    assert len(buyers.provider.texts) == 2


async def test_stop_holds_until_start(tmp_path):
    async with phones(tmp_path) as buyers:
        await buyers.ordered()
        await buyers.wants_texts()
        await call(buyers, hear_reply, REPLY_URL, From=ANN, Body=" Stop. ")
        await buyers.house.hear(scans("AC1", OUT))
        await buyers.work()
        assert buyers.provider.texts == []
        with pytest.raises(SwitchError, match="said STOP"):
            await buyers.wants_texts()
        await call(buyers, hear_reply, REPLY_URL, From=ANN, Body="START")
        await buyers.house.hear(scans("AC1", DELIVERED))
        await buyers.work()
    assert len(buyers.provider.texts) == 1


async def test_a_number_the_provider_calls_unsubscribed_is_remembered(tmp_path):
    stopped = "+12125550199"
    async with phones(tmp_path) as buyers:
        await buyers.ordered(phone=stopped)
        await buyers.wants_texts(phone=stopped)
        buyers.provider.unsubscribed.add(stopped)
        await buyers.house.hear(scans("AC1", DELIVERED))
        await buyers.work()
        assert await buyers.app.store.has_opted_out(stopped)
        ((outcome, detail, _),) = await buyers.attempts()
    assert (outcome, detail) == ("dead", "the number wants no messages (STOP)")


async def test_the_providers_signed_call_says_what_became_of_a_message(tmp_path):
    async with phones(tmp_path) as buyers:
        await buyers.ordered()
        await buyers.wants_texts()
        await buyers.house.hear(scans("AC1", DELIVERED))
        await buyers.work()
        text: Text = buyers.provider.texts[0]
        await call(buyers, hear_fate, STATUS_URL, MessageSid=text.sid, MessageStatus="delivered")
        await call(buyers, hear_fate, STATUS_URL, MessageSid=text.sid, MessageStatus="sent")  # late
        ((outcome, _, fate),) = await buyers.attempts()
    assert (outcome, fate) == ("sent", "delivered")


async def test_a_call_that_nobody_signed_changes_nothing(tmp_path):
    async with phones(tmp_path) as buyers:
        body = b"AccountSid=AC&From=%2B12125550142&Body=STOP"
        for signature in ("", "AAAA", "=", "\udcff", "é" * 100):
            heard = await hear_reply(buyers.app, REPLY_URL, body, signature)
            assert isinstance(heard, Refusal)
        assert not await buyers.app.store.has_opted_out(ANN)


async def test_a_seller_gets_no_text_messages(tmp_path):
    async with phones(tmp_path) as buyers:
        await buyers.ordered()
        await buyers.house.hear(scans("AC1", "2026-03-04T11:00+01:00  ATT  Paris FR"))
        await buyers.work()
        page = await buyers.app.store.notices(shop_ids=None, cursor=None, limit=100)
    assert {(notice.audience.value, notice.channel) for notice, _ in page.rows} & {("seller", "sms")} == set()
