"""A Milepost whose buyers get text messages, with the sandbox's provider behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from milepost.desk.switches import switch_on
from milepost.notify.channels.sms.channel import SmsChannel
from milepost.settings import Sms
from milepost.worker import drain
from milepost_sandbox.servers.receivers.listener import listening
from milepost_sandbox.servers.receivers.sms import SmsReceiver
from tests.flow.house import SHOP, House, house, order

ACCOUNT, TOKEN = "AC" + "1" * 32, "a token nobody knows"
SENDER = "+15005550006"
ANN = "+12125550142"
PRICE = 0.01


@dataclass
class Phones:
    """The house, the provider, and the settings in between."""

    house: House
    provider: SmsReceiver

    @property
    def app(self):
        return self.house.app

    async def ordered(self, number="1001", phone=ANN, parcels=("AC1",)):
        """An order that came with a phone number."""
        await self.house.hear(order(number, parcels, contact={"phone": phone}))

    async def wants_texts(self, number="1001", phone=ANN):
        """The buyer asks for text messages on the order's page."""
        return await switch_on(
            self.app,
            shop_id=SHOP,
            order_number=number,
            channel="sms",
            address=phone,
            only_problems=False,
        )

    async def work(self):
        return await drain(self.app)

    async def attempts(self):
        """(outcome, detail, fate) of every try by text message."""
        page = await self.app.store.notices(shop_ids=None, cursor=None, limit=100)
        return [
            (one.outcome, one.detail, one.fate)
            for notice, tries in page.rows
            for one in tries
            if notice.channel == "sms"
        ]


def settings(url, **more):
    """The provider's account, with a price for the countries of these tests."""
    given = {
        "url": url,
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
        "sender": SENDER,
        "prices": {"US": PRICE, "FR": 2 * PRICE},
        "day_money": 100.0,
    }
    return Sms(**(given | more))


@asynccontextmanager
async def phones(tmp_path, *, public_url="https://milepost.example", **sms) -> AsyncIterator[Phones]:
    """Opened, and closed at the end."""
    provider = SmsReceiver(ACCOUNT, TOKEN)
    async with listening(provider) as url, house(tmp_path) as milepost:
        channel = SmsChannel(settings(url, **sms), public_url)
        app = milepost.app
        web = replace(app.settings.web, public_url=public_url)
        app = replace(
            app,
            channels={**app.channels, "sms": channel},
            settings=replace(app.settings, web=web),
        )
        milepost.milepost = replace(milepost.milepost, app=app)
        yield Phones(milepost, provider)
