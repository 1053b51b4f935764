"""The store itself: all shelves over one database, of either engine."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import structlog

from milepost.ports.clock import Clock
from milepost.ports.store import StoreError, Trouble
from milepost.store.brand_shelf import BrandReads, BrandWrites
from milepost.store.carrier_shelf import CarrierReads, CarrierWrites
from milepost.store.choice_shelf import ChoiceReads, ChoiceWrites
from milepost.store.code_shelf import CodeReads, CodeWrites
from milepost.store.delivery_shelf import DeliveryReads, DeliveryWrites
from milepost.store.draft_shelf import DraftReads, DraftWrites
from milepost.store.endpoint_shelf import EndpointReads, EndpointWrites
from milepost.store.event_shelf import EventReads, EventWrites
from milepost.store.exception_shelf import ExceptionReads, ExceptionWrites
from milepost.store.feedback_shelf import FeedbackReads, FeedbackWrites
from milepost.store.guess_shelf import GuessReads, GuessWrites
from milepost.store.migrator import Migrator
from milepost.store.model_shelf import ModelReads, ModelWrites
from milepost.store.months import make_parts
from milepost.store.notice_shelf import NoticeReads, NoticeWrites
from milepost.store.order_shelf import OrderReads, OrderWrites
from milepost.store.outside import Outside
from milepost.store.owner_shelf import OwnerReads, OwnerWrites
from milepost.store.people_shelf import PeopleReads, PeopleWrites
from milepost.store.probe import Probe
from milepost.store.promise_shelf import PromiseReads, PromiseWrites
from milepost.store.push_shelf import PushReads, PushWrites
from milepost.store.report_shelf import ReportReads, ReportWrites
from milepost.store.schema import check_key, make, why_refused
from milepost.store.sealing import Sealer, load_key
from milepost.store.search_shelf import SearchReads
from milepost.store.shelf import Shelf
from milepost.store.shipment_shelf import ShipmentReads, ShipmentWrites
from milepost.store.shop_shelf import ShopReads, ShopWrites
from milepost.store.sms_shelf import SmsReads, SmsWrites
from milepost.store.sql.engine import Engine
from milepost.store.webhook_shelf import WebhookReads, WebhookWrites

log = structlog.get_logger(__name__)
TENDED_EVERY_S = 6 * 3600
PROBED = "probed"
"""The mark whose keeping shows that facts can be kept."""

T = TypeVar("T")


class _Statements(Shelf):
    """Running one's own statements (ports.store.Sql)."""

    @property
    def engine(self) -> str:
        """`sqlite` or `postgres`."""
        return self._session.engine

    async def rows(
        self, statement: Any, parameters: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        return await self._session.rows(statement, parameters)

    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int:
        """Execute once per parameter set (once if none); the number of rows changed."""
        return await self._session.run(statement, parameters)


class SqlTransaction(
    _Statements,
    ReportWrites,
    OrderWrites,
    ShipmentWrites,
    EventWrites,
    PromiseWrites,
    ExceptionWrites,
    DeliveryWrites,
    ShopReads,
    ShopWrites,
    GuessWrites,
    ModelWrites,
    NoticeWrites,
    EndpointWrites,
    WebhookWrites,
    SmsWrites,
    PushReads,
    PushWrites,
    CarrierWrites,
    PeopleWrites,
    DraftWrites,
    CodeWrites,
    ChoiceWrites,
    FeedbackWrites,
    BrandWrites,
    OwnerWrites,
):
    """One batch of news, all or nothing (ports.store.Transaction)."""

    async def claim(self, names: Iterable[str]) -> bool:
        """Hold these names to the end; False where one writer is the rule."""
        return await self._session.claim(names)


class SqlReads(
    _Statements,
    OrderReads,
    ShipmentReads,
    EventReads,
    PromiseReads,
    ExceptionReads,
    DeliveryReads,
    ReportReads,
    ShopReads,
    GuessReads,
    ModelReads,
    NoticeReads,
    EndpointReads,
    WebhookReads,
    SmsReads,
    PushReads,
    CarrierReads,
    PeopleReads,
    DraftReads,
    CodeReads,
    ChoiceReads,
    FeedbackReads,
    BrandReads,
    OwnerReads,
    SearchReads,
):
    """Committed facts (ports.store.Reads)."""


class SqlStore(SqlReads):
    """All of it (ports.store.Store). Start it before use, stop it after."""

    def __init__(self, database: Engine, key_file: Path, clock: Clock) -> None:
        self._outside = Outside(database.reader)
        super().__init__(self._outside, _Unstarted())
        self._database = database
        self._key_file = key_file
        self._clock = clock
        self._probe = Probe(self._keep_a_mark)
        self._tending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open, check and create the schema. Raises StoreError with one sentence and the fix."""
        found = await self._database.examine()
        try:
            refusal = why_refused(found, self._database.name, may_upgrade=self.engine == "sqlite")
            if refusal is not None:
                raise StoreError(refusal)
            self._sealer = Sealer(load_key(self._key_file, may_make=not found.tables))
            check_key(found, self._sealer.key_check, self._database.name)
            await self._database.open()
            await self._prepare(is_new=not found.tables)
        except BaseException:
            await self._database.close()
            raise

    async def _prepare(self, *, is_new: bool) -> None:
        """Tables as this program knows them; what takes long goes on beside the work."""
        migrator = Migrator(self._database)
        if is_new:
            async with self._database.transaction() as session:
                await make(session, self._sealer.key_check, self._clock.now())
        elif self.engine == "sqlite":
            await migrator.up(until_backfill=True)
        await make_parts(self._database, self._clock.now())
        self._tending = asyncio.create_task(self._tend(migrator))

    async def _tend(self, migrator: Migrator) -> None:
        """Finish a change of the tables that takes long, and make room for the months to come."""
        while True:
            try:
                if self.engine == "sqlite":
                    await migrator.up()
                await asyncio.sleep(TENDED_EVERY_S)
                await make_parts(self._database, self._clock.now())
            except StoreError as error:
                log.warning("tables_not_ready", why=str(error))
                await asyncio.sleep(TENDED_EVERY_S)

    async def stop(self) -> None:
        """Wait for what is under way and let go of the database. Stopping twice is fine."""
        tending, self._tending = self._tending, None
        if tending is not None:
            tending.cancel()
            await asyncio.gather(tending, return_exceptions=True)
        await self._probe.stop()
        await self._database.close()

    async def together(self, work: Callable[[SqlReads], Coroutine[Any, Any, T]]) -> T:
        """What `work` reads is of one moment and read in one go. It waits for nothing but its reads."""
        self._outside.refuse_inside()
        return await self._database.snapshot(lambda session: work(SqlReads(session, self._sealer)))

    async def healthy(self) -> bool:
        """Whether facts can be kept now."""
        return await self.trouble() is None

    async def trouble(self) -> Trouble | None:
        """Why facts cannot be kept now, found by keeping a small one; None when that was durable in time."""
        return await self._probe.trouble()

    async def _keep_a_mark(self, size: int) -> None:
        async with self.transaction() as tx:
            await tx.set_mark(PROBED, secrets.token_hex(size // 2))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlTransaction]:
        """One at a time. Durable once the block ends without an error; an error leaves nothing behind."""
        try:
            async with self._database.transaction() as session, self._outside.shut():
                yield SqlTransaction(session, self._sealer)
        except StoreError as error:
            self._probe.heard(error)
            raise


class _Unstarted(Sealer):
    """Stands where the seal will be, and says what to do."""

    def __init__(self) -> None:
        """Without a key."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        raise StoreError("the store is not open: start it first")
