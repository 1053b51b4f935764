"""Several Mileposts on one PostgreSQL for proofs about the bus: two that hear news, two that work, one with pages."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from milepost import wiring, worker
from milepost.clock import SteppedClock
from milepost.flow import take_in
from milepost.model.people import Subscription
from milepost.settings import LiveSettings, Settings, StoreSettings
from tests.flow.house import NOW, SHOP, Bazaar, Pigeon, order, scans
from tests.journeys.acme import Acme
from tests.journeys.stage import identify

ENDS = ("2026-03-03T10:00+01:00  OFD  Paris FR", "2026-03-04T11:00+01:00  DEL  Paris FR")


@dataclass
class BusTown:
    """What happened in it."""

    recorders: list
    pages: object
    pigeon: Pigeon
    shown: dict = field(default_factory=dict)  # what each open page showed last

    @property
    def apps(self):
        return [*self.recorders, self.pages]

    async def expect(self, number):
        """An order is placed, its buyer wants to be told, and opens the page."""
        wish = Subscription(
            order_number=number,
            shop_id=SHOP,
            channel="email",
            address=f"{number}@example.invalid",
            only_problems=False,
            consented_at=NOW,
            wording="Tell me.",
        )
        await take_in([order(number, (f"AC{number}",))], self.recorders[0])
        async with self.recorders[0].store.transaction() as tx:
            await tx.put_subscription(wish)

    async def hear(self, numbers, rng):
        """How each parcel goes on, in batches, some of it told twice and to both nodes at once."""
        told = [(number, line) for number in numbers for line in ENDS]
        told += rng.sample(told, len(told) // 3)
        rng.shuffle(told)
        while told:
            size = rng.randint(1, 5)
            batch, told = told[:size], told[size:]
            reports = [scans(f"AC{number}", line) for number, line in batch]
            nodes = rng.sample(self.recorders, rng.choice((1, 1, 2)))
            await asyncio.gather(*(take_in(reports, node) for node in nodes))

    async def page(self, number):
        """An open page that never looks by itself, only when it is told to."""
        store = self.pages.store
        async with self.pages.live.listen(f"order:{SHOP}:{number}") as changes:
            self.shown[number] = "open"
            async for _ in changes:
                row = await store.order(number, [SHOP])
                rows = await store.shipment_rows(row.shipment_ids)
                self.shown[number] = ", ".join(str(one.status) for one in rows.values())

    def told(self, numbers):
        """How often each buyer was told that the parcel has come."""
        carried = [
            address.partition("@")[0] for template, address in self.pigeon.carried if template == "delivered"
        ]
        return {number: carried.count(number) for number in numbers}


@asynccontextmanager
async def bus_town(store_url, live_url, folder):
    """All of them running, until the end of the block."""
    pigeon = Pigeon()
    settings = Settings(
        store=StoreSettings(url=store_url, key_file=str(folder / "key")),
        live=LiveSettings(url=live_url),
        log_level="error",
    )
    async with AsyncExitStack() as stack:
        apps = []
        for name in ("recorder-1", "recorder-2", "pages", "worker-1", "worker-2"):
            own = replace(settings, live=replace(settings.live, node=name))
            milepost = await stack.enter_async_context(wiring.running(own, SteppedClock(NOW)))
            apps.append(
                replace(
                    milepost.app,
                    carriers={"acme": Acme()},
                    marketplaces={"bazaar": Bazaar()},
                    channels={"email": pigeon},
                    identify=identify,
                )
            )
        stop = asyncio.Event()
        jobs = [asyncio.create_task(worker.work(app, stop)) for app in apps[3:]]
        try:
            yield BusTown(apps[:2], apps[2], pigeon)
        finally:
            stop.set()
            await asyncio.gather(*jobs)
