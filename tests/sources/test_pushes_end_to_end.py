"""Carriers of the sandbox push to a small receiver: subscribed, proved, read right, and no more than happened."""

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from milepost.model.pushes import PushBy, PushState
from milepost.model.reports import Refusal
from milepost.normalize.reading import read
from milepost.places.gazetteer import SqliteGazetteer
from milepost.ports.pushes import Push
from milepost.ports.sources import AccessError, SourceError
from milepost.settings import CarrierAccess, Http, Settings, Web
from milepost.sources.catalog import carriers
from milepost_sandbox import door
from milepost_sandbox.serving import listen, serving, url_of
from tests.sources.pushers import PUSHING
from tests.sources.test_carriers_end_to_end import OLD_USE, START, WorldClock, entailed, seen

STEP = timedelta(hours=8)
STEPS_MAX = 200
TRIES_MAX = 10


@dataclass
class Town:
    """The sandbox, Milepost's ends of its carriers' lines, and what came in at the door."""

    sandbox: door.Sandbox
    carriers: dict
    clock: WorldClock
    heard: list[Push] = field(default_factory=list)
    refused: Counter = field(default_factory=Counter)
    status: int = 200

    def numbers(self, key):
        """What somebody ordered and the carrier has."""
        parcels = self.sandbox.world.parcels
        return sorted({one.tracking_number for one in parcels if one.carrier == key and one.order_ids})

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        key, _, token = scope["path"].removeprefix("/hooks/carriers/").partition("/")
        status, answer = self._answer(key, headers, body, wants_token=bool(token))
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, key, headers, body, *, wants_token):
        pushes = self.carriers[key].pushes
        if wants_token:
            granted = pushes.grant(headers, body, self.clock.now())
            told = f'{{"access_token": "{granted.value}", "expires_in": {granted.expires_in_s}}}'
            return 200, told.encode()
        push = pushes.read(headers, body, self.clock.now())
        if isinstance(push, Refusal):
            self.refused[key, push.reason] += 1
            return 401, b""
        self.heard.append(push)
        return self.status, b""

    async def patiently(self, ask):
        """As the worker would: what failed is tried again."""
        for _ in range(TRIES_MAX):
            try:
                return await ask()
            except AccessError:
                raise
            except SourceError as error:
                last = error
        raise last

    async def subscribe(self, key, numbers=None):
        pushes, found = self.carriers[key].pushes, []
        numbers = self.numbers(key) if numbers is None else numbers
        size = pushes.batch_max
        for start in range(0, len(numbers), size):
            some = numbers[start : start + size]
            found += await self.patiently(lambda some=some: pushes.subscribe(some))
        return found

    async def say_yes(self):
        """Answer every question that came in; the subscriptions that are active then."""
        asked = [push for push in self.heard if push.news and push.news.state is PushState.ASKED]
        pushes = self.carriers["dhl"].pushes
        return [await self.patiently(lambda push=push: pushes.activate(push.report.body)) for push in asked]

    async def play(self, until=None):
        """To the world's end, flushing at each step; what was sent, lost and so on, by carrier."""
        counts = {key: Counter() for key in PUSHING}
        for _ in range(STEPS_MAX):
            now = self.sandbox.world.now()
            end = until or self.sandbox.ends_at
            if now >= end:
                return counts
            self.sandbox.advance(min(now + STEP, end))
            for key, told in (await self.sandbox.flush_pushes()).items():
                counts[key].update(told)
        raise AssertionError("the world did not end")


@contextlib.asynccontextmanager
async def town(*faults, orders=30):
    options = door.SandboxOptions(
        seed=7, orders=orders, start=START, faults=faults or ("none",), control_port=0
    )
    sock = listen("127.0.0.1", 0)
    async with door.running(options) as sandbox:
        keys, url = sandbox.credentials, url_of(sock)
        access = {
            key: CarrierAccess(
                url=sandbox.urls[key],
                client_id=keys.get(f"{key}_client_id") or keys.get(f"{key}_api_key", ""),
                client_secret=keys.get(f"{key}_client_secret", ""),
                per_minute=1_000_000,
                per_day=10_000_000,
                push=True,
                push_secret=keys[f"{key}_push_secret"],
            )
            for key in PUSHING
        }
        http = Http(retries=6, retry_base_s=0.0, timeout_s=5.0)
        clock = WorldClock(sandbox)
        found = carriers(Settings(carriers=access, http=http, web=Web(public_url=url)), clock)
        here = Town(sandbox, found, clock)
        for key in ("ups", "fedex"):
            address = f"{url}/hooks/carriers/{key}"
            told = {"url": address, "token_url": f"{address}/token", "secret": access[key].push_secret}
            sandbox.set_push_portal(key, {**told, "client_id": access[key].client_id})
        async with serving([(here, sock)]):
            yield here
        for carrier in found.values():
            await carrier.close()


