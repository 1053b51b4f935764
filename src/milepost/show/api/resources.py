"""The routes of the JSON API. Here all read; what changes something has a file of its own."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Router, get
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import PathParameter, QueryParameter

from milepost.desk.branding import BrandError
from milepost.desk.carriers import ChoiceError
from milepost.desk.entries import EntryError
from milepost.desk.webhooks import WebhookError
from milepost.model.orders import Contact
from milepost.ports.app import App
from milepost.ports.rows import OrderRow, ShipmentRow
from milepost.ports.store import CursorError
from milepost.record.journey import derive
from milepost.show.api import choices, entries, identifying, imports, looks, shapes, views, webhooks
from milepost.show.api.keys import key_of, needs_key, shops_of
from milepost.show.problems import PROBLEMS, PROBLEMS_OF_ONE, problem_for

Cursor = Annotated[
    str | None, QueryParameter(description="`next_cursor` of the page before.", max_length=512)
]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="Rows per page.")]
Number = Annotated[str, PathParameter(max_length=128)]


def _filter(description: str) -> Any:
    return QueryParameter(max_length=128, description=description)


ByOrder = Annotated[str | None, _filter("Only of this order: its confirmation number.")]
ByNumber = Annotated[str | None, _filter("Only with this tracking number.")]
ByCarrier = Annotated[str | None, _filter("Only with this carrier: its key.")]
ByStatus = Annotated[str | None, _filter("Only in this status, e.g. `in_transit`.")]
ByShipment = Annotated[str | None, _filter("Only of this shipment: its id.")]
BySource = Annotated[str | None, _filter("Only as this source told it: its key.")]
ByMover = Annotated[str | None, _filter("Only those whose move it is: `buyer`, `seller` or `carrier`.")]
Since = Annotated[
    datetime | None, QueryParameter(description="Only heard at or after this instant (RFC 3339 with offset).")
]
OnlyOpen = Annotated[bool, QueryParameter(description="`false`: also those that ended.")]

ORDERS_PHASE = "o:"
"""Event pages walk shipments first, then what was told of whole orders; this marks the second walk."""


def _app(request: Request[Any, Any, Any]) -> App:
    app: App = request.app.state.milepost
    return app


@get("/orders", summary="Orders, newest first", responses=PROBLEMS)
async def orders(
    request: Request[Any, Any, Any], *, cursor: Cursor = None, limit: Limit = 100
) -> shapes.OrderPage:
    """Every order your key may see."""
    page = await _app(request).store.orders(shop_ids=shops_of(key_of(request)), cursor=cursor, limit=limit)
    data = [views.order(row, await _contact(request, row)) for row in page.rows]
    return shapes.OrderPage(data, page.next_cursor)


@get(
    "/orders/{confirmation_number:str}",
    summary="One order by its confirmation number",
    responses=PROBLEMS_OF_ONE,
)
async def order(request: Request[Any, Any, Any], confirmation_number: Number) -> shapes.OrderShape:
    """404 when it is unknown or not yours: the answer is the same."""
    row = await _order(request, confirmation_number)
    return views.order(row, await _contact(request, row))


async def _contact(request: Request[Any, Any, Any], row: OrderRow) -> Contact | None:
    """Only for a key that may see who gets it."""
    if not key_of(request).can_see_contacts:
        return None
    return await _app(request).store.contact(row.facts.shop_id, row.facts.order_number)


@get("/shipments", summary="Shipments, newest first", responses=PROBLEMS)
async def shipments(
    request: Request[Any, Any, Any],
    *,
    cursor: Cursor = None,
    limit: Limit = 100,
    order: ByOrder = None,
    tracking_number: ByNumber = None,
    carrier: ByCarrier = None,
    status: ByStatus = None,
) -> shapes.ShipmentPage:
    """Filter by order, tracking number, carrier or status."""
    app = _app(request)
    page = await app.store.shipments(
        shop_ids=shops_of(key_of(request)),
        cursor=cursor,
        limit=limit,
        order_number=order,
        tracking_number=tracking_number,
        carrier=carrier,
        status=status,
    )
    return shapes.ShipmentPage([await _shipment(app, row) for row in page.rows], page.next_cursor)


@get("/shipments/{shipment_id:str}", summary="One shipment", responses=PROBLEMS_OF_ONE)
async def shipment(request: Request[Any, Any, Any], shipment_id: Number) -> shapes.ShipmentShape:
    """404 when it is unknown or not yours."""
    app = _app(request)
    row = await app.store.shipment(shipment_id, shops_of(key_of(request)))
    if row is None:
        raise NotFoundException(f"No shipment {shipment_id} for this key.")
    return await _shipment(app, row)


async def _shipment(app: App, row: ShipmentRow) -> shapes.ShipmentShape:
    promises = await app.store.promises(row.shipment.shop_id, row.shipment.order_numbers[0])
    return views.shipment_of(row, promises, app)


@get("/events", summary="Tracking events of everything, or of one order or shipment", responses=PROBLEMS)
async def events(
    request: Request[Any, Any, Any],
    *,
    cursor: Cursor = None,
    limit: Limit = 100,
    order: ByOrder = None,
    shipment: ByShipment = None,
    source: BySource = None,
    since: Since = None,
) -> shapes.EventPage:
    """A page ends at whole shipments, so it may hold more or fewer rows than `limit`."""
    if since is not None and since.tzinfo is None:
        raise ValidationException("since: write the offset, e.g. 2026-03-04T18:00:00Z")
    page = await _event_page(request, cursor, limit, order, shipment)
    data = [
        event
        for event in page.data
        if (source is None or event.source == source) and (since is None or event.heard_at >= since)
    ]
    return shapes.EventPage(data, page.next_cursor)


async def _event_page(
    request: Request[Any, Any, Any], cursor: str | None, limit: int, order: str | None, shipment: str | None
) -> shapes.EventPage:
    app, shop_ids = _app(request), shops_of(key_of(request))
    if shipment is not None:
        row = await app.store.shipment(shipment, shop_ids)
        return shapes.EventPage(await _events_of(app, [row] if row else []), None)
    if order is not None:
        found = await app.store.order(order, shop_ids)
        rows = list((await app.store.shipment_rows(found.shipment_ids)).values()) if found else []
        own = await _own_events(app, [found]) if found else []
        return shapes.EventPage([*await _events_of(app, rows), *own], None)
    if cursor is not None and cursor.startswith(ORDERS_PHASE):
        return await _order_events_page(app, shop_ids, cursor.removeprefix(ORDERS_PHASE) or None, limit)
    page = await app.store.shipments(shop_ids=shop_ids, cursor=cursor, limit=limit)
    return shapes.EventPage(await _events_of(app, page.rows), page.next_cursor or ORDERS_PHASE)


async def _order_events_page(
    app: App, shop_ids: Sequence[str] | None, cursor: str | None, limit: int
) -> shapes.EventPage:
    page = await app.store.orders(shop_ids=shop_ids, cursor=cursor, limit=limit)
    following = f"{ORDERS_PHASE}{page.next_cursor}" if page.next_cursor else None
    return shapes.EventPage(await _own_events(app, page.rows), following)


async def _events_of(app: App, rows: Sequence[ShipmentRow]) -> list[shapes.EventShape]:
    told = await app.store.shipment_events([row.shipment.shipment_id for row in rows])
    shown: list[shapes.EventShape] = []
    for row in rows:
        one = row.shipment
        shown += views.events(derive(told.get(one.shipment_id, [])), one, one.order_numbers)
        await asyncio.sleep(0)  # a large page lets other requests through
    return shown


async def _own_events(app: App, rows: Sequence[OrderRow]) -> list[shapes.EventShape]:
    shown: list[shapes.EventShape] = []
    for row in rows:
        told = await app.store.order_events(row.facts.shop_id, row.facts.order_number)
        shown += views.events(derive(told), None, [row.facts.order_number])
    return shown


@get("/promises", summary="The promises ledger", responses=PROBLEMS)
async def promises(
    request: Request[Any, Any, Any], *, cursor: Cursor = None, limit: Limit = 100, order: ByOrder = None
) -> shapes.PromisePage:
    """Every date anyone named, newest first; with `order` those of one order, oldest first."""
    app, shop_ids = _app(request), shops_of(key_of(request))
    if order is not None:
        found = await app.store.order(order, shop_ids)
        told = await app.store.promises(found.facts.shop_id, order) if found else []
        return shapes.PromisePage([views.promise(one) for one in told], None)
    page = await app.store.promises_page(shop_ids=shop_ids, cursor=cursor, limit=limit)
    return shapes.PromisePage([views.promise(one) for one in page.rows], page.next_cursor)


@get("/exceptions", summary="Delivery exceptions, worst first", responses=PROBLEMS)
async def exceptions(
    request: Request[Any, Any, Any],
    *,
    cursor: Cursor = None,
    limit: Limit = 100,
    only_open: OnlyOpen = True,
    mover: ByMover = None,
    shipment: ByShipment = None,
) -> shapes.ExceptionPage:
    """Open ones unless `only_open=false`; `mover` is buyer, seller or carrier."""
    page = await _app(request).store.exceptions(
        shop_ids=shops_of(key_of(request)),
        cursor=cursor,
        limit=limit,
        only_open=only_open,
        mover=mover,
        shipment_id=shipment,
    )
    return shapes.ExceptionPage([views.exception(one) for one in page.rows], page.next_cursor)


@get("/notices", summary="Notices and what became of them", responses=PROBLEMS)
async def notices(
    request: Request[Any, Any, Any], *, cursor: Cursor = None, limit: Limit = 100, order: ByOrder = None
) -> shapes.NoticePage:
    """Without addresses: who was told is not what was told."""
    page = await _app(request).store.notices(
        shop_ids=shops_of(key_of(request)), cursor=cursor, limit=limit, order_number=order
    )
    return shapes.NoticePage([views.notice(one, tries) for one, tries in page.rows], page.next_cursor)


async def _order(request: Request[Any, Any, Any], number: str) -> OrderRow:
    row = await _app(request).store.order(number, shops_of(key_of(request)))
    if row is None:
        raise NotFoundException(f"No order {number} for this key.")
    return row


def bad_cursor(request: Request[Any, Any, Any], _error: CursorError) -> Any:
    """A cursor we never gave."""
    return problem_for(request, ValidationException("cursor: not one of ours; start again without it"))


def router() -> Router:
    """Everything under /api/v1."""
    return Router(
        "/api/v1",
        route_handlers=[
            orders,
            order,
            shipments,
            shipment,
            events,
            promises,
            exceptions,
            notices,
            *identifying.ROUTES,
            *webhooks.ROUTES,
            *imports.ROUTES,
            *entries.ROUTES,
            *choices.ROUTES,
            *looks.ROUTES,
        ],
        guards=[needs_key],
        exception_handlers={
            CursorError: bad_cursor,
            WebhookError: webhooks.bad_wish,
            EntryError: webhooks.bad_wish,
            ChoiceError: webhooks.bad_wish,
            BrandError: webhooks.bad_wish,
            Exception: problem_for,
        },
        security=[{"apiKey": []}],
        tags=["tracking"],
    )
