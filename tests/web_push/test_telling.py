"""Notifications: read only on the device they are for, each once, ended by one click, and never to our own machines."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from milepost.desk.switches import BROWSERS_MAX, SwitchError, switch_off
from milepost.model.people import Quiet, View
from milepost.record.links import browser_mark, new_link
from milepost.web import build
from tests.flow.house import SHOP, scans
from tests.web_push.devices import PUBLIC_URL, devices

OUT = "2026-03-04T08:10+01:00  OFD  Paris FR"
DELIVERED = "2026-03-04T11:00+01:00  DEL  Paris FR"
HOUR_S = 3600
UNREADABLE = ("https://[", "https://a]b/", "https://push.example\u2100/", "https://push.example:x/")


async def test_a_device_that_asked_shows_each_milestone_once_and_nothing_personal(tmp_path):
    async with devices(tmp_path) as buyers:
        await buyers.ordered()
        (name, address), (sleeper, asleep) = buyers.device(), buyers.device()
        await buyers.wants_news(address)
        await buyers.work()
        for told in (OUT, OUT, DELIVERED):
            buyers.house.clock.move(timedelta(minutes=1))
            await buyers.house.hear(scans("AC1", told))
            await buyers.work()
            if told is OUT and not buyers.service.devices[sleeper].asleep:
                await buyers.wants_news(asleep)
                buyers.service.devices[sleeper].asleep = True
        assert buyers.service.refused == []
        pushes = [push for push in buyers.service.pushes if push.browser == name]
        assert [push.news["body"].partition(" Wed")[0] for push in pushes] == [
            "Your order: expected Thursday 5 March to Friday 13 March",
            "Out for delivery",
            "Delivered",
        ]
        assert [(push.urgency, push.ttl_s) for push in pushes] == [
            ("normal", 12 * HOUR_S),
            ("high", 12 * HOUR_S),
            ("high", 48 * HOUR_S),
        ]
        device = buyers.service.devices[name]
        (shown,) = device.shown.values()
        assert shown == pushes[-1].news, "the newest replaces the one before"
        assert device.sounds == 3
        assert shown["url"].startswith(f"{PUBLIC_URL}/t/")
        for push in pushes:
            read = f"{push.news['title']} {push.news['body']} {push.topic}"
            assert not any(word in read for word in ("1001", "AC1", "Paris", SHOP)), read
        buyers.service.wake(sleeper)
        woken = buyers.service.devices[sleeper]
        assert (woken.sounds, [news["body"].split()[0] for news in woken.shown.values()]) == (
            1,
            ["Delivered"],
        )


async def test_a_push_service_learns_neither_the_order_nor_who_else_is_told_of_it(tmp_path):
    """It reads the topic and sees many of them: a bare hash of an order's number is found by trying numbers."""
    async with devices(tmp_path) as buyers:
        await buyers.ordered()
        await buyers.ordered("1002", ("AC2",))
        for number in ("1001", "1001", "1002"):
            await buyers.wants_news(buyers.device()[1], number)
        await buyers.work()
        await buyers.house.hear(scans("AC1", DELIVERED))
        await buyers.work()
        topics = {}
        for push in buyers.service.pushes:
            topics.setdefault(push.browser, set()).add(push.topic)
        assert len(buyers.service.pushes) == 5
        assert [len(found) for found in topics.values()] == [1] * 3, "the newest replaces the one before"
        assert len(set.union(*topics.values())) == 3, "two browsers of one order have nothing in common"
        told = {push.news["tag"] for push in buyers.service.pushes}
        assert not any(topic.startswith(tag[:8]) for topic in set.union(*topics.values()) for tag in told)


