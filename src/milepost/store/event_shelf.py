"""Keeps tracking events: appended once, never edited; only the shipment they belong to is derived."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql

from milepost.model.events import TrackingEvent
from milepost.model.instants import Instant, OffsetSource
from milepost.model.places import Place
from milepost.model.statuses import Evidence, Responsible, Status
from milepost.ports.store import NOBODYS_SHOP, OrderKey
from milepost.store.order_shelf import parameters_of
from milepost.store.shelf import Shelf, texts
from milepost.store.sql.compiled import Among
from milepost.store.tables import EVENTS
from milepost.store.values import from_json, micros, micros_or_none, moment, moment_or_none, to_json

PLACES_REMEMBERED = 4096
NOTHING: Mapping[tuple[str, str], TrackingEvent] = {}

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
    EVENTS.c.event_id,
)
ADD = (
    postgresql.insert(EVENTS)
    .on_conflict_do_nothing(index_elements=[EVENTS.c.shop_id, EVENTS.c.event_id])
    .returning(EVENTS.c.shop_id, EVENTS.c.event_id)
)
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
        """Append those we do not have; `(shop_id, event_id)` of the new ones.

        Raises ValueError for an event without a shop.
        """
        added = await self._session.each(ADD, [_row(event, shipment_id) for event, shipment_id in events])
        return {(shop_id, event_id) for shop_id, event_id in added}

    async def events_of(
        self, shipment_ids: Iterable[str], at_hand: Mapping[tuple[str, str], TrackingEvent] = NOTHING
    ) -> dict[str, list[TrackingEvent]]:
        """Events of each shipment asked for, in order of insertion.

        Those `at_hand`, by shop and event id, are not read out of their rows again.
        """
        asked = texts(shipment_ids)
        found: dict[str, list[TrackingEvent]] = {shipment_id: [] for shipment_id in asked}
        for row in await self._session.rows(OF_SHIPMENTS, {"ids": asked}):
            found[row[0]].append(at_hand.get((row[2], row[-1])) or _event(row))
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


def _row(event: TrackingEvent, shipment_id: str | None) -> dict[str, Any]:
    if event.shop_id is None:
        raise ValueError("an event is kept for a shop: set shop_id before adding it")
    occurred = event.occurred
    return {
        "shop_id": event.shop_id,
        "event_id": event.event_id,
        "shipment_id": shipment_id,
        "source": event.source,
        "order_number": event.order_number,
        "tracking_number": event.tracking_number,
        "wall_clock": occurred.wall_clock,
        "occurred_at": micros_or_none(occurred.utc),
        "offset_minutes": occurred.offset_minutes,
        "offset_source": occurred.source.value,
        "heard_at": micros(event.heard_at),
        "status": event.status and event.status.value,
        "reason": event.reason,
        "responsible": event.responsible and event.responsible.value,
        "evidence": event.evidence.value,
        "code": event.code,
        "description": event.description,
        "place": _place_text(event.place),
        "report_hash": event.report_hash,
    }


def _event(row: tuple[Any, ...]) -> TrackingEvent:
    _, source, shop_id, order_number, tracking_number, wall_clock, occurred_at, offset, known_by = row[:9]
    heard_at, status, reason, responsible, evidence, code, description, place, report_hash, _ = row[9:]
    return TrackingEvent(
        source=source,
        shop_id=shop_id,
        order_number=order_number,
        tracking_number=tracking_number,
        occurred=Instant(
            wall_clock=wall_clock,
            utc=moment_or_none(occurred_at),
            offset_minutes=offset,
            source=OffsetSource(known_by),
        ),
        heard_at=moment(heard_at),
        status=None if status is None else Status(status),
        reason=reason,
        responsible=None if responsible is None else Responsible(responsible),
        evidence=Evidence(evidence),
        code=code,
        description=description,
        place=_place(place),
        report_hash=report_hash,
    )


@lru_cache(PLACES_REMEMBERED)  # parcels pass the same hubs all day
def _place_text(place: Place) -> str:
    return to_json(place)


@lru_cache(PLACES_REMEMBERED)
def _place(text: str) -> Place:
    return from_json(Place, text)
