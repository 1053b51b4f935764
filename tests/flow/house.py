"""A running Milepost with a real store, a carrier and a bazaar that tests give their lines."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import ClassVar

import httpx
from msgspec import structs
from sqlalchemy import select

from milepost import wiring
from milepost.clock import SteppedClock
from milepost.desk.accounts import add_user
from milepost.flow import nothing_else, take_in
from milepost.model.actions import ActionState, Which
from milepost.model.orders import Contact, Destination, OrderFacts, PackageFacts
from milepost.model.reports import Report, ReportKind
from milepost.model.scans import Parsed
from milepost.model.shops import Shop, ShopState
from milepost.ports.app import App
from milepost.ports.notify import SendResult, Sent
from milepost.record.journey import derive
from milepost.settings import Settings, StoreSettings, TikTokShop
from milepost.store.tables import METADATA
from milepost.web import build
from tests.journeys.acme import Acme
from tests.journeys.stage import identify
from tests.sources.tiktok_server import APP

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PLACED = datetime(2026, 3, 1, 10, tzinfo=UTC)
SHOP = "bazaar-1"
PASSWORD = "correct horse battery"


class Bazaar:
    """A marketplace that describes orders as tests write them; scans of whole orders are Acme's lines."""

    key = "bazaar"
    name = "Bazaar"
    codes: ClassVar = Acme().codes
    is_configured = True

    def parse(self, report):
        if report.kind is ReportKind.ORDER_TRACKING:
            scans = Acme().parse(report).scans
            number = report.subject[0]
            return Parsed(
                scans=tuple(
                    structs.replace(scan, tracking_number=None, order_number=number) for scan in scans
                )
            )
        return Parsed(orders=tuple(_facts(**told) for told in json.loads(report.body)))


@dataclass
class Pigeon:
    """A channel to buyers that answers what a test says, and remembers what it carried."""

    key: str = "email"
    is_configured: bool = True
    answer: SendResult = SendResult(outcome=Sent.SENT, detail="arrived")
    carried: list = field(default_factory=list)

    async def send(self, notice, message, recipient):
        self.carried.append((notice.template, recipient.address))
        return self.answer


def _facts(*, number, parcels, state, updated, placed, contact, complete):
    return OrderFacts(
        order_number=number,
        shop_id=SHOP,
        marketplace="bazaar",
        state=state,
        placed_at=datetime.fromisoformat(placed),
        updated_at=datetime.fromisoformat(updated),
        closed=False,
        complete=complete,
        contact=Contact(**contact),
        destination=Destination(country="FR", city="Paris"),
        packages=tuple(
            PackageFacts(
                package_id=f"p-{parcel}",
                tracking_number=parcel,
                provider_id="acme",
                provider_name="Acme",
                order_numbers=tuple(orders),
            )
            for parcel, orders in parcels.items()
        ),
    )


@dataclass
class House:
    """What a test tells it, and what it makes of that."""

    milepost: wiring.Running
    clock: SteppedClock

    @property
    def app(self) -> App:
        return self.milepost.app

    async def hear(self, *reports, alongside=nothing_else):
        """All of them in one batch."""
        return await take_in(reports, self.app, alongside)

    async def shipments(self):
        """Every shipment by tracking number; a number used twice has two rows."""
        page = await self.app.store.shipments(shop_ids=None, cursor=None, limit=50)
        return sorted(
            page.rows,
            key=lambda row: (row.shipment.tracking_number, row.shipment.superseded, row.shipment.since),
        )

    async def told_of(self, number):
        """(shown scans' codes, status) of the live use of a number."""
        (row,) = [
            row
            for row in await self.shipments()
            if row.shipment.tracking_number == number and not row.shipment.superseded
        ]
        events = await self.app.store.shipment_events([row.shipment.shipment_id])
        journey = derive(events[row.shipment.shipment_id])
        return [scan.event.code for scan in journey.events], row.status

    async def order_codes(self, number):
        """Codes that belong to the order and to no parcel."""
        return [event.code for event in await self.app.store.order_events(SHOP, number)]

    async def due(self):
        """Keys of work that is due now."""
        listed = await self.app.work.listed(Which(states=[ActionState.DUE]), limit=100)
        return sorted(one.action.key for one in listed if one.action.due_at <= self.clock.now())

    async def kept(self, *without):
        """Every row of every table but those named."""
        return {
            table.name: await self.app.store.rows(select(table))
            for table in METADATA.sorted_tables
            if table.name not in without
        }


