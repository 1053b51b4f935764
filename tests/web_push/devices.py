"""A Milepost whose buyers get notifications, with the sandbox's push service and browsers behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from milepost.desk.switches import switch_on
from milepost.notify.channels.web_push.channel import WebPushChannel
from milepost.settings import WebPush
from milepost.worker import drain
from milepost_sandbox.servers.receivers.listener import listening
from milepost_sandbox.servers.receivers.web_push import PushReceiver
from tests.flow.house import SHOP, House, house, order

PUBLIC_URL = "https://milepost.example"
CONTACT = "mailto:shop@example.com"


@dataclass
class Devices:
    """The house, the push service, and where it listens."""

    house: House
    service: PushReceiver
    url: str

    @property
    def app(self):
        return self.house.app

    @property
    def channel(self):
        return self.app.channels["web_push"]

    async def ordered(self, number="1001", parcels=("AC1",)):
        await self.house.hear(order(number, parcels))

    def device(self):
        """A new browser that takes our messages: its id and its address."""
        return self.service.subscribe(self.url, self.channel.application_key())

    async def wants_news(self, address, number="1001", **more):
        """Its owner switches notifications on, on the order's page."""
        given = {"only_problems": False, **more}
        return await switch_on(
            self.app, shop_id=SHOP, order_number=number, channel="web_push", address=address, **given
        )

    async def work(self):
        return await drain(self.app)

    async def attempts(self):
        """(outcome, detail) of every try by push."""
        page = await self.app.store.notices(shop_ids=None, cursor=None, limit=100)
        return [
            (one.outcome, one.detail)
            for notice, tries in page.rows
            for one in tries
            if notice.channel == "web_push"
        ]


@asynccontextmanager
async def devices(tmp_path, *, services=None) -> AsyncIterator[Devices]:
    """Opened, and closed at the end. `services`: who is sent to besides."""
    service = PushReceiver()
    async with listening(service) as url, house(tmp_path) as milepost:
        known = [urlsplit(url).netloc, *(services or [])]
        settings = WebPush(contact=CONTACT, services=known)
        channel = WebPushChannel(settings, Path(tmp_path) / "key", PUBLIC_URL)
        app = milepost.app
        web = replace(app.settings.web, public_url=PUBLIC_URL)
        app = replace(
            app,
            channels={**app.channels, "web_push": channel},
            settings=replace(app.settings, web=web),
        )
        milepost.milepost = replace(milepost.milepost, app=app)
        yield Devices(milepost, service, url)
        await channel.close()
