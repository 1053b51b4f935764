"""Those who are told: they refuse what is not signed, count what comes twice, and misbehave on demand."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import httpx
import pytest

from milepost_sandbox.audit.told import audit_told
from milepost_sandbox.audit.words import AuditResult
from milepost_sandbox.servers.receivers.listener import listening
from milepost_sandbox.servers.receivers.plan import Plan, PlanError
from milepost_sandbox.servers.receivers.sms import SmsReceiver
from milepost_sandbox.servers.receivers.webhooks import WebhookReceiver
from tests.webhooks.test_signing import SECRET

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ACCOUNT, TOKEN = "AC1", "token"
DELIVERED = b'{"type":"shipment.delivered","data":{"shipment_id":"s1"}}'
RETRACTED = b'{"type":"shipment.delivery_retracted","data":{"shipment_id":"s1"}}'


def signed(message_id, body=DELIVERED, at=NOW):
    """By this test's own hand."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


async def audited(*messages):
    """What the audit counts when a subscriber was told this."""
    receiver = WebhookReceiver(lambda: NOW)
    receiver.plan("a", secrets=[SECRET])
    async with listening(receiver) as url, httpx.AsyncClient(trust_env=False) as http:
        for headers, body in messages:
            await http.post(f"{url}/hooks/a", headers=headers, content=body)
        result = AuditResult(seed=1, orders=1)
        await audit_told(result, url)
    return result.duplicate


async def test_a_delivery_may_be_told_again_only_after_it_was_taken_back():
    once = (signed("m1"), DELIVERED)
    assert await audited(once) == 0
    assert await audited(once, once) == 0, "the same id is the same message"
    assert await audited(once, (signed("m2"), DELIVERED)) == 1
    assert await audited(once, (signed("m3", RETRACTED), RETRACTED), (signed("m2"), DELIVERED)) == 0


async def test_what_nobody_signed_is_counted():
    assert await audited(({}, DELIVERED), (signed("m1") | {"webhook-id": "m2"}, DELIVERED)) == 2


async def test_a_key_is_one_text_message_however_often_it_is_asked_for():
    provider = SmsReceiver(ACCOUNT, TOKEN)
    async with listening(provider) as url, httpx.AsyncClient(trust_env=False, auth=(ACCOUNT, TOKEN)) as http:
        path = f"{url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        form = {"To": "+12125550142", "From": "+15005550006", "Body": "Hello"}
        first = await http.post(path, data=form, headers={"I-Twilio-Idempotency-Token": "k"})
        again = await http.post(path, data=form, headers={"I-Twilio-Idempotency-Token": "k"})
        other = await http.post(path, data=form, headers={"I-Twilio-Idempotency-Token": "l"})
        assert (first.status_code, first.json()["sid"]) == (201, again.json()["sid"])
        assert other.json()["sid"] != first.json()["sid"]
        nobody = await http.post(path, data=form, auth=("AC1", "wrong"))
        assert (nobody.status_code, nobody.json()["code"]) == (401, 20003)
        wrong = await http.post(path, data={**form, "To": "+15005550001"})
        assert (wrong.status_code, wrong.json()["code"]) == (400, 21211)
    assert len(provider.texts) == 2


def test_a_plan_of_words_nobody_knows_is_refused():
    with pytest.raises(PlanError):
        Plan(["explode"])
    plan = Plan(["500", "429:3", "hang*"])
    assert [plan.next() for _ in range(4)] == ["500", "429:3", "hang", "hang"]
