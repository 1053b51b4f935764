"""Keeps tracking events: appended once, never edited; only the shipment they belong to is derived."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select, update

from milepost.model.events import TrackingEvent
from milepost.model.instants import Instant, OffsetSource
from milepost.model.places import Place
from milepost.model.statuses import Evidence, Responsible, Status
from milepost.ports.store import NOBODYS_SHOP, OrderKey
from milepost.store.order_shelf import parameters_of
from milepost.store.shelf import Shelf, texts
from milepost.store.sql.compiled import Among
from milepost.store.sql.engine import Addition
from milepost.store.tables import EVENTS
from milepost.store.values import from_json, micros, moment, to_json

PLACES_REMEMBERED = 20_000
HEARINGS_REMEMBERED = 1_000

STORED = (
    EVENTS.c.shipment_id,
    EVENTS.c.source,
    EVENTS.c.shop_id,
    EVENTS.c.order_number,
    EVENTS.c.tracking_number,
    EVENTS.c.wall_clock,
    EVENTS.c.occurred_at,
    EVENTS.c.offset_minutes,
    EVENTS.c.offset_source,
    EVENTS.c.heard_at,
    EVENTS.c.status,
    EVENTS.c.reason,
    EVENTS.c.responsible,
    EVENTS.c.evidence,
    EVENTS.c.code,
    EVENTS.c.description,
    EVENTS.c.place,
    EVENTS.c.report_hash,
    EVENTS.c.certainty,
    EVENTS.c.event_id,
)
ADDED = Addition(
    EVENTS, tuple(column.name for column in EVENTS.columns if column.name != "seq"), ("shop_id", "event_id")
)
IDS_OF_SHIPMENTS = select(EVENTS.c.shipment_id, EVENTS.c.event_id).where(Among(EVENTS.c.shipment_id, "ids"))
OF_SHIPMENTS = select(*STORED).where(Among(EVENTS.c.shipment_id, "ids")).order_by(EVENTS.c.seq)
OF_ORDER = select(*STORED).where(
    EVENTS.c.shop_id == bindparam("shop_id"), EVENTS.c.order_number == bindparam("order_number")
)
OF_ANY_SHIPMENT = OF_ORDER.order_by(EVENTS.c.seq)
OF_NO_SHIPMENT = OF_ORDER.where(EVENTS.c.shipment_id.is_(None)).order_by(EVENTS.c.seq)
ATTRIBUTE = (
    update(EVENTS)
    .where(EVENTS.c.shop_id == bindparam("shop"), Among(EVENTS.c.event_id, "ids"))
    .values(shipment_id=bindparam("shipment"))
)


OF_NOBODY = (
    select(*STORED)
    .where(EVENTS.c.shop_id == NOBODYS_SHOP, Among(EVENTS.c.tracking_number, "numbers"))
    .order_by(EVENTS.c.seq)
)


class EventWrites(Shelf):
    async def add_events(self, events: Sequence[tuple[TrackingEvent, str | None]]) -> set[tuple[str, str]]:
        """Append those we do not have; `(shop_id, event_id)` of the others.

        Raises ValueError for an event without a shop.
        """
        there = await self._session.add(ADDED, [_row(event, shipment_id) for event, shipment_id in events])
        return {(shop_id, event_id) for shop_id, event_id in there}

    async def event_ids(self, shipment_ids: Iterable[str]) -> dict[str, set[str]]:
        """Which events each of these shipments has; those without any are left out."""
        found: dict[str, set[str]] = defaultdict(set)
        for shipment_id, event_id in await self._session.rows(IDS_OF_SHIPMENTS, {"ids": texts(shipment_ids)}):
            found[shipment_id].add(event_id)
        return found

    async def events_of(self, shipment_ids: Iterable[str]) -> dict[str, list[TrackingEvent]]:
        """Events of each shipment asked for, in order of insertion."""
        asked = texts(shipment_ids)
        found: dict[str, list[TrackingEvent]] = {shipment_id: [] for shipment_id in asked}
        for row in await self._session.rows(OF_SHIPMENTS, {"ids": asked}) if asked else ():
            found[row[0]].append(_event(row))
        return found

    async def order_events(
        self, keys: Iterable[OrderKey]
    ) -> dict[OrderKey, list[tuple[TrackingEvent, str | None]]]:
        """Every event told of these orders (`order_number` set), with its present attribution."""
        asked = list(dict.fromkeys(keys))
        found: dict[OrderKey, list[tuple[TrackingEvent, str | None]]] = {key: [] for key in asked}
        for row in await self._session.each(OF_ANY_SHIPMENT, parameters_of(asked)):
            found[row[2], row[3]].append((_event(row), row[0]))
        return found

    async def strays(self, tracking_numbers: Iterable[str]) -> list[TrackingEvent]:
        """Events of these numbers that were nobody's when they were heard."""
        asked = texts(tracking_numbers)
        return (
            [_event(row) for row in await self._session.rows(OF_NOBODY, {"numbers": asked})] if asked else []
        )

    async def attribute(self, shop_id: str, event_ids: Iterable[str], shipment_id: str | None) -> None:
        """Move events to a shipment, or back to the order."""
        ids = texts(event_ids)
        if ids:
            await self._session.run(ATTRIBUTE, [{"shop": shop_id, "ids": ids, "shipment": shipment_id}])


