"""Asking TikTok Shop about orders, packages and scans. Answers stay bytes: nothing is understood here."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor

import msgspec

from milepost.model.reports import Report, ReportKind
from milepost.model.shops import Grant, Shop
from milepost.ports.clock import Clock
from milepost.ports.sources import RejectedError, SourceBusyError, SourceError
from milepost.settings import TikTokApp
from milepost.sources.marketplaces.tiktok_shop import endpoints
from milepost.sources.marketplaces.tiktok_shop.calls import Calls, Heard, Question
from milepost.sources.marketplaces.tiktok_shop.errors import ForeignNumberError, VersionRefusedError
from milepost.sources.marketplaces.tiktok_shop.wire import identifier, rows, text

ORDERS_PER_PAGE = 100
ORDERS_PER_CALL = 50
PAGES_MAX = 1_000
DETAILED_EVERY = timedelta(hours=8)
"""Logistics tracking may be read once per order in this time (§4.4)."""
DETAILED_REMEMBERED_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """On whose behalf we ask: a shop, its app and its grant."""

    app: TikTokApp
    shop: Shop
    grant: Grant


class Fetch:
    """Questions about one shop at a time. It remembers which version of a call was refused, nothing else."""

    def __init__(self, calls: Calls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._detail_path = endpoints.ORDER_DETAIL[0]
        self._detailed_at: dict[str, datetime] = {}

    async def changed_orders(self, asker: Asker, since: datetime, until: datetime) -> AsyncIterator[Report]:
        """Pages of orders whose status changed in `[since, until)`, oldest first.

        Raises SourceError when there are more pages than we read at once: the window must be smaller.
        A failed page means: ask for the whole window again; nobody knows how long a page token lives (§13).
        """
        window = {"update_time_ge": floor(since.timestamp()), "update_time_lt": ceil(until.timestamp())}
        if window["update_time_ge"] >= window["update_time_lt"]:
            return
        body = msgspec.json.encode(window)
        seen: set[str] = set()
        token = ""
        for _ in range(PAGES_MAX):
            heard = await self._ask(asker, "POST", endpoints.ORDER_SEARCH, _page(token), body)
            yield self._report(asker, ReportKind.ORDER_LIST, (), heard.body, heard.heard_at)
            seen.add(token)
            token = text(heard.data.get("next_page_token"))
            if not token or token in seen:  # a token that comes again would go round for ever
                return
        raise SourceError(f"TikTok Shop: more than {PAGES_MAX} pages of orders; ask for a smaller window")

    async def orders(self, asker: Asker, order_numbers: Sequence[str]) -> list[Report]:
        """Order detail, up to 50 a call. A number that is not the shop's is a report of its own."""
        wanted = list(dict.fromkeys(order_numbers))
        reports: list[Report] = []
        for start in range(0, len(wanted), ORDERS_PER_CALL):
            reports += await self._batch(asker, wanted[start : start + ORDERS_PER_CALL])
        return reports

    async def packages(self, asker: Asker, package_ids: Sequence[str]) -> list[Report]:
        """Package detail, one a call."""
        return [await self._package(asker, package_id) for package_id in dict.fromkeys(package_ids)]

    async def tracking(self, asker: Asker, order_number: str, *, detailed: bool) -> list[Report]:
        """Scans as TikTok knows them. `detailed` asks the newer call first, where it covers the order."""
        if detailed and self._may_ask_detailed(order_number):
            path = endpoints.logistics_tracking(order_number)
            try:
                return [await self._one(asker, ReportKind.ORDER_TRACKING, order_number, path)]
            except ForeignNumberError:
                raise
            except (RejectedError, SourceBusyError):
                pass  # not covered, retired or busy: Get Tracking knows the same scans in less detail
        path = endpoints.order_tracking(order_number)
        try:
            return [await self._one(asker, ReportKind.ORDER_TRACKING, order_number, path)]
        except ForeignNumberError as error:
            return [self._refused(asker, ReportKind.ORDER_TRACKING, order_number, error)]

    async def shipping_providers(self, asker: Asker, delivery_option_id: str) -> dict[str, str]:
        """Names of the carriers a delivery option may use, by id (§4.5). Ids are stable, names are not."""
        path = endpoints.shipping_providers(delivery_option_id)
        heard = await self._ask(asker, "GET", path, {})
        told = rows(heard.data.get("shipping_providers"))
        return {identifier(row.get("id")): text(row.get("name")) for row in told if identifier(row.get("id"))}

    async def _batch(self, asker: Asker, numbers: list[str]) -> list[Report]:
        """One call; halved when a foreign id fails it, until that id stands alone: six halvings for 50."""
        try:
            return [await self._detail(asker, numbers)]
        except ForeignNumberError as error:
            if len(numbers) == 1:
                return [self._refused(asker, ReportKind.ORDER_DETAIL, numbers[0], error)]
        middle = len(numbers) // 2
        return [*await self._batch(asker, numbers[:middle]), *await self._batch(asker, numbers[middle:])]

    async def _detail(self, asker: Asker, numbers: list[str]) -> Report:
        query = {"ids": ",".join(numbers)}  # one comma-joined value: repeated keys cannot be relied on (§2.2)
        try:
            heard = await self._ask(asker, "GET", self._detail_path, query)
        except VersionRefusedError:
            if self._detail_path == endpoints.ORDER_DETAIL[-1]:
                raise
            heard = await self._ask(asker, "GET", endpoints.ORDER_DETAIL[-1], query)
            self._detail_path = endpoints.ORDER_DETAIL[-1]
        return self._report(asker, ReportKind.ORDER_DETAIL, tuple(numbers), heard.body, heard.heard_at)

    async def _package(self, asker: Asker, package_id: str) -> Report:
        kind = ReportKind.PACKAGE_DETAIL
        try:
            return await self._one(asker, kind, package_id, endpoints.package_detail(package_id))
        except ForeignNumberError as error:
            return self._refused(asker, kind, package_id, error)

    async def _one(self, asker: Asker, kind: ReportKind, subject: str, path: str) -> Report:
        heard = await self._ask(asker, "GET", path, {})
        return self._report(asker, kind, (subject,), heard.body, heard.heard_at)

    async def _ask(
        self, asker: Asker, method: str, path: str, query: dict[str, str], body: bytes = b""
    ) -> Heard:
        question = Question(method=method, path=path, query=query, body=body, cipher=asker.shop.cipher)
        return await self._calls.ask(asker.app, asker.grant.access_token, question)

    def _may_ask_detailed(self, order_number: str) -> bool:
        now = self._clock.now()
        last = self._detailed_at.get(order_number)
        if last is not None and timedelta(0) <= now - last < DETAILED_EVERY:
            return False
        self._detailed_at.pop(order_number, None)
        if len(self._detailed_at) >= DETAILED_REMEMBERED_MAX:
            self._detailed_at.pop(next(iter(self._detailed_at)))
        self._detailed_at[order_number] = now
        return True

    def _refused(self, asker: Asker, kind: ReportKind, subject: str, error: ForeignNumberError) -> Report:
        """The refusal as a report, so that it is kept, named and counted like anything else they said."""
        return self._report(asker, kind, (subject,), error.body, self._clock.now())

    def _report(
        self, asker: Asker, kind: ReportKind, subject: tuple[str, ...], body: bytes, heard_at: datetime
    ) -> Report:
        return Report(
            source=asker.shop.marketplace,
            kind=kind,
            shop_id=asker.shop.shop_id,
            subject=subject,
            heard_at=heard_at,
            body=body,
        )


def _page(token: str) -> dict[str, str]:
    """Sort field and order are always sent: the defaults differ from call to call (§6.2)."""
    query = {"page_size": str(ORDERS_PER_PAGE), "sort_field": "update_time", "sort_order": "ASC"}
    return {**query, "page_token": token} if token else query