async def test_a_repeat_is_the_same_and_makes_no_second_sound_and_a_pause_is_kept(tmp_path):
    async with devices(tmp_path) as buyers:
        for place, word in enumerate(("kept_then_reset", "500", "429:60", "reset")):
            number, parcel = f"100{place}", f"AC{place}"
            await buyers.ordered(number, (parcel,))
            name, address = buyers.device()
            await buyers.wants_news(address, number)
            await buyers.work()
            buyers.service.plan([word])
            await buyers.house.hear(scans(parcel, DELIVERED))
            await buyers.work()
            buyers.house.clock.move(timedelta(minutes=5))
            await buyers.work()
            mine = [push.news for push in buyers.service.pushes if push.browser == name]
            assert buyers.service.devices[name].sounds == 2, word
            assert len({news["id"] for news in mine}) == 2, word
            assert mine[-1]["body"].startswith("Delivered"), word
        assert [outcome for outcome, _ in await buyers.attempts()].count("retry") == 4
        await buyers.ordered("2000", ("AC9",))
        name, address = buyers.device()
        await buyers.wants_news(address, "2000")
        buyers.service.plan(["429:7200"])
        await buyers.work()
        buyers.house.clock.move(timedelta(minutes=119))
        await buyers.work()
        assert not buyers.service.devices[name].sounds
        buyers.house.clock.move(timedelta(minutes=2))
        await buyers.work()
        assert buyers.service.devices[name].sounds == 1


async def test_a_device_that_is_gone_is_forgotten_and_wishes_are_kept(tmp_path):
    async with devices(tmp_path) as buyers:
        await buyers.ordered()
        name, address = buyers.device()
        await buyers.wants_news(address)
        await buyers.work()
        buyers.service.end(name)
        for told in (OUT, DELIVERED):
            buyers.house.clock.move(timedelta(minutes=1))
            await buyers.house.hear(scans("AC1", told))
            await buyers.work()
        assert sorted(await buyers.attempts()) == [
            ("sent", "taken by the push service"),
            ("skipped", "nobody asked to be told"),
            ("skipped", "the browser wants no more of them"),
        ]
        (one,) = await buyers.app.store.subscriptions(SHOP, "1001")
        assert one.ended_at is not None
        await buyers.ordered("1002", ("AC2",))
        quiet = Quiet(from_time="12:00", to_time="14:00", zone="UTC")
        await buyers.wants_news(buyers.device()[1], "1002", quiet=quiet)
        await buyers.wants_news(buyers.device()[1], "1002", only_problems=True)
        await buyers.work()
        told = len(buyers.service.pushes)
        await buyers.house.hear(scans("AC2", OUT))
        await buyers.work()
        assert len(buyers.service.pushes) == told, "it is noon, and the other wants no good news"
        buyers.house.clock.move(timedelta(hours=2, minutes=1))
        await buyers.work()
        assert len(buyers.service.pushes) == told + 1


async def test_a_browser_that_is_reached_elsewhere_takes_its_switches_along(tmp_path):
    async with devices(tmp_path) as buyers:
        for number in ("1001", "1002"):
            await buyers.ordered(number, (f"AC{number}",))
        (_, old), (name, new), (_, other) = buyers.device(), buyers.device(), buyers.device()
        for number in ("1001", "1002"):
            await buyers.wants_news(old, number, only_problems=True)
        await buyers.wants_news(other)
        async with visitor(buyers.app, buyers.house.milepost.counters) as browser:
            for wrong in (
                {"old": old[:-1] + "x", "new": new},
                {"old": old, "new": "http://127.0.0.1/ x y"},
                *({"old": old, "new": f"{url} {' '.join(new.split()[1:])}"} for url in UNREADABLE),
                {"old": "", "new": new},
                {},
            ):
                assert (await browser.post("/push/moved", data=wrong)).status_code == 204
            assert {one.address for one in await buyers.app.store.subscriptions(SHOP, "1002")} == {old}
            assert (await browser.post("/push/moved", data={"old": old, "new": new})).status_code == 204
        for number in ("1001", "1002"):
            found = await buyers.app.store.subscriptions(SHOP, number)
            kept = {one.address: (one.ended_at is None, one.only_problems) for one in found}
            assert (kept[old], kept[new]) == ((False, True), (True, True))
        assert kept.keys() == {old, new}
        await buyers.house.hear(scans("AC1002", "2026-03-04T08:10+01:00  ATT  Paris FR"))
        await buyers.work()
        assert [
            push.news["body"].partition(" Wed")[0] for push in buyers.service.pushes if push.browser == name
        ]


