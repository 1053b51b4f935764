"""A Milepost with a shop, and the sandbox's receiver as the program that subscribed to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from milepost.desk.webhooks import add_endpoint
from milepost.model.webhooks import Endpoint
from milepost.notify.webhooks.poster import HttpPoster
from milepost.settings import Webhooks
from milepost.worker import drain
from milepost_sandbox.servers.receivers.listener import listening
from milepost_sandbox.servers.receivers.webhooks import WebhookReceiver
from tests.flow.house import SHOP, House, house, shop

WEBHOOKS = Webhooks(allow_private=True)


@dataclass
class Subscriber:
    """The house, the receiver, and where it listens."""

    house: House
    receiver: WebhookReceiver
    url: str

    @property
    def app(self):
        return self.house.app

    @property
    def clock(self):
        return self.house.clock

    async def endpoint(self, name="a", words=(), **more) -> Endpoint:
        """A new endpoint, which the receiver knows the secret of; it behaves as `words` say."""
        made, secret = await add_endpoint(self.app, shop_id=SHOP, url=f"{self.url}/hooks/{name}", **more)
        self.receiver.plan(name, secrets=[secret], words=words)
        return made

    async def work(self):
        """Until nothing is due."""
        return await drain(self.app)

    def outcomes(self, name="a"):
        return [one.outcome for one in self.receiver.heard if one.name == name]

    async def attempts(self, endpoint):
        """Tries of the newest message: (outcome, status)."""
        sendings, _ = await self.app.store.webhook_sendings(endpoint.endpoint_id, cursor=None, limit=1)
        return [(one.outcome, one.status) for one in sendings[0].attempts]


@asynccontextmanager
async def subscriber(tmp_path, *, timeout_s=15.0, **others) -> AsyncIterator[Subscriber]:
    """Opened, and closed at the end."""
    poster = HttpPoster(WEBHOOKS, timeout_s=timeout_s)
    async with house(tmp_path, poster=poster, **others) as milepost:
        settings = replace(milepost.app.settings, webhooks=WEBHOOKS)
        milepost.milepost = replace(milepost.milepost, app=replace(milepost.app, settings=settings))
        async with milepost.app.store.transaction() as tx:
            await tx.put_shop(shop(milepost.clock.now()))
        receiver = WebhookReceiver(milepost.clock.now)
        async with listening(receiver) as url:
            yield Subscriber(milepost, receiver, url)
        await poster.close()
