"""What the corridor needs from somebody who tells news: carriers, marketplaces, and the line to them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from milepost.model.carriers import CarrierCard, CodeBook
from milepost.model.errors import OutsideError
from milepost.model.imports import Stated
from milepost.model.reports import Refusal, Report
from milepost.model.scans import Parsed
from milepost.model.shipments import TrackingQuery
from milepost.model.shops import Grant, Shop
from milepost.ports.pushes import CarrierPushes, Push


class SourceError(OutsideError):
    """A source could not be heard; the try is repeated on a schedule. The text has no secrets."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class SourceBusyError(SourceError):
    """It asks us to slow down, or our own rate budget is used up: not a failure, only later."""


class AccessError(SourceError):
    """It refuses us: keys, scope or authorization. Repeating does not help; a person has to act."""


class Source(Protocol):
    """Anything whose reports can be parsed."""

    @property
    def key(self) -> str: ...

    @property
    def codes(self) -> CodeBook: ...

    def parse(self, report: Report) -> Parsed:
        """Read one report. Pure; never raises: what cannot be read is in `refusals`."""
        ...


class HandedIn(Source, Protocol):
    """What people and partners hand us: a file, a mail, an entry by hand. Nobody is asked for it."""

    @property
    def name(self) -> str:
        """As people call it."""
        ...

    def recognizes(self, body: bytes, stated: Stated) -> bool:
        """Whether a file looks like one of these. Pure; never raises."""
        ...


class Carrier(Source, Protocol):
    """A carrier we may or may not have access to."""

    @property
    def card(self) -> CarrierCard: ...

    @property
    def is_configured(self) -> bool:
        """Whether the operator gave us keys for it."""
        ...

    @property
    def pushes(self) -> CarrierPushes | None:
        """Its own pushes; None while the operator has not switched them on."""
        ...

    async def fetch(self, queries: Sequence[TrackingQuery]) -> list[Report]:
        """Ask about up to `card.batch_max` numbers. Raises SourceError when it cannot be heard."""
        ...


class Aggregator(Carrier, Protocol):
    """Who tells what many carriers told it. Asked like a carrier, about parcels whose own is not asked."""

    def reaches(self, carrier: str | None) -> bool:
        """Whether it can be asked about a parcel of this carrier (None: nobody knows whose it is)."""
        ...


class TokenExpiredError(AccessError):
    """The access token has run out: refresh it under the grant's lock, then repeat the call once."""


class ShopHandleError(AccessError):
    """The shop's handle (cipher) no longer fits: read the authorized shops again, then repeat once."""


class RejectedError(SourceError):
    """It finds our question itself wrong: a retired version or a bug. Somebody has to look at the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A seller came back from the authorization page. `state` is None when they started at the app store."""

    code: str
    state: str | None


class Marketplace(Source, Protocol):
    """A marketplace: where orders come from."""

    @property
    def name(self) -> str:
        """As people call it."""
        ...

    @property
    def is_configured(self) -> bool: ...

    @property
    def clock_offset(self) -> timedelta:
        """Their clock minus ours, as far as they told us that ours is wrong."""
        ...

    def authorization_link(self, market: str, state: str) -> str:
        """Where the seller grants us access. `market` is `us` or `row`."""
        ...

    def read_return(self, query: Mapping[str, str]) -> Returned | Refusal:
        """What the seller's browser brought back to us: a code to exchange, or their refusal. Pure."""
        ...

    async def exchange(self, app_key: str, code: str) -> Grant: ...

    async def refresh(self, grant: Grant) -> Grant: ...

    async def shops(self, grant: Grant) -> list[Shop]: ...

    def changed_orders(
        self, shop: Shop, grant: Grant, since: datetime, until: datetime
    ) -> AsyncIterator[Report]:
        """Pages of orders changed in `[since, until)` (UTC)."""
        ...

    async def orders(self, shop: Shop, grant: Grant, order_numbers: Sequence[str]) -> list[Report]:
        """Order detail in batches; one foreign number never hides the others."""
        ...

    async def packages(self, shop: Shop, grant: Grant, package_ids: Sequence[str]) -> list[Report]: ...

    async def tracking(
        self, shop: Shop, grant: Grant, order_number: str, *, detailed: bool = False
    ) -> list[Report]:
        """What the marketplace itself knows of the parcels' scans."""
        ...

    def read_push(self, headers: Mapping[str, str], body: bytes, heard_at: datetime) -> Push | Refusal:
        """Verify the signature on the raw bytes. Pure."""
        ...