@asynccontextmanager
async def house(tmp_path, *, url=None, clock=None, **others) -> AsyncIterator[House]:
    """Opened, and closed at the end. `others` are further parts of the App."""
    settings = Settings(
        store=StoreSettings(url=url or f"sqlite:{tmp_path}/house.sqlite", key_file=str(tmp_path / "key")),
        tiktok_shop=TikTokShop(apps=[APP]),
        log_level="warning",
    )
    clock = clock or SteppedClock(NOW)
    async with wiring.running(settings, clock) as milepost:
        app = milepost.app
        marketplaces = {**app.marketplaces, "bazaar": Bazaar(), **others.pop("marketplaces", {})}
        channels = {**app.channels, "email": others.pop("pigeon", Pigeon())}
        app = replace(
            app,
            carriers={**app.carriers, "acme": Acme(), **others.pop("more_carriers", {})},
            marketplaces=marketplaces,
            channels=channels,
            identify=identify,
            **others,
        )
        yield House(replace(milepost, app=app), clock)


def order(
    number="1001",
    parcels=("AC1",),
    *,
    state="shipped",
    updated="2026-03-01T10:00+00:00",
    placed=PLACED,
    contact=None,
    complete=True,
):
    """A description of one order. `parcels`: numbers, or number → the orders combined in it."""
    told = {
        "number": number,
        "parcels": dict(parcels) if isinstance(parcels, dict) else {parcel: [number] for parcel in parcels},
        "state": state,
        "updated": updated,
        "placed": placed.isoformat(),
        "contact": contact or {},
        "complete": complete,
    }
    return _report("bazaar", ReportKind.ORDER_DETAIL, number, json.dumps([told]), shop_id=SHOP)


def scans(number, *lines, heard_at=NOW):
    """What Acme tells of a parcel: lines `WHEN  CODE  PLACE`."""
    return _report("acme", ReportKind.TRACKING, number, "\n".join(lines), heard_at=heard_at)


def order_scans(number, *lines, heard_at=NOW):
    """What the bazaar tells of an order, without saying which parcel."""
    return _report(
        "bazaar", ReportKind.ORDER_TRACKING, number, "\n".join(lines), shop_id=SHOP, heard_at=heard_at
    )


def _report(source, kind, number, body, *, shop_id=None, heard_at=NOW):
    return Report(
        source=source, kind=kind, shop_id=shop_id, subject=(number,), heard_at=heard_at, body=body.encode()
    )


def shop(connected_at):
    """The shop of these tests, which nobody asks: it wants a seller's consent."""
    return Shop(
        shop_id=SHOP,
        marketplace="bazaar",
        app_key="",
        foreign_id="1",
        name="Bazaar",
        region="FR",
        state=ShopState.NEEDS_AUTHORIZATION,
        cipher="",
        connected_at=connected_at,
    )


@asynccontextmanager
async def browsing(here, role, shop_ids=()):
    """The browser of somebody who signed in to the console."""
    await add_user(
        here.app, email=f"{role}@example.com", name="Ada", role=role, password=PASSWORD, shop_ids=shop_ids
    )
    transport = httpx.ASGITransport(build(here.app, here.milepost.counters))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers={"Accept": "text/html"}
    ) as browser:
        await browser.post("/console/sign-in", data={"email": f"{role}@example.com", "password": PASSWORD})
        yield browser
