"""TikTok Shop as the corridor sees it: one class that fills the port, and how the settings build it."""

import csv
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from milepost.model.carriers import CodeBook
from milepost.model.reports import Refusal, Report
from milepost.model.scans import Parsed
from milepost.model.shops import Grant, Shop
from milepost.ports.clock import Clock
from milepost.ports.pushes import Push
from milepost.ports.sources import Marketplace, Returned
from milepost.settings import Settings, TikTokShop
from milepost.sources.catalog import codes
from milepost.sources.line import Line
from milepost.sources.marketplaces.tiktok_shop import authorize, parse, push
from milepost.sources.marketplaces.tiktok_shop.calls import Calls
from milepost.sources.marketplaces.tiktok_shop.fetch import Asker, Fetch

FOLDER = Path(__file__).parent


class TikTokShopMarketplace:
    """Fills ports.sources.Marketplace. It holds no tokens; each call is given the grant it goes out with."""

    key = authorize.KEY
    name = "TikTok Shop"

    def __init__(self, settings: TikTokShop, calls: Calls, clock: Clock) -> None:
        self.codes: CodeBook = codes(FOLDER / "codes.csv")
        self.providers = providers(FOLDER / "providers.csv")
        self._settings = settings
        self._calls = calls
        self._clock = clock
        self._fetch = Fetch(calls, clock)

    @property
    def is_configured(self) -> bool:
        """Whether there is an app with a key and a secret."""
        return any(app.app_key and app.app_secret for app in self._settings.apps)

    @property
    def clock_offset(self) -> timedelta:
        """Known once they refused our time (more than five minutes off, tiktok-shop.md section 2)."""
        return self._calls.clock_offset

    def parse(self, report: Report) -> Parsed:
        """Read one report; never raises."""
        return parse.parse(report)

    def authorization_link(self, market: str, state: str) -> str:
        """Where the seller grants us access; `market` is `us` or `row`. Raises AccessError without an app."""
        return authorize.authorization_link(self._settings, market, state)

    def read_return(self, query: Mapping[str, str]) -> Returned | Refusal:
        """What the seller's browser brought back: a code to exchange, or their refusal."""
        return authorize.read_return(query)

    async def exchange(self, app_key: str, code: str) -> Grant:
        """Tokens for a code, once, within 30 minutes. Raises AccessError when it is refused."""
        app = authorize.app_of_key(self._settings.apps, app_key)
        return await authorize.exchange(self._calls, app, code, self._clock.now())

    async def refresh(self, grant: Grant) -> Grant:
        """Both tokens anew, to be stored at once by who holds the grant's lock. Raises AccessError."""
        app = authorize.app_of_key(self._settings.apps, grant.app_key)
        return await authorize.refresh(self._calls, app, grant, self._clock.now())

    async def shops(self, grant: Grant) -> list[Shop]:
        """The shops the grant covers, with their present ciphers."""
        app = authorize.app_of_key(self._settings.apps, grant.app_key)
        return await authorize.authorized_shops(self._calls, app, grant, self._clock.now())

    def changed_orders(
        self, shop: Shop, grant: Grant, since: datetime, until: datetime
    ) -> AsyncIterator[Report]:
        """Pages of orders changed in `[since, until)` (UTC)."""
        return self._fetch.changed_orders(self._asker(shop, grant), since, until)

    async def orders(self, shop: Shop, grant: Grant, order_numbers: Sequence[str]) -> list[Report]:
        """Order detail in batches of 50; one foreign number never hides the others."""
        return await self._fetch.orders(self._asker(shop, grant), order_numbers)

    async def packages(self, shop: Shop, grant: Grant, package_ids: Sequence[str]) -> list[Report]:
        """Package detail, one report each."""
        return await self._fetch.packages(self._asker(shop, grant), package_ids)

    async def tracking(
        self, shop: Shop, grant: Grant, order_number: str, *, detailed: bool = False
    ) -> list[Report]:
        """The scans TikTok knows of an order; `detailed` asks the newer call first, where it is allowed."""
        return await self._fetch.tracking(self._asker(shop, grant), order_number, detailed=detailed)

    async def shipping_providers(self, shop: Shop, grant: Grant, delivery_option_id: str) -> dict[str, str]:
        """Carrier names by provider id, of one delivery option."""
        return await self._fetch.shipping_providers(self._asker(shop, grant), delivery_option_id)

    def carrier_of(self, provider_name: str) -> str | None:
        """Our carrier key for a provider as TikTok spells it, or None when nobody we know is meant."""
        return self.providers.get(_plain(provider_name))

    def read_push(self, headers: Mapping[str, str], body: bytes, heard_at: datetime) -> Push | Refusal:
        """Verify the signature on the raw bytes. Pure."""
        return push.read_push(self._settings.apps, headers, body, heard_at)

    def _asker(self, shop: Shop, grant: Grant) -> Asker:
        app = authorize.app_of_key(self._settings.apps, shop.app_key or grant.app_key)
        return Asker(app=app, shop=shop, grant=grant)


def build(settings: Settings, clock: Clock, line_factory: Callable[..., Line] = Line) -> Marketplace:
    """The marketplace as the settings describe it (called by sources.catalog)."""
    own = settings.tiktok_shop
    line = line_factory(
        key=authorize.KEY,
        http=settings.http,
        clock=clock,
        secrets=tuple(app.app_secret for app in own.apps),
        base_urls=(own.auth_url, own.api_url),
    )
    calls = Calls(line=line, settings=own, http=settings.http, clock=clock)
    return TikTokShopMarketplace(own, calls, clock)


def providers(path: Path) -> dict[str, str]:
    """Provider names as TikTok spells them (plain: no case, no marks) → our carrier key."""
    with path.open(encoding="utf-8", newline="") as file:
        return {_plain(row["name"]): row["carrier"] for row in csv.DictReader(file)}


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