def visitor(app, counters):
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(build(app, counters)),
        base_url="https://test",
        headers={"Accept": "text/html"},
        follow_redirects=True,
    )


async def test_the_switch_is_there_only_where_it_works_and_one_click_ends_one_device(tmp_path):
    async with devices(tmp_path) as buyers:
        await buyers.ordered()
        app, counters = buyers.app, buyers.house.milepost.counters
        async with app.store.transaction() as tx:
            token = await new_link(tx, shop_id=SHOP, order_number="1001", view=View.TOWN, now=app.clock.now())
        address, second = buyers.device()[1], buyers.device()[1]
        form = {"channel": "web_push", "do": "on", "address": address, "only_problems": "yes"}
        async with visitor(app, counters) as browser:
            page = await browser.get(f"/t/{token}")
            assert f'data-push="{buyers.channel.application_key()}"' in page.text
            page = await browser.post("/orders/1001/notices", data=form)
            assert "On: only when something changes" in page.text
            assert f'data-on="{browser_mark(address)}"' in page.text
            assert address.split()[0] not in page.text, "where it is reached stands on no page"
            await browser.post("/orders/1001/notices", data={**form, "address": second})
            await buyers.work()
            stop = buyers.service.pushes[0].news["stop"].removeprefix(PUBLIC_URL)
            assert "Stop these messages?" in (await browser.get(stop)).text
            page = await browser.get("/orders/1001")
            assert f'data-on="{browser_mark(address)} {browser_mark(second)}"' in page.text
            assert (await browser.post(stop)).status_code == 200
            off = {"channel": "web_push", "do": "off", "browser": browser_mark(second)}
            page = await browser.post("/orders/1001/notices", data=off)
            assert 'data-on=""' in page.text, "the one by its click, the other by its switch"
            wrong = await browser.post(
                "/orders/1001/notices", data={**form, "address": "http://127.0.0.1/ x y"}
            )
            assert wrong.status_code == 400
            assert "That is not what a browser tells of itself" in wrong.text
            for url in UNREADABLE:
                form["address"] = f"{url} {' '.join(second.split()[1:])}"
                assert (await browser.post("/orders/1001/notices", data=form)).status_code == 400, url
            worker = await browser.get("/push/worker.js")
            assert worker.headers["content-type"].startswith("text/javascript")
            assert worker.headers["cache-control"] == "no-cache"
        plain = {name: one for name, one in app.channels.items() if name != "web_push"}
        async with visitor(replace(app, channels=plain), counters) as browser:
            page = await browser.get(f"/t/{token}")
            assert page.status_code == 200
            assert "data-push" not in page.text


async def test_neither_many_devices_nor_a_machine_of_ours_is_called(tmp_path):
    """A name that looks public and leads home is found out when it is called, not before."""
    async with devices(tmp_path, services=["*.example"]) as buyers:
        await buyers.ordered()
        for _ in range(BROWSERS_MAX):
            await buyers.wants_news(buyers.device()[1])
        with pytest.raises(SwitchError, match="stop them all"):
            await buyers.wants_news(buyers.device()[1])
        assert await switch_off(buyers.app, shop_id=SHOP, order_number="1001") == BROWSERS_MAX
        await buyers.work()
        _, address = buyers.device()
        path = address.removeprefix(buyers.url)
        called = []

        def at_home(_reader, writer):
            called.append(writer)
            writer.close()

        async def home(_host, _port):
            return ["127.0.0.1"]

        buyers.channel._outside._backend._resolve = home
        async with await asyncio.start_server(at_home, "127.0.0.1", 0) as ours:
            port = ours.sockets[0].getsockname()[1]
            await buyers.wants_news(f"https://push.example:{port}{path}")
            await buyers.work()
        assert called == []
        tries = [detail for outcome, detail in await buyers.attempts() if outcome == "retry"]
        assert len(tries) == 1
        assert "a machine we do not send to" in tries[0]
