"""The connector against the sandbox's TikTok Shop, a server written from the reference a second time."""

from datetime import UTC, datetime, timedelta

import pytest

from milepost.model.statuses import Status
from milepost.ports.sources import AccessError, Push, TokenExpiredError
from milepost.settings import Http, Settings, TikTokApp, TikTokShop
from milepost.sources.line import Line
from milepost.sources.marketplaces.tiktok_shop.marketplace import build
from milepost_sandbox.door import SandboxOptions, running
from tests.sources.tiktok_server import Told, platform

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ORDERS = 40
REFRESHES_MAX = 5


class Stepped:
    """The world's clock, as Milepost sees it: it stands until moved."""

    rate = 0.0

    def __init__(self, world_clock):
        self.now = world_clock.now


class Client:
    """What flow does, in a few lines: hold the grant, refresh it when told to, ask once more."""

    def __init__(self, sandbox):
        keys = sandbox.credentials
        app = TikTokApp(
            market="us",
            app_key=keys["tiktok_app_key"],
            app_secret=keys["tiktok_app_secret"],
            service_id=keys["tiktok_service_id"],
        )
        own = TikTokShop(
            apps=[app],
            auth_url=sandbox.urls["tiktok_auth"],
            api_url=sandbox.urls["tiktok_api"],
            calls_per_second=1e6,
        )
        settings = Settings(tiktok_shop=own, http=Http(timeout_s=2.0, retries=6, retry_base_s=0.0))
        self.lines = []
        self.market = build(settings, Stepped(sandbox.clock), self.line)
        self.codes = keys["tiktok_auth_codes"]
        self.app_key = app.app_key
        self.refreshes = 0

    def line(self, **settings):
        self.lines.append(Line(**settings))
        return self.lines[-1]

    async def connect(self, foreign_id):
        self.grant = await self.market.exchange(self.app_key, self.codes[foreign_id])
        self.shop = next(
            shop
            for shop in await self.again(lambda: self.market.shops(self.grant))
            if shop.foreign_id == foreign_id
        )

    async def again(self, ask):
        for _ in range(REFRESHES_MAX):
            try:
                return await ask()
            except TokenExpiredError:
                self.refreshes += 1
                self.grant = await self.market.refresh(self.grant)
        raise AssertionError("the token expires again and again")

    async def changed(self, since, until):
        async def ask():
            return [
                report async for report in self.market.changed_orders(self.shop, self.grant, since, until)
            ]

        return [facts for report in await self.again(ask) for facts in self.parsed(report).orders]

    async def ask(self, name, *args, **options):
        reports = await self.again(
            lambda: getattr(self.market, name)(self.shop, self.grant, *args, **options)
        )
        return [self.parsed(report) for report in reports]

    def parsed(self, report):
        found = self.market.parse(report)
        assert not found.refusals
        return found

    async def close(self):
        for line in self.lines:
            await line.close()


def told(orders):
    return {facts.order_number: facts for facts in orders}


@pytest.mark.parametrize("faults", [("none",), ("all",)], ids=["no faults", "all faults"])
async def test_everything_the_sandbox_published_is_heard_and_nothing_else(faults):
    async with running(
        SandboxOptions(seed=7, orders=ORDERS, start=START, faults=faults, control_port=0)
    ) as sandbox:
        sandbox.advance(sandbox.ends_at)
        client, heard, orders = Client(sandbox), set(), {}
        for shop in sandbox.world.shops:
            await client.connect(shop.shop_id)
            listed = told(await client.changed(START - timedelta(days=60), sandbox.ends_at))
            numbers = list(listed)
            detailed = {}
            for parsed in await client.ask("orders", numbers):
                detailed |= told(parsed.orders)
            assert set(detailed) == set(listed)
            for number in numbers:
                for parsed in await client.ask("tracking", number):
                    heard |= {(number, scan.code, scan.text, scan.moment) for scan in parsed.scans}
            orders |= detailed
        await client.close()
        expected = [event for event in sandbox.truth.events(sandbox.ends_at) if event.source == "tiktok_shop"]
        world = {order.order_id: order for order in sandbox.world.orders}

    assert set(orders) == set(world)
    assert {number: facts.state for number, facts in orders.items()} == {
        number: order.status_at(sandbox.ends_at) for number, order in world.items()
    }
    of_number = {}
    for facts in orders.values():
        for package in facts.packages:
            of_number.setdefault(package.tracking_number, set()).add(facts.order_number)
    wanted = {
        (number, event.code, event.description.strip(), event.instant_utc)
        for event in expected
        for number in ([event.order_id] if event.order_id else of_number[event.tracking_number])
    }
    assert len(expected) > ORDERS
    assert heard - wanted == set()
    assert wanted - heard == set()
    if faults == ("all",):
        assert client.refreshes