def told_by(here, key):
    """Every event the pushes of a carrier told, as the audit would see it."""
    gazetteer = SqliteGazetteer()
    reports = [push.report for push in here.heard if push.report.source == key]
    readings = [read(report, here.carriers[key], gazetteer) for report in reports]
    assert not any(reading.etas for reading in readings), "a push told a window"
    events = [event for reading in readings for event in reading.events]
    return {seen(event) for event in events if event.occurred.order_key > START - OLD_USE}


def truth(here, key):
    return {entailed(one) for one in here.sandbox.truth.events(here.sandbox.ends_at) if one.source == key}


async def test_who_is_subscribed_is_pushed_all_that_happens_from_then_on_and_nothing_else():
    async with town() as here:
        for key in PUSHING:
            if not here.carriers[key].pushes.batch_max:
                with pytest.raises(AccessError, match="set up at the carrier's"):
                    await here.carriers[key].pushes.subscribe(here.numbers(key))
                continue
            wanted = PushState.ASKED if key == "dhl" else PushState.ACTIVE
            told = await here.subscribe(key)
            assert {one.state for one in told} == {wanted}, key
            assert all(one.until_at > START + timedelta(days=13) for one in told), key
        (refused,) = await here.subscribe("ups", ["K1506235620"])
        assert (refused.state, refused.until_at) == (PushState.REFUSED, None)
        await here.sandbox.flush_pushes()
        active = await here.say_yes()
        assert active
        assert {one.state for one in active} == {PushState.ACTIVE}
        counts = await here.play()
        assert here.refused == Counter()
        for key in PUSHING:
            assert counts[key]["sent"] == counts[key]["accepted"] > 0, (key, counts[key])
            assert counts[key]["lost"] == 0
        ready = [push for push in here.heard if push.news and push.news.state is PushState.ACTIVE]
        assert {push.news.subscription_id for push in ready} == {one.subscription_id for one in active}
        for key in ("fedex", "usps", "dhl"):
            events = told_by(here, key)
            after = {one for one in truth(here, key) if one[2] > START.isoformat()}
            assert events <= truth(here, key), f"{key}: {sorted(events - truth(here, key))[:3]}"
            assert after <= events, f"{key}: {sorted(after - events)[:3]}"
        assert told_by(here, "ups") == set(), "a hint told a scan"
        assert {push.report.subject[0] for push in here.heard if push.report.source == "ups"} <= set(
            here.numbers("ups")
        )


async def test_with_every_fault_a_fifth_is_lost_some_comes_twice_and_all_of_it_is_true():
    async with town("all") as here:
        for key in ("ups", "usps", "dhl"):
            await here.subscribe(key)
        await here.play(until=START + STEP)
        await here.say_yes()
        counts = await here.play()
        assert here.refused == Counter()
        lost = sum(one["lost"] for one in counts.values())
        sent = sum(one["sent"] for one in counts.values())
        assert 0.1 < lost / (lost + sent) < 0.3
        bodies = Counter(push.notification_id for push in here.heard)
        assert max(bodies.values()) == 2, "nothing came twice"
        for key in ("fedex", "usps", "dhl"):
            assert told_by(here, key) <= truth(here, key), key


async def test_a_subscription_ends_and_a_receiver_that_says_no_is_not_sent_it_again():
    async with town(orders=12) as here:
        await here.subscribe("usps")
        here.status = 503
        counts = await here.play()
        assert counts["fedex"]["refused"] == counts["fedex"]["sent"] > 0
        assert len(here.heard) == sum(one["sent"] for one in counts.values())
        assert counts["usps"]["sent"] > 0
        assert here.carriers["fedex"].card.push is PushBy.ACCOUNT
