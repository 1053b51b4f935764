"""Carriers push: proved, kept, taken in once, and never the last word: what is lost is polled."""

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import select

from milepost import wiring
from milepost.clock import SteppedClock
from milepost.flow import take_in
from milepost.model.actions import ActionKind, ActionState, Which
from milepost.model.carriers import Candidate, Identification
from milepost.model.pushes import EVERY_NUMBER, PushState, PushSubscription
from milepost.model.reports import Report, ReportKind
from milepost.settings import StoreSettings
from milepost.store.tables import METADATA
from milepost.web import build
from tests.flow.house import Bazaar, order
from tests.sources.pushers import (
    CLIENT_ID,
    FORMER,
    NUMBERS,
    PUSHING,
    SECRET,
    access,
    proof,
    pushed,
    pushing_settings,
    sample,
    signature,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLACED = datetime(2026, 3, 1, 8, tzinfo=UTC)
BY_NUMBER = {number: key for key, number in NUMBERS.items()}


def identify(number, _provider="", _country="", _clues=None):
    key = BY_NUMBER[number]
    found = Candidate(carrier=key, probability=1.0, reasons=("the test says so",))
    return Identification(given=number, number=number, valid_format=True, answer=key, candidates=(found,))


@dataclass
class Town:
    """A Milepost with one parcel of each carrier that pushes, and its web server."""

    milepost: wiring.Running
    app: object
    clock: SteppedClock
    http: httpx.AsyncClient

    async def push(self, carrier, *, body=None, secret=SECRET, headers=None):
        shown, told = pushed(carrier, self.clock.now(), body=body, secret=secret)
        return await self.send(carrier, told, shown if headers is None else headers)

    async def send(self, carrier, body, headers):
        return await self.http.post(f"/hooks/carriers/{carrier}", content=body, headers=headers)

    async def answered(self, carrier, name, body=None):
        """What a poll of the parcel would bring."""
        body = sample(carrier, name) if body is None else body
        report = Report(
            source=carrier,
            kind=ReportKind.TRACKING,
            shop_id=None,
            subject=(NUMBERS[carrier],),
            heard_at=self.clock.now(),
            body=body,
        )
        await take_in([report], self.app)

    async def shipment(self, carrier):
        page = await self.app.store.shipments(
            shop_ids=None, cursor=None, limit=9, tracking_number=NUMBERS[carrier]
        )
        return page.rows[0]

    async def codes(self, carrier):
        row = await self.shipment(carrier)
        events = await self.app.store.shipment_events([row.shipment.shipment_id])
        return sorted(event.code for event in events[row.shipment.shipment_id])

    async def work(self, kind):
        listed = await self.app.work.listed(Which(kinds=[kind], states=[ActionState.DUE]), limit=100)
        return {one.action.lane: one.action for one in listed}

    async def quiet(self):
        """Put every planned poll off, as if all had been asked just now."""
        for one in await self.app.work.listed(Which(states=[ActionState.DUE]), limit=100):
            later = replace(one.action, due_at=self.clock.now() + timedelta(hours=12), replace_due=True)
            async with self.app.store.transaction() as tx:
                await self.app.work.add(tx, [later])

    async def kept(self):
        return {table.name: await self.app.store.rows(select(table)) for table in METADATA.sorted_tables}

    def counted(self, counter, **labels):
        found = self.milepost.counters.registry.get_sample_value(f"milepost_{counter}_total", labels)
        return int(found or 0)


@asynccontextmanager
async def town(tmp_path, **carriers):
    settings = pushing_settings(
        store=StoreSettings(url=f"sqlite:{tmp_path}/town.sqlite", key_file=str(tmp_path / "key"))
    )
    settings = replace(settings, carriers={**settings.carriers, **carriers})
    clock = SteppedClock(NOW)
    async with wiring.running(settings, clock) as milepost:
        marketplaces = {**milepost.app.marketplaces, "bazaar": Bazaar()}
        app = replace(milepost.app, marketplaces=marketplaces, identify=identify)
        site = build(app, milepost.counters)
        transport = httpx.ASGITransport(app=site)
        async with httpx.AsyncClient(transport=transport, base_url="http://milepost") as http:
            await take_in([order(parcels=list(NUMBERS.values()), placed=PLACED)], app)
            yield Town(milepost, app, clock, http)


async def test_what_a_push_tells_is_recorded_once_and_a_poll_of_the_same_adds_nothing(tmp_path):
    recorded = {"fedex": "in_transit", "usps": "delivered_with_signature", "dhl": "happy"}
    async with town(tmp_path) as here:
        for carrier, answer in recorded.items():
            assert await here.codes(carrier) == []
            said = await here.push(carrier)
            assert (said.status_code, said.content) == (200, b""), (carrier, said.text)
            told = await here.codes(carrier)
            assert told, f"{carrier}: a push told nothing"
            row = await here.shipment(carrier)
            await here.answered(carrier, answer)
            assert await here.codes(carrier) == told, f"{carrier}: the poll told the same scans as new"
            assert (await here.shipment(carrier)).status == row.status
            assert here.counted("pushes", source=carrier) == 1


async def test_a_push_of_a_carrier_that_only_hints_has_its_parcel_asked_about_now(tmp_path):
    async with town(tmp_path) as here:
        await here.quiet()
        assert (await here.push("ups")).status_code == 200
        assert await here.codes("ups") == []
        assert (await here.work(ActionKind.POLL_CARRIER))["ups"].due_at == NOW


async def test_a_push_with_a_new_scan_asks_for_nothing_and_one_without_has_its_parcel_asked_about(tmp_path):
    async with town(tmp_path) as here:
        await here.push("fedex")
        await here.quiet()
        other = json.loads(sample("fedex")) | {"transactionId": "a later push of the same scans"}
        assert (await here.push("fedex", body=json.dumps(other).encode())).status_code == 200
        assert (await here.work(ActionKind.POLL_CARRIER))["fedex"].due_at == NOW
        await here.quiet()
        assert (await here.push("dhl")).status_code == 200
        assert (await here.work(ActionKind.POLL_CARRIER))["dhl"].due_at > NOW


async def test_an_old_window_in_a_push_never_replaces_what_the_carrier_last_said(tmp_path):
    async with town(tmp_path) as here:
        await here.answered("fedex", "in_transit")
        row = await here.shipment("fedex")
        promises = await here.app.store.promises(row.shipment.shop_id, row.shipment.order_numbers[0])
        late = json.loads(sample("fedex").replace(b"2026-11-20T1", b"2026-12-24T1"))
        assert (await here.push("fedex", body=json.dumps(late).encode())).status_code == 200
        assert promises == await here.app.store.promises(row.shipment.shop_id, row.shipment.order_numbers[0])


async def test_a_push_without_the_right_proof_is_refused_by_name_and_harms_nothing(tmp_path):
    async with town(tmp_path) as here:
        before = await here.kept()
        for carrier in PUSHING:
            headers, body = pushed(carrier, NOW)
            wrong = [{}, dict.fromkeys(headers, ""), pushed(carrier, NOW, secret="x" * 32)[0]]
            for shown in wrong:
                said = await here.send(carrier, body, shown)
                assert (said.status_code, said.json()["title"]) == (401, "bad_signature"), carrier
            assert here.counted("refusals", source=carrier, reason="bad_signature") == len(wrong)
        headers, body = pushed("fedex", NOW)
        assert (await here.send("fedex", body + b" ", headers)).status_code == 401, "one byte more"
        headers, body = pushed("usps", NOW)
        changed = body.replace(b"SEATTLE", b"ATLANTA", 1)
        assert (await here.send("usps", changed, headers)).status_code == 401
        assert await here.kept() == before


async def test_a_push_that_came_before_is_answered_yes_counted_and_changes_nothing(tmp_path):
    async with town(tmp_path) as here:
        for carrier in PUSHING:
            headers, body = pushed(carrier, NOW)
            assert (await here.send(carrier, body, headers)).status_code == 200
            before = await here.kept()
            assert (await here.send(carrier, body, headers)).status_code == 200
            assert await here.kept() == before, carrier
            assert here.counted("refusals", source=carrier, reason="replayed_push") == 1
        headers, body = pushed("usps", NOW)
        dressed = json.dumps(json.loads(body) | {"links": ["something else"]}).encode()
        assert (await here.send("usps", dressed, headers)).status_code == 200
        assert await here.kept() == before, "what is around the signed texts makes no other push"


async def test_an_old_timestamp_is_refused_by_name_however_well_it_is_signed(tmp_path):
    async with town(tmp_path) as here:
        before = await here.kept()
        _, body = pushed("usps", NOW)
        times = [(NOW + apart).isoformat() for apart in (timedelta(minutes=-16), timedelta(minutes=16))]
        for sent_at in (*times, "yesterday", "", "9" * 30, "2026-13-01T00:00:00Z"):
            told = json.loads(body) | {"timestamp": sent_at}
            shown = {"X-HMAC": signature((sent_at + told["payload"]).encode(), SECRET)}
            said = await here.send("usps", json.dumps(told).encode(), shown)
            assert (said.status_code, said.json()["title"]) == (400, "stale_timestamp"), sent_at
        assert here.counted("refusals", source="usps", reason="stale_timestamp") == 6
        assert await here.kept() == before
        for sent_at in (str(int(NOW.timestamp())), str(int(NOW.timestamp() * 1000)), "2026-11-22T05:00:00"):
            told = json.loads(body) | {"timestamp": sent_at}
            shown = {"hmac-header": signature((sent_at + told["payload"]).encode(), SECRET)}
            assert (await here.send("usps", json.dumps(told).encode(), shown)).status_code == 200, sent_at


async def test_bodies_that_are_too_large_or_no_json_are_refused_by_name(tmp_path):
    async with town(tmp_path) as here:
        said = await here.http.post("/hooks/tiktok_shop", content=b"x" * 10_000_000)
        assert (said.status_code, said.json()["title"]) == (413, "body_too_large")
        for carrier in PUSHING:
            large = b'{"x":"' + b"x" * 10_000_000 + b'"}'
            said = await here.send(carrier, large, proof(carrier, b"{}"))
            assert (said.status_code, said.json()["title"]) == (413, "body_too_large")
            assert here.counted("refusals", source=carrier, reason="body_too_large") == 1
            for odd, reason in (
                (b"{", "unreadable_body"),
                (b"", "unreadable_body"),
                (b"[]", "unknown_shape"),
            ):
                said = await here.send(carrier, odd, proof(carrier, odd))
                assert (said.status_code, said.json()["title"]) == (400, reason), (carrier, odd)


async def test_while_a_secret_is_replaced_both_are_good(tmp_path):
    both = {key: access(push_secret_before=FORMER) for key in PUSHING}
    async with town(tmp_path, **both) as here:
        for carrier in PUSHING:
            assert (await here.push(carrier, secret=FORMER)).status_code == 200
            other = sample(carrier).replace(b"}", b" }", 1)
            assert (await here.push(carrier, body=other)).status_code == 200
            assert (await here.push(carrier, secret="x" * 32)).status_code == 401


async def test_pushes_that_nobody_switched_on_are_not_taken(tmp_path):
    async with town(tmp_path, fedex=replace(access(), push=False)) as here:
        said = await here.push("fedex")
        assert (said.status_code, said.json()["title"]) == (404, "pushes_off")
        assert (await here.push("no_such_carrier", headers={}, body=b"{}")).status_code == 404
        assert (await here.http.post("/hooks/carriers/fedex/token")).status_code == 404


async def test_a_carrier_that_shows_a_token_of_ours_gets_one_for_its_password_and_it_runs_out(tmp_path):
    async with town(tmp_path) as here:
        form = {"grant_type": "client_credentials"}
        for pair in ((CLIENT_ID, "wrong"), ("wrong", SECRET), ("", "")):
            said = await here.http.post("/hooks/carriers/ups/token", data=form, auth=pair)
            assert said.status_code == 401
        assert (await here.http.post("/hooks/carriers/fedex/token", data=form)).status_code == 404
        said = await here.http.post("/hooks/carriers/ups/token", data=form, auth=(CLIENT_ID, SECRET))
        token = said.json()["access_token"]
        shown = {"Authorization": f"Bearer {token}", "x-api-key": CLIENT_ID}
        body = sample("ups")
        assert (await here.send("ups", body, {**shown, "x-api-key": "another"})).status_code == 401
        assert (await here.send("ups", body, shown)).status_code == 200
        ends, _, mark = token.partition(".")
        forged = {"Authorization": f"Bearer {int(ends) + 9999}.{mark}"}
        assert (await here.send("ups", body, forged)).status_code == 401
        here.clock.move_to(NOW + timedelta(seconds=said.json()["expires_in"]))
        assert (await here.send("ups", body, shown)).status_code == 401


async def test_a_carrier_that_asks_back_has_its_yes_planned_and_its_word_heeded(tmp_path):
    async with town(tmp_path) as here:
        held = PushSubscription(
            carrier="dhl",
            tracking_number=NUMBERS["dhl"],
            state=PushState.ASKED,
            asked_at=NOW,
            subscription_id="5f2c9e1a-0000-4000-8000-000000000001",
        )
        async with here.app.store.transaction() as tx:
            await tx.put_push_subscriptions([held])
        assert (await here.push("dhl", body=sample("dhl", "push_validate"))).status_code == 200
        yes = (await here.work(ActionKind.ACTIVATE_PUSHES))["dhl"]
        assert await here.app.store.report_body(yes.payload["push"]) == sample("dhl", "push_validate")
        assert "7c1d0f5e" not in json.dumps(dict(yes.payload)), "its secret stands in the list of work"
        ready = {
            "scope": "subscription.ready",
            "self": f"/x/{held.subscription_id}",
            "expires": "2026-12-22T00:00:00Z",
        }
        await here.push("dhl", body=json.dumps(ready).encode())
        (found,) = (await here.app.store.push_subscriptions("dhl", [NUMBERS["dhl"]])).values()
        assert (found.state, found.until_at) == (PushState.ACTIVE, datetime(2026, 12, 22, tzinfo=UTC))


async def test_how_well_pushes_work_is_counted_for_numbers_that_are_pushed(tmp_path):
    async with town(tmp_path) as here:
        since = datetime(2026, 3, 1, tzinfo=UTC)
        async with here.app.store.transaction() as tx:
            await tx.put_push_subscriptions(
                PushSubscription(
                    carrier=key, tracking_number=NUMBERS[key], state=PushState.ACTIVE, asked_at=since
                )
                for key in ("dhl", "ups")
            )
        here.clock.move_to(NOW + timedelta(minutes=1))
        await here.push("fedex")  # by account: what was before we waited for the parcel does not count
        await here.push("dhl")
        await here.push("ups")
        here.clock.move_to(NOW + timedelta(minutes=2))
        await here.answered("ups", "in_transit")
        told = json.loads(sample("dhl", "happy"))
        later = told["shipments"][0]["events"][0] | {"timestamp": "2026-11-22T12:01:30Z"}
        told["shipments"][0]["events"].insert(0, later)
        await here.answered("dhl", "", json.dumps(told).encode())
        health = await here.app.store.push_health("2026-01-01")
        assert health["dhl"].by_push == 8
        assert (health["dhl"].by_poll, health["dhl"].last_push_at) == (1, NOW + timedelta(minutes=1))
        assert health["ups"].by_push > 0, "the look was made because of a push"
        assert health["ups"].by_poll == 0
        assert health["fedex"].by_push == 0
        assert health["fedex"].last_push_at == NOW + timedelta(minutes=1)
        (account,) = (await here.app.store.push_subscriptions("fedex", [EVERY_NUMBER])).values()
        assert account.holds_at(NOW + timedelta(days=99)), "set up in its portal, as its first push shows"