async def test_orders_say_what_the_world_knows_of_them():
    async with running(SandboxOptions(seed=11, orders=ORDERS, start=START, control_port=0)) as sandbox:
        sandbox.advance(START + timedelta(days=3))
        now, client, compared = sandbox.clock.now(), Client(sandbox), 0
        for shop in sandbox.world.shops:
            await client.connect(shop.shop_id)
            listed = told(await client.changed(START - timedelta(days=60), now))
            for parsed in await client.ask("orders", list(listed)):
                for facts in parsed.orders:
                    order = sandbox.world.order(facts.order_number)
                    numbers = {parcel.tracking_number for parcel in order.parcels if parcel.label_at <= now}
                    assert {package.tracking_number for package in facts.packages} - {None} == numbers
                    assert sum(item.quantity for item in facts.items) == len(order.units)
                    assert facts.placed_at == order.created_at.replace(microsecond=0)
                    assert facts.complete
                    assert facts.shop_id == client.shop.shop_id
                    assert facts.contact.email == order.buyer.email
                    assert facts.contact.name in (None, order.buyer.name)
                    assert facts.contact.postal_code in (None, order.buyer.postal_code)
                    assert facts.destination.city in ("", order.buyer.city)
                    compared += bool(facts.destination.city)
                    assert facts == listed[facts.order_number]
            packages = [p.package_id for facts in listed.values() for p in facts.packages if p.package_id]
            for parsed in await client.ask("packages", packages):
                for facts in parsed.orders:
                    (package,) = facts.packages
                    assert package.package_id in {p.package_id for p in listed[facts.order_number].packages}
        await client.close()
    assert compared > ORDERS / 2


async def test_detailed_tracking_tells_the_same_scans_where_it_is_allowed():
    async with running(SandboxOptions(seed=3, orders=ORDERS, start=START, control_port=0)) as sandbox:
        sandbox.advance(sandbox.ends_at)
        client, with_number = Client(sandbox), 0
        for shop in sandbox.world.shops:
            await client.connect(shop.shop_id)
            for number in told(await client.changed(START - timedelta(days=60), sandbox.ends_at)):
                (plain,) = await client.ask("tracking", number)
                (detailed,) = await client.ask("tracking", number, detailed=True)
                assert {(s.code, s.text, s.moment) for s in plain.scans} == {
                    (s.code, s.text, s.moment) for s in detailed.scans
                }
                with_number += any(scan.tracking_number for scan in detailed.scans)
        await client.close()
    assert with_number


async def test_every_action_code_of_the_sandbox_has_a_meaning_unless_it_is_meant_not_to():
    async with running(SandboxOptions(seed=5, orders=ORDERS, start=START, control_port=0)) as sandbox:
        client = Client(sandbox)
        for event in sandbox.truth.events(sandbox.ends_at):
            if event.source == "tiktok_shop" and event.code:  # without one, its words are read
                meanings = [
                    known.status
                    for ref, known in client.market.codes.items()
                    if ref.family == "action_code" and ref.code == event.code
                ]
                assert meanings == ([] if event.status == Status.UNKNOWN else [event.status])


async def test_a_foreign_order_never_hides_ours():
    async with running(SandboxOptions(seed=7, orders=ORDERS, start=START, control_port=0)) as sandbox:
        sandbox.advance(sandbox.ends_at)
        client = Client(sandbox)
        await client.connect(sandbox.world.shops[0].shop_id)
        ours = list(told(await client.changed(START - timedelta(days=60), sandbox.ends_at)))[:20]
        reports = await client.market.orders(
            client.shop, client.grant, [*ours[:9], "580000000000009999", *ours[9:]]
        )
        parsed = [client.market.parse(report) for report in reports]
        await client.close()
    assert {facts.order_number for one in parsed for facts in one.orders} == set(ours)
    assert [r.reason for one in parsed for r in one.refusals] == ["foreign_number"]


async def test_the_tokens_are_refreshed_and_a_code_works_once():
    async with running(SandboxOptions(seed=7, orders=5, start=START, control_port=0)) as sandbox:
        client, shop = Client(sandbox), sandbox.world.shops[0].shop_id
        await client.connect(shop)
        with pytest.raises(AccessError, match="connect the shop again"):
            await client.market.exchange(client.app_key, client.codes[shop])
        first = client.grant
        sandbox.advance(START + timedelta(days=8))
        await client.ask("orders", [sandbox.world.orders[0].order_id]) if sandbox.world.orders[
            0
        ].shop_id == shop else await client.again(lambda: client.market.shops(client.grant))
        await client.close()
    assert client.refreshes == 1
    assert client.grant.access_token != first.access_token
    assert client.grant.refresh_expires_at.year == 2125


async def test_pushes_of_the_sandbox_verify_and_hint_at_real_orders():
    async with (
        running(SandboxOptions(seed=7, orders=ORDERS, start=START, control_port=0)) as sandbox,
        platform([Told(b"")]) as hooks,
    ):
        client, hints, refused = Client(sandbox), set(), []
        sandbox.set_webhook_target(f"{hooks.url}/hooks/tiktok_shop")
        sandbox.advance(sandbox.ends_at)
        counts = await sandbox.flush_webhooks()
        for asked in hooks.asked:
            push = client.market.read_push(asked.headers, asked.body, sandbox.clock.now())
            if not isinstance(push, Push):
                refused.append(push)
                continue
            hints.update(client.market.parse(push.report).hints)
        forged = client.market.read_push(hooks.asked[0].headers, hooks.asked[0].body + b" ", START)
        known = {order.order_id for order in sandbox.world.orders}
    assert counts["sent"] == len(hooks.asked) > ORDERS
    assert refused == []
    assert hints
    assert hints <= known
    assert forged.reason == "bad_signature"
