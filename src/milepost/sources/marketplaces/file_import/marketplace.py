"""A file of orders as the corridor sees it: it is handed in and read, never asked, and never pushes."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from milepost.model.carriers import CodeBook
from milepost.model.reports import Refusal, Report
from milepost.model.scans import Parsed
from milepost.model.shops import Grant, Shop
from milepost.ports.clock import Clock
from milepost.ports.pushes import Push
from milepost.ports.sources import AccessError, Marketplace, Returned
from milepost.settings import Settings
from milepost.sources.line import Line
from milepost.sources.marketplaces.file_import import parse

KEY = "file_import"
HOW = "orders from a file are read by `milepost import FILE`; there is nobody to ask"


class FileImport:
    """Fills ports.sources.Marketplace with the one thing a file can do: be read."""

    key = KEY
    name = "File"
    is_configured = False
    """Nobody connects a shop to it."""

    def __init__(self) -> None:
        self.codes = CodeBook()

    def parse(self, report: Report) -> Parsed:
        """Read one file; never raises."""
        return parse.parse(report)

    @property
    def clock_offset(self) -> timedelta:
        """A file has no clock."""
        return timedelta(0)

    def authorization_link(self, market: str, state: str) -> str:
        """Raises AccessError: a file needs no consent."""
        raise AccessError(HOW)

    def read_return(self, query: Mapping[str, str]) -> Returned | Refusal:
        """Nobody can come back from a page there is not."""
        return Refusal(reason="not_a_platform", detail=HOW)

    async def exchange(self, app_key: str, code: str) -> Grant:
        """Raises AccessError."""
        raise AccessError(HOW)

    async def refresh(self, grant: Grant) -> Grant:
        """Raises AccessError."""
        raise AccessError(HOW)

    async def shops(self, grant: Grant) -> list[Shop]:
        """None."""
        return []

    async def changed_orders(
        self, shop: Shop, grant: Grant, since: datetime, until: datetime
    ) -> AsyncIterator[Report]:
        """Nothing changes until somebody hands in another file."""
        nothing: tuple[Report, ...] = ()
        for report in nothing:
            yield report

    async def orders(self, shop: Shop, grant: Grant, order_numbers: Sequence[str]) -> list[Report]:
        """Nothing more than the file said."""
        return []

    async def packages(self, shop: Shop, grant: Grant, package_ids: Sequence[str]) -> list[Report]:
        """Nothing more than the file said."""
        return []

    async def tracking(
        self, shop: Shop, grant: Grant, order_number: str, *, detailed: bool = False
    ) -> list[Report]:
        """A file knows no scans; its parcels' carriers do."""
        return []

    def read_push(self, headers: Mapping[str, str], body: bytes, heard_at: datetime) -> Push | Refusal:
        """Whoever pushes here is not who they say."""
        return Refusal(reason="bad_signature", detail=HOW)


def build(_settings: Settings, _clock: Clock, _line_factory: Callable[..., Line] = Line) -> Marketplace:
    """It needs no settings (called by sources.catalog)."""
    return FileImport()
