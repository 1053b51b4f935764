"""Acme as the corridor sees it. It reads its samples; asking Acme is not written yet, and says so."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

from milepost.model.carriers import CodeBook
from milepost.model.reports import Refusal, Report
from milepost.model.scans import Parsed
from milepost.model.shops import Grant, Shop
from milepost.ports.clock import Clock
from milepost.ports.sources import AccessError, Marketplace, Push, Returned
from milepost.settings import Settings
from milepost.sources.catalog import codes
from milepost.sources.line import Line
from milepost.sources.marketplaces.acme import parse

FOLDER = Path(__file__).parent


class AcmeLtdMarketplace:
    """Fills ports.sources.Marketplace. It has no settings yet, so it is not configured and nobody asks it."""

    key = parse.KEY
    name = "Acme"
    is_configured = False

    def __init__(self, line: Line, clock: Clock) -> None:
        self.codes: CodeBook = codes(FOLDER / "codes.csv")
        self._line = line
        self._clock = clock

    def parse(self, report: Report) -> Parsed:
        """Read one report; never raises."""
        return parse.parse(report)

    def carrier_of(self, provider_name: str) -> str | None:
        """Our carrier key for a provider as Acme spells it, or None when nobody we know is meant."""
        return None

    @property
    def clock_offset(self) -> timedelta:
        """They have not told us that our clock is wrong."""
        return timedelta(0)

    def authorization_link(self, market: str, state: str) -> str:
        """Where the seller grants us access."""
        self._not_yet("authorization")

    def read_return(self, query: Mapping[str, str]) -> Returned | Refusal:
        """What the seller's browser brought back."""
        return Refusal(reason="not_supported", detail="Acme cannot be authorized yet.")

    async def exchange(self, app_key: str, code: str) -> Grant:
        """Tokens for a code."""
        self._not_yet("the exchange of a code")

    async def refresh(self, grant: Grant) -> Grant:
        """Tokens anew, ahead of expiry."""
        self._not_yet("the refresh of tokens")

    async def shops(self, grant: Grant) -> list[Shop]:
        """The shops the grant covers."""
        self._not_yet("the list of shops")

    async def changed_orders(
        self, shop: Shop, grant: Grant, since: datetime, until: datetime
    ) -> AsyncIterator[Report]:
        """Pages of orders changed in `[since, until)` (UTC)."""
        self._not_yet("the search for orders")
        yield  # makes this an iterator of pages

    async def orders(self, shop: Shop, grant: Grant, order_numbers: Sequence[str]) -> list[Report]:
        """Order detail in batches; one foreign number never hides the others."""
        self._not_yet("order detail")

    async def packages(self, shop: Shop, grant: Grant, package_ids: Sequence[str]) -> list[Report]:
        """Package detail."""
        self._not_yet("package detail")

    async def tracking(
        self, shop: Shop, grant: Grant, order_number: str, *, detailed: bool = False
    ) -> list[Report]:
        """The scans Acme itself knows of."""
        self._not_yet("tracking")

    def read_push(self, headers: Mapping[str, str], body: bytes, heard_at: datetime) -> Push | Refusal:
        """Verify the signature on the raw bytes. Until that is written, every push is refused."""
        return Refusal(reason="not_supported", detail="Pushes from Acme are not read yet.")

    def _not_yet(self, what: str) -> NoReturn:
        message = f"{self.key}: {what} is not written yet; see docs/add/marketplace.md"
        raise AccessError(message)


def build(settings: Settings, clock: Clock, line_factory: Callable[..., Line] = Line) -> Marketplace:
    """The marketplace as the settings describe it (called by sources.catalog)."""
    return AcmeLtdMarketplace(line_factory(key=parse.KEY, http=settings.http, clock=clock), clock)
