"""A real site over a small simulated world, in a thread of its own, so that tests can ask it like a browser."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from milepost import wiring
from milepost.cli import worlds
from milepost.cli.check import POLLING, SYNC_S, answering
from milepost.clock import SteppedClock
from milepost.desk.lookup import make_link
from milepost.model.people import View
from milepost.model.statuses import Status
from milepost.ports.rows import OrderRow
from milepost.settings import Mail, Webhooks, WebPush
from milepost.worker import drain
from milepost_sandbox import door

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
PLAYED = timedelta(days=5, hours=12)
STEP = timedelta(hours=6)
ORDERS = 26
SEED = 14
CONTACT = "mailto:shop@example.com"
WAIT_S = 300.0  # until a world is ready; a busy machine takes its time


@dataclass(kw_only=True)
class Stage:
    """The running site, and the levers of its world."""

    url: str
    milepost: wiring.Running
    sandbox: door.Sandbox
    clock: SteppedClock
    loop: asyncio.AbstractEventLoop
    rows: list[OrderRow] = field(default_factory=list)

    def call(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something on the site's own event loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT_S)

    def visitor(self) -> httpx.Client:
        """A browser without cookies that does not follow redirects."""
        return httpx.Client(
            base_url=self.url, trust_env=False, headers={"Accept": "text/html"}, timeout=WAIT_S
        )

    def orders(self) -> list[OrderRow]:
        """Every order the site knows."""
        store = self.milepost.app.store
        page = self.call(store.orders(shop_ids=None, cursor=None, limit=500))
        return list(page.rows)

    def contact(self, row: OrderRow) -> Any:
        """Who gets it, as the store keeps it."""
        return self.call(self.milepost.app.store.contact(row.facts.shop_id, row.facts.order_number))

    def token(self, row: OrderRow, view: View = View.FULL, days: int = 90) -> str:
        """A link's secret."""
        return str(
            self.call(
                make_link(
                    self.milepost.app,
                    shop_id=row.facts.shop_id,
                    order_number=row.facts.order_number,
                    view=view,
                    days=days,
                )
            )
        )

    def opened(self, row: OrderRow, view: View = View.FULL) -> httpx.Response:
        """The order's page as a visit with this view sees it."""
        with self.visitor() as browser:
            there = browser.get(f"/t/{self.token(row, view)}")
            assert there.status_code == 303
            return browser.get(there.headers["location"])

    def shipments(self, row: OrderRow) -> list[Any]:
        """The order's shipments with their summary."""
        return list(self.call(self.milepost.app.store.shipment_rows(row.shipment_ids)).values())

    def order_with(self, *statuses: Status) -> OrderRow:
        """An order of one parcel that has one of these statuses."""
        for row in self.orders():
            found = self.shipments(row)
            if len(found) == 1 and found[0].status in statuses:
                return row
        raise AssertionError(f"no order of the world is {statuses}; choose another seed")

    def order_with_email(self) -> OrderRow:
        """An order whose buyer can prove themselves in all three ways."""
        for row in self.orders():
            told = self.contact(row)
            if told.email and told.phone and told.postal_code and self.shipments(row):
                return row
        raise AssertionError("no sent order has e-mail, phone and postcode; choose another seed")

    def move(self, by: timedelta) -> None:
        """The world goes on, and Milepost hears of it."""
        self.call(self._move(by))

    async def _move(self, by: timedelta) -> None:
        moment = self.clock.now() + by
        self.sandbox.advance(moment)
        self.clock.move_to(moment)
        await self.sandbox.flush_webhooks()
        await drain(self.milepost.app)


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """The site, answering, some days into its world; the clock stands until a test moves it."""
    loop = asyncio.new_event_loop()
    ready: list[Stage | BaseException] = []
    standing = threading.Event()
    ended = asyncio.Event()

    async def run() -> None:
        try:
            await _play(folder, loop, ready, standing, ended)
        except BaseException as error:
            ready.append(error)
            standing.set()
            raise

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    standing.wait(WAIT_S)
    found = ready[0]
    if isinstance(found, BaseException):
        raise found
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(WAIT_S)
        loop.close()


async def _play(
    folder: Path,
    loop: asyncio.AbstractEventLoop,
    ready: list[Stage | BaseException],
    standing: threading.Event,
    ended: asyncio.Event,
) -> None:
    options = door.SandboxOptions(
        seed=SEED, orders=ORDERS, start=START, days_back=2.0, days_ahead=10.0, control_port=0
    )
    async with door.running(options) as sandbox:
        async with httpx.AsyncClient(trust_env=False) as http:
            world = (await http.get(f"{sandbox.control_url}/world")).json()
        settings = worlds.settings_for(
            world,
            store_url=f"sqlite:{folder / 'pages.sqlite'}",
            folder=folder,
            polling=POLLING,
            sync_s=SYNC_S,
        )
        settings = replace(
            settings,
            mail=Mail(host="127.0.0.1", port=9),
            webhooks=Webhooks(),
            web_push=WebPush(contact=CONTACT),
        )
        clock = SteppedClock(sandbox.clock.now())
        async with wiring.running(settings, clock) as milepost, answering(milepost, settings) as url:
            here = Stage(url=url, milepost=milepost, sandbox=sandbox, clock=clock, loop=loop)
            sandbox.set_webhook_target(f"{url}/hooks/{worlds.MARKETPLACE}")
            await worlds.connect_shops(milepost.app, world)
            while clock.now() < START + PLAYED:
                await drain(milepost.app)
                await here._move(STEP)
            ready.append(here)
            standing.set()
            await ended.wait()
