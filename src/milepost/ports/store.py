"""Where facts are kept. One contract for every engine; the same tests run on all of them.

Two sides: a `Transaction` (the corridor writes through it, all or nothing) and the `Store` itself, whose
reads see only what is committed. Keys of orders are `(shop_id, order_number)` everywhere.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from milepost.model.errors import OutsideError
from milepost.model.events import TrackingEvent
from milepost.model.exceptions import DeliveryException
from milepost.model.journeys import Journey
from milepost.model.lessons import Lesson
from milepost.model.orders import Contact, OrderFacts, OrderOutline
from milepost.model.promises import Promise
from milepost.model.reports import Refusal, Report
from milepost.model.scans import ProofTold
from milepost.model.shipments import Shipment
from milepost.ports.brands import BrandReads, BrandWrites
from milepost.ports.carriers import CarrierReads, CarrierWrites
from milepost.ports.choices import ChoiceReads, ChoiceWrites
from milepost.ports.codes import CodeReads, CodeWrites
from milepost.ports.drafts import DraftReads, DraftWrites
from milepost.ports.feedback import FeedbackReads, FeedbackWrites
from milepost.ports.guesses import GuessReads, GuessWrites
from milepost.ports.models import ModelReads, ModelWrites
from milepost.ports.notices import NoticeReads, NoticeWrites
from milepost.ports.people import PeopleReads, PeopleWrites
from milepost.ports.pushes import PushReads, PushWrites
from milepost.ports.rows import OrderRow, Page, ShipmentRow
from milepost.ports.shops import ShopReads, ShopWrites
from milepost.ports.texts import SmsReads, SmsWrites
from milepost.ports.webhooks import WebhookReads, WebhookWrites

OrderKey = tuple[str, str]
NOBODYS_SHOP = ""
"""The shop of events whose number nobody waited for when they were heard; nothing shows them."""

T = TypeVar("T")


class Trouble(StrEnum):
    """Why facts cannot be kept just now, in the words that `/readyz` says to anybody."""

    DISK_FULL = "disk full"
    READ_ONLY = "read only"
    DISK_ERROR = "disk error"
    DAMAGED = "damaged"
    AWAY = "database away"
    NO_ANSWER = "no answer in time"
    BUSY = "busy"
    NOT_OPEN = "not open"
    UNUSABLE = "cannot be used"


class Sql(Protocol):
    """Running SQLAlchemy Core statements on whatever engine is behind."""

    @property
    def engine(self) -> str:
        """`sqlite` or `postgres`."""
        ...

    async def rows(
        self, statement: Any, parameters: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]: ...

    async def run(self, statement: Any, parameters: Sequence[Mapping[str, Any]] = ()) -> int:
        """Execute once per parameter set (once if none); the number of rows changed."""
        ...


class Transaction(
    Sql,
    WebhookWrites,
    SmsWrites,
    DraftWrites,
    PushWrites,
    CodeWrites,
    CarrierWrites,
    ChoiceWrites,
    FeedbackWrites,
    BrandWrites,
    GuessWrites,
    ModelWrites,
    NoticeWrites,
    PeopleWrites,
    ShopWrites,
    Protocol,
):
    """One batch of news, all or nothing, durable once the block ends without an error.

    Inside the block what a write depends on is read through the transaction, never through the store: the
    store raises RuntimeError for that task, for it does not see what went before and is not committed yet.
    """

    async def claim(self, names: Iterable[str]) -> bool:
        """Wait until nobody else holds any of these names, and hold them to the end of the transaction.

        False where one writer is the rule anyway, so that nothing has to be claimed.
        """
        ...

    async def keep_reports(self, reports: Sequence[Report], repeats: AbstractSet[str] = frozenset()) -> None:
        """Each as it came; equal bodies are kept once (compressed, sealed).

        `repeats`: hashes of bodies that told nothing new; of those little more is kept than what differs.
        """
        ...

    async def keep_refusals(self, report: Report, refusals: Sequence[Refusal]) -> None: ...

    async def orders(self, keys: Iterable[OrderKey]) -> dict[OrderKey, OrderFacts]:
        """The current facts, contact included."""
        ...

    async def order_outlines(self, keys: Iterable[OrderKey]) -> dict[OrderKey, OrderOutline]:
        """When each was placed and where it goes, as it is now known."""
        ...

    async def put_order(self, facts: OrderFacts, heard_at: datetime, report_hash: str) -> None:
        """Append this version and make it the current one (already merged with the one before)."""
        ...

    async def shipments_with_numbers(self, numbers: Iterable[str]) -> list[Shipment]:
        """All uses of these tracking numbers, in any shop."""
        ...

    async def shipments_of_orders(self, keys: Iterable[OrderKey]) -> list[Shipment]: ...

    async def shipments_by_id(self, shipment_ids: Iterable[str]) -> list[Shipment]: ...

    async def shipment_rows(self, shipment_ids: Sequence[str]) -> dict[str, ShipmentRow]: ...

    async def put_shipments(self, shipments: Iterable[Shipment]) -> None: ...

    async def add_events(self, events: Sequence[tuple[TrackingEvent, str | None]]) -> set[tuple[str, str]]:
        """Append events with the shipment each belongs to (None: the order's). `shop_id` must be set.

        Returns `(shop_id, event_id)` of those that were there already.
        """
        ...

    async def promises_ahead(self, keys: Iterable[OrderKey], names: tuple[str, ...] = ()) -> list[Promise]:
        """The ledger of these orders, oldest first, without the dates of what merely happened.

        `names`: only what stands in it under one of these.
        """
        ...

    async def event_ids(self, shipment_ids: Iterable[str]) -> dict[str, set[str]]:
        """Which events each of these shipments has; those without any are left out."""
        ...

    async def events_of(self, shipment_ids: Iterable[str]) -> dict[str, list[TrackingEvent]]:
        """Events of each shipment."""
        ...

    async def order_events(
        self, keys: Iterable[OrderKey]
    ) -> dict[OrderKey, list[tuple[TrackingEvent, str | None]]]:
        """Every event told of these orders (`order_number` set), with its present attribution."""
        ...

    async def strays(self, tracking_numbers: Iterable[str]) -> list[TrackingEvent]:
        """Events of these numbers that were nobody's when they were heard (shop NOBODYS_SHOP)."""
        ...

    async def attribute(self, shop_id: str, event_ids: Iterable[str], shipment_id: str | None) -> None:
        """Move events to a shipment (or back to the order): attribution is derived, so it may change."""
        ...

    async def put_journeys(self, journeys: Mapping[str, Journey]) -> None:
        """Replace the derived summary columns used by lists and searches."""
        ...

    async def promises(self, keys: Iterable[OrderKey]) -> list[Promise]:
        """The whole ledger of these orders, oldest first."""
        ...

    async def add_promises(self, promises: Sequence[Promise]) -> None: ...

    async def open_exceptions(self, shipment_ids: Iterable[str]) -> list[DeliveryException]: ...

    async def put_exceptions(self, exceptions: Iterable[DeliveryException]) -> None:
        """Add or replace by key."""
        ...

    async def add_proofs(self, proofs: Iterable[tuple[str, str, ProofTold, datetime]]) -> set[str]:
        """`(shop, shipment, proof, when heard)`; the shipments that got one they had not yet."""
        ...

    async def add_lessons(self, lessons: Iterable[tuple[str, Lesson]]) -> None:
        """`(shipment, lesson)` of parcels that arrived, once per shipment; the first one stands."""
        ...

    async def mark(self, name: str) -> str | None: ...

    async def set_mark(self, name: str, value: str) -> None:
        """A small named value, e.g. a watermark `sync:<shop>`."""
        ...

    async def unseen_pushes(self, keys: Sequence[tuple[str, str]], at: datetime) -> set[tuple[str, str]]:
        """Remember push ids, `(source, id)`; those that had not been seen before."""
        ...


class Reads(
    Sql,
    WebhookReads,
    SmsReads,
    DraftReads,
    PushReads,
    CodeReads,
    CarrierReads,
    ChoiceReads,
    FeedbackReads,
    BrandReads,
    GuessReads,
    ModelReads,
    NoticeReads,
    PeopleReads,
    ShopReads,
    Protocol,
):
    """Committed facts. `shop_ids` None means every shop; an empty tuple means none (tenant wall)."""

    async def order(self, order_number: str, shop_ids: Sequence[str] | None = None) -> OrderRow | None: ...

    async def orders(
        self, *, shop_ids: Sequence[str] | None, cursor: str | None, limit: int
    ) -> Page[OrderRow]: ...

    async def shipment(
        self, shipment_id: str, shop_ids: Sequence[str] | None = None
    ) -> ShipmentRow | None: ...

    async def shipment_rows(self, shipment_ids: Sequence[str]) -> dict[str, ShipmentRow]: ...

    async def shipments(
        self,
        *,
        shop_ids: Sequence[str] | None,
        cursor: str | None,
        limit: int,
        order_number: str | None = None,
        tracking_number: str | None = None,
        carrier: str | None = None,
        status: str | None = None,
    ) -> Page[ShipmentRow]: ...

    async def shipment_events(self, shipment_ids: Sequence[str]) -> dict[str, list[TrackingEvent]]: ...

    async def order_events(self, shop_id: str, order_number: str) -> list[TrackingEvent]:
        """Events that belong to the order and to no shipment."""
        ...

    async def promises(self, shop_id: str, order_number: str) -> list[Promise]: ...

    async def promises_page(
        self, *, shop_ids: Sequence[str] | None, cursor: str | None, limit: int
    ) -> Page[Promise]: ...

    async def exceptions(
        self,
        *,
        shop_ids: Sequence[str] | None,
        cursor: str | None,
        limit: int,
        only_open: bool = True,
        mover: str | None = None,
        shipment_id: str | None = None,
    ) -> Page[DeliveryException]:
        """Worst severity first, then oldest."""
        ...

    async def ended_exceptions(self, limit: int) -> list[DeliveryException]:
        """Of every shop, the newest first: how long such things last."""
        ...

    async def counts(self, shop_ids: Sequence[str] | None) -> dict[str, int]:
        """`orders shipments moving on_track delivered exceptions_open unknown_events`, and whose move it is.

        Those are `needs_seller`, `needs_buyer` and `needs_carrier`: open exceptions.
        """
        ...

    async def search(self, text: str, shop_ids: Sequence[str] | None, limit: int) -> list[OrderRow]:
        """By order number, tracking number, e-mail, phone or postcode (exact; contact by keyed hash)."""
        ...

    async def shop_matching(self, order_number: str, factor: str) -> str | None:
        """The shop whose order has this number and this e-mail, phone or postcode, or None.

        Constant work, and one question, for known and unknown.
        """
        ...

    async def contact(self, shop_id: str, order_number: str) -> Contact: ...

    async def proofs(self, shipment_id: str) -> list[tuple[datetime, ProofTold]]: ...

    async def lessons_after(self, seq: int, limit: int) -> list[tuple[int, Lesson]]:
        """What deliveries taught, with its number: the newest `limit` after that number, oldest first."""
        ...

    async def deliveries_after(self, seq: int, limit: int) -> list[tuple[int, str, Lesson]]:
        """`(number, shipment, lesson)` of the newest deliveries, newest first."""
        ...

    async def report_body(self, body_hash: str) -> bytes | None:
        """The bytes of a report that brought something, byte for byte."""
        ...

    async def report_as_heard(self, seq: int) -> bytes | None:
        """The bytes of any report, by its `seq`, byte for byte. Raises StoreError when damaged or gone."""
        ...

    async def mark(self, name: str) -> str | None: ...


class Store(Reads, Protocol):
    """Facts, read and changed."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]: ...

    async def start(self) -> None:
        """Open, check and create the schema. Raises StoreError with one sentence and the fix."""
        ...

    async def stop(self) -> None: ...

    async def healthy(self) -> bool:
        """Whether facts can be kept now."""
        ...

    async def trouble(self) -> Trouble | None:
        """Why facts cannot be kept now, found by keeping a small one; None when that was durable in time."""
        ...

    async def together(self, work: Callable[[Reads], Coroutine[Any, Any, T]]) -> T:
        """What `work` reads is of one moment and read in one go. It waits for nothing but its reads."""
        ...


class StoreError(OutsideError):
    """The database cannot be used; the text is one sentence that says what is wrong and what to do."""

    def __init__(self, said: str, trouble: Trouble = Trouble.UNUSABLE) -> None:
        super().__init__(said)
        self.trouble = trouble


class ContendedError(StoreError):
    """Two transactions were in each other's way and this one gave way: nothing of it is kept, do it again."""

    def __init__(self, said: str) -> None:
        super().__init__(said, Trouble.BUSY)


class CursorError(ValueError):
    """A page was asked for with a cursor that this store never gave; the fault is the asker's."""
