"""A Milepost whose clock is wrong for a while, among people and programs that keep the right time."""

import json
import random
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime

from milepost.carry.hands import Hands
from milepost.desk import shops as desk
from milepost.desk.webhooks import add_endpoint
from milepost.model.people import Subscription
from milepost.ports.notify import SendResult, Sent
from milepost.ports.webhooks import Posted, Verdict
from milepost.settings import Webhooks
from tests.flow.house import NOW, SHOP, Pigeon, house, shop
from tests.flow.test_shops import GOOD_GRANT, SEARCH
from tests.journeys.acme import Acme
from tests.sim.wrong_clock import WrongClock
from tests.sources.tiktok_server import SHOP as SEARCHED_SHOP
from tests.sources.tiktok_server import envelope, ok, platform

THEIR_TOLERANCE_S = 300
FAILS = 0.4
PAUSE_S = 600.0
SEARCH_EVERY_S = 3600
CALM_FROM = NOW + timedelta(days=1.5)  # from then on everybody answers
MOMENT = timedelta(seconds=1)
LOOKS_MAX = 20_000


@dataclass
class Town:
    """Everybody around. `tries` holds of each thing the true times at which Milepost tried it."""

    clock: WrongClock
    seed: str
    tries: defaultdict = field(default_factory=lambda: defaultdict(list))
    ended: defaultdict = field(default_factory=lambda: defaultdict(int))
    pauses: list = field(default_factory=list)  # when the program asked to be left alone
    set_back: list = field(default_factory=list)  # when the clock was
    changed: dict = field(default_factory=dict)  # orders of the searched shop: when each changed
    found: dict = field(default_factory=dict)  # and when a search told of it first

    def goes_well(self, what):
        """One more try of it."""
        self.tries[what].append(self.clock.true)
        well = not self.happens(f"{what} {len(self.tries[what])}")
        self.ended[what] += well
        return well

    def happens(self, trouble):
        """The same trouble for the same seed, in whatever order things are tried."""
        return self.clock.true < CALM_FROM and random.Random(f"{self.seed} {trouble}").random() < FAILS

    def waited(self, since, until):
        """How long: what waits when the clock is set back may wait once more from there, and no longer."""
        return until - max([since, *[at for at in self.set_back if since < at < until]])

    async def post(self, _url, message_id, _body, _secrets, now):
        """A program: refuses what is not of its time, fails now and then, and may ask for a pause."""
        if abs((now - self.clock.true).total_seconds()) > THEIR_TOLERANCE_S:
            self.tries["message", message_id].append(self.clock.true)
            return Posted(verdict=Verdict.AGAIN, detail="answered 401", status=401)
        if self.goes_well(("message", message_id)):
            return Posted(verdict=Verdict.TAKEN, detail="answered 204", status=204)
        if self.happens(f"pause {message_id} {len(self.pauses)}"):
            self.pauses.append(self.clock.true)
            return Posted(
                verdict=Verdict.AGAIN, detail="busy", status=503, retry_after_s=PAUSE_S, asks_for_pause=True
            )
        return Posted(verdict=Verdict.AGAIN, detail="answered 500", status=500)

    async def close(self):
        """Nothing is held open."""

    def answer(self, asked):
        """The marketplace: refuses calls that are not of its time, and says what time it is."""
        if abs(int(asked.query["timestamp"]) - self.clock.true.timestamp()) > THEIR_TOLERANCE_S:
            return envelope(
                36009004, "Invalid timestamp", status=400, date=format_datetime(self.clock.true, usegmt=True)
            )
        if asked.path != SEARCH:
            return ok({"orders": []})
        window = json.loads(asked.body)
        told = {
            number: at
            for number, at in self.changed.items()
            if window["update_time_ge"] <= at.timestamp() < window["update_time_lt"] and at <= self.clock.true
        }
        self.found = {**dict.fromkeys(told, self.clock.true), **self.found}
        rows = [
            {"id": number, "status": "IN_TRANSIT", "update_time": int(at.timestamp()), "line_items": []}
            for number, at in told.items()
        ]
        return ok({"orders": rows, "next_page_token": ""})


class Letters(Pigeon):
    """A mail server that is busy now and then."""

    def __init__(self, town):
        super().__init__()
        self._town = town

    async def send(self, notice, message, recipient):
        well = self._town.goes_well(("letter", notice.key))
        return SendResult(outcome=Sent.SENT if well else Sent.RETRY, detail="")


class AskedAcme(Acme):
    """Acme, which remembers when it was asked about each parcel, and has nothing new."""

    def __init__(self, town):
        super().__init__()
        self._town = town

    async def fetch(self, queries):
        for query in queries:
            self._town.tries["parcel", query.tracking_number].append(self._town.clock.true)
        return []


@dataclass
class Living:
    """A Milepost of this town, from one start to its end."""

    app: object
    hear: object
    hands: Hands
    clock: WrongClock

    async def until(self, moment):
        """Do what falls due, as a worker does, while the true time goes on to `moment`."""
        for _ in range(LOOKS_MAX):
            while await self.hands.reach():
                await self.hands.all_end()
            if self.clock.true >= moment:
                return
            due_at = await self.app.work.next_due()
            wait = max(MOMENT, due_at - self.clock.now()) if due_at else moment - self.clock.true
            self.clock.true = min(moment, self.clock.true + wait)
        raise AssertionError(f"work kept falling due for {LOOKS_MAX} looks")


@asynccontextmanager
async def living(town, folder, url):
    """Started, and stopped at the end; what it knows is in the database at `url`."""
    async with (
        platform(town.answer, clock=town.clock, sync_interval_s=SEARCH_EVERY_S) as server,
        house(
            folder,
            url=url,
            clock=town.clock,
            poster=town,
            pigeon=Letters(town),
            marketplaces={"tiktok_shop": server.marketplace},
        ) as milepost,
    ):
        app = milepost.app
        searching = replace(app.settings.tiktok_shop, sync_interval_s=SEARCH_EVERY_S)
        settings = replace(app.settings, webhooks=Webhooks(allow_private=True), tiktok_shop=searching)
        app = replace(app, settings=settings, carriers={**app.carriers, "acme": AskedAcme(town)})
        milepost.milepost = replace(milepost.milepost, app=app)
        yield Living(app, milepost.hear, Hands(app, "worker"), town.clock)


async def settle(one, orders):
    """A shop that is searched, one whose program hears everything, and buyers who want to know."""
    await desk.keep(one.app, GOOD_GRANT, [replace(SEARCHED_SHOP, owner=GOOD_GRANT.owner)])
    async with one.app.store.transaction() as tx:
        await tx.put_shop(shop(one.clock.now()))
        for number in orders:
            await tx.put_subscription(
                Subscription(
                    order_number=number,
                    shop_id=SHOP,
                    channel="email",
                    address=f"buyer{number}@example.invalid",
                    only_problems=False,
                    consented_at=one.clock.now(),
                    wording="Tell me.",
                )
            )
    await add_endpoint(one.app, shop_id=SHOP, url="https://program.example/hooks")