class EventReads(Shelf):
    async def shipment_events(self, shipment_ids: Sequence[str]) -> dict[str, list[TrackingEvent]]:
        """Events of each shipment asked for, in order of insertion."""
        return await EventWrites(self._session, self._sealer).events_of(shipment_ids)

    async def order_events(self, shop_id: str, order_number: str) -> list[TrackingEvent]:
        """Events that belong to the order and to no shipment."""
        found = await self._session.each(OF_NO_SHIPMENT, parameters_of([(shop_id, order_number)]))
        return [_event(row) for row in found]


def _row(event: TrackingEvent, shipment_id: str | None) -> tuple[Any, ...]:
    """The values in the order of ADDED: there are many, so they are not named one by one on the way."""
    if event.shop_id is None:
        raise ValueError("an event is kept for a shop: set shop_id before adding it")
    occurred, utc = event.occurred, event.occurred.utc
    return (
        event.shop_id,
        event.event_id,
        shipment_id,
        event.source,
        event.order_number,
        event.tracking_number,
        occurred.wall_clock,
        None if utc is None else micros(utc),
        occurred.offset_minutes,
        occurred.source,
        _heard(event.heard_at),
        event.status,
        event.reason,
        event.responsible,
        event.evidence,
        event.code,
        event.description,
        _place_text(event.place),
        event.report_hash,
        event.certainty,
    )


def _event(row: tuple[Any, ...]) -> TrackingEvent:
    _, source, shop_id, order_number, tracking_number, wall_clock, occurred_at, offset, known_by = row[:9]
    heard_at, status, reason, responsible, evidence, code, description, place, report_hash = row[9:18]
    certainty, event_id = row[18:]
    return TrackingEvent(
        source=source,
        shop_id=shop_id,
        order_number=order_number,
        tracking_number=tracking_number,
        occurred=Instant(
            wall_clock=wall_clock,
            utc=None if occurred_at is None else moment(occurred_at),
            offset_minutes=offset,
            source=_OFFSET_SOURCES[known_by],
        ),
        heard_at=_heard_at(heard_at),
        status=_STATUSES[status],
        reason=reason,
        responsible=_RESPONSIBLE[responsible],
        evidence=_EVIDENCE[evidence],
        code=code,
        description=description,
        place=_place(place),
        report_hash=report_hash,
        certainty=certainty,
        event_id=event_id,
    )


_OFFSET_SOURCES = {one.value: one for one in OffsetSource}
_EVIDENCE = {one.value: one for one in Evidence}
_STATUSES: dict[str | None, Status | None] = {None: None, **{one.value: one for one in Status}}
_RESPONSIBLE: dict[str | None, Responsible | None] = {None: None, **{one.value: one for one in Responsible}}


# What a batch has in common is put in its other form once.
_heard = lru_cache(HEARINGS_REMEMBERED)(micros)
_heard_at = lru_cache(HEARINGS_REMEMBERED)(moment)


@lru_cache(PLACES_REMEMBERED)  # parcels pass the same hubs all day
def _place_text(place: Place) -> str:
    return to_json(place)


@lru_cache(PLACES_REMEMBERED)
def _place(text: str) -> Place:
    return from_json(Place, text)
