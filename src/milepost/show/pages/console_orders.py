"""Orders for seller and support: the list, the search, and one order with everything known of it."""

import asyncio
import importlib
import re
from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath, QueryParameter

from milepost.carry.sending import public_url
from milepost.desk import entries
from milepost.desk.lookup import make_link
from milepost.desk.orders import ask_now
from milepost.map.route import Route
from milepost.model.people import View
from milepost.model.statuses import REASONS
from milepost.ports.app import App
from milepost.ports.rows import OrderRow
from milepost.ports.store import CursorError
from milepost.show.buyer.gather import door_of, order_story
from milepost.show.buyer.sight import Sight
from milepost.show.buyer.view import page_view
from milepost.show.buyer.way import way_of
from milepost.show.buyer.windows import zone_or_none
from milepost.show.console.frame import console_page
from milepost.show.console.guard import (
    may_see_contacts,
    order_for,
    pages,
    sees_everything,
    shops_of,
    user_of,
)
from milepost.show.console.known import KnownOrder, everything
from milepost.show.console.lists import order_lines
from milepost.show.console.sheet import sheet
from milepost.show.console.told import Told, go_to
from milepost.show.looks import AnyRequest, app_of, console_address
from milepost.show.maps import map_html, zoom_of
from milepost.show.security import PRIVATE
from milepost.show.words.sentences import scans, source_names, statuses

ORDERS = "/console/orders"
ROWS = 50
FOUND_MAX = 50
QUERY_LENGTH_MAX = 320
FIELDS = {
    "status": "What happened",
    "reason": "Why",
    "occurred_at": "When",
    "tracking_number": "Parcel",
    "place": "Where",
    "note": "In your words",
}
"""What the form of an entry calls its fields."""

HASH = re.compile(r"[0-9a-f]{64}")

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Zoom = Annotated[str, QueryParameter(max_length=20)]
Cursor = Annotated[str | None, QueryParameter(max_length=300)]


@get("/orders")
async def orders(request: Request[None, None, State], cursor: Cursor = None) -> Response[str]:
    """Every order this person may see, newest first."""
    app = app_of(request)
    try:
        found = await app.store.orders(shop_ids=shops_of(user_of(request)), cursor=cursor, limit=ROWS)
    except CursorError as error:
        raise NotFoundException("There is no such page.") from error
    return await console_page(
        request,
        "console/orders.html",
        ORDERS,
        lines=await order_lines(app, found.rows),
        next_cursor=found.next_cursor,
        is_first=cursor is None,
    )


@get("/search")
async def search_form(request: Request[None, None, State]) -> Response[str]:
    """The empty search."""
    return await console_page(request, "console/search.html", ORDERS, lines=[], query="", is_cut=False)


@post("/search", status_code=200)
async def search(data: Form, request: Request[None, None, State]) -> Response[Any]:
    """By any number, e-mail, phone or postcode. Posted, so that nothing personal stands in an address."""
    app, query = app_of(request), data.get("q", "").strip()[:QUERY_LENGTH_MAX]
    shops = shops_of(user_of(request))
    found = await app.store.search(query, shops, FOUND_MAX) if query else []
    if query and not found and (before := await app.store.number_before(query)) is not None:
        found = await app.store.search(before, shops, FOUND_MAX)  # the number of a later leg
    if len(found) == 1:
        return go_to(request, console_address(found[0].facts.order_number))
    return await console_page(
        request,
        "console/search.html",
        ORDERS,
        lines=await order_lines(app, found),
        query=query,
        is_cut=len(found) == FOUND_MAX,
    )


@get("/orders/{number:str}")
async def order(number: FromPath[str], request: Request[None, None, State], zoom: Zoom = "") -> Response[str]:
    """Everything known of it. `zoom` is of the map."""
    return await _sheet(request, await order_for(request, number), zoom=zoom_of(zoom))


async def _sheet(
    request: AnyRequest,
    row: OrderRow,
    *,
    wrong: str = "",
    given: Mapping[str, str] | None = None,
    zoom: int = 0,
) -> Response[str]:
    app, user = app_of(request), user_of(request)
    known = await everything(app, row, with_contact=may_see_contacts(user))
    return await console_page(
        request,
        "console/order.html",
        ORDERS,
        order=await sheet(app, known),
        map=await map_html(_way(app, known), zoom),
        may_download=sees_everything(user),
        status=400 if wrong else 200,
        wrong=wrong,
        given=given or {},
        entry_statuses=[(key, _spoken(key)) for key in entries.STATUSES],
        entry_reasons=list(REASONS),
        entry_zone=_zone_of(known),
        carriers=sorted(app.carrier_names.items(), key=lambda one: one[1].casefold()),
    )


def _way(app: App, known: KnownOrder) -> Route | None:
    """Of the parcel that needs a look first; the shop sees the towns that its buyer sees."""
    town, sight = door_of(app, known.row.facts.destination), Sight(view=View.TOWN)
    ways = (
        way_of(one.journey, town, sight, statuses()[one.journey.status].tone)
        for one in known.shipments
        if not one.row.shipment.superseded
    )
    return next((way for way in ways if way is not None), None)


@post("/orders/{number:str}/events", status_code=200)
async def enter(number: FromPath[str], data: Form, request: Request[None, None, State]) -> Response[Any]:
    """What a person knows; it goes in by the first door, marked as theirs."""
    row = await order_for(request, number)
    wish = entries.Wish(
        status=data.get("status", ""),
        occurred_at=data.get("occurred_at", ""),
        zone=data.get("zone", ""),
        tracking_number=data.get("tracking_number", ""),
        reason=data.get("reason", ""),
        place=data.get("place", ""),
        note=data.get("note", ""),
    )
    try:
        await entries.add_entry(app_of(request), row, wish, _by(request))
    except entries.EntryError as error:
        return await _sheet(request, row, wrong=_sentence(error), given=data)
    return go_to(
        request, console_address(row.facts.order_number), Told(sentence="It is entered, under your name.")
    )


@post("/orders/{number:str}/events/{event_id:str}/take-back", status_code=200)
async def take_back(
    number: FromPath[str], event_id: FromPath[str], data: Form, request: Request[None, None, State]
) -> Response[Any]:
    """An entry counts no more; it stays to be seen."""
    row = await order_for(request, number)
    told = Told(sentence="The entry is taken back. It stays in the story, crossed out.")
    try:
        await entries.take_back(app_of(request), row, event_id[:64], data.get("note", ""), _by(request))
    except entries.EntryError as error:
        told = Told(sentence=_sentence(error), tone="bad")
    return go_to(request, console_address(row.facts.order_number), told)


@post("/orders/{number:str}/link", status_code=200)
async def link(number: FromPath[str], request: Request[None, None, State]) -> Response[Any]:
    """A new signed link for the buyer, shown once."""
    app, row = app_of(request), await order_for(request, number)
    token = await make_link(app, shop_id=row.facts.shop_id, order_number=row.facts.order_number)
    told = Told(
        sentence="A new link for the buyer. It shows name, address and photos: send it to nobody else. "
        "It is shown only now.",
        address=f"{public_url(app)}/t/{token}",
        address_words="The buyer's page",
    )
    return go_to(request, console_address(row.facts.order_number), told)


@get("/orders/{number:str}/leaflet")
async def as_pdf(number: FromPath[str], request: Request[None, None, State]) -> Response[bytes]:
    """The order as a PDF to hand on. It says what a link in a mail shows."""
    app, row = app_of(request), await order_for(request, number)
    facts = row.facts
    story = await app.store.together(
        lambda reads: order_story(app, reads, facts.shop_id, facts.order_number, View.TOWN)
    )
    if story is None:
        raise NotFoundException("The order is gone.")
    now = app.clock.now()
    view = page_view(story, source_names(app.teller_names), now)
    leaflet = importlib.import_module("milepost.show.console.leaflet").leaflet  # read in for the first one
    made: bytes = await asyncio.to_thread(leaflet, view, now.astimezone(zone_or_none(story.zone) or UTC))
    name = re.sub(r"[^\w-]", "_", facts.order_number, flags=re.ASCII)
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="order-{name}.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


@post("/orders/{number:str}/ask", status_code=200)
async def ask(number: FromPath[str], request: Request[None, None, State]) -> Response[Any]:
    """Ask carriers and marketplace at once."""
    row = await order_for(request, number)
    looks = await ask_now(app_of(request), row)
    told = (
        Told(sentence="Carriers and marketplace are being asked. Reload in a moment to see what they said.")
        if looks
        else Told(sentence="There is nobody to ask: no keys for its carriers, and no shop.", tone="bad")
    )
    return go_to(request, console_address(row.facts.order_number), told)


@get("/orders/{number:str}/reports/{body_hash:str}")
async def report(
    number: FromPath[str], body_hash: FromPath[str], request: Request[None, None, State]
) -> Response[bytes]:
    """What a source said, byte for byte. It may tell of other shops' parcels: for an admin of all of them."""
    row = await order_for(request, number)
    if not sees_everything(user_of(request)) or not HASH.fullmatch(body_hash):
        raise NotFoundException("There is no such report.")
    app = app_of(request)
    known = await everything(app, row, with_contact=False)
    scans = [scan for one in known.shipments for scan in one.journey.events] + list(known.own.events)
    if body_hash not in {scan.event.report_hash for scan in scans}:
        raise NotFoundException("There is no such report.")
    body = await app.store.report_body(body_hash)
    if body is None:
        raise NotFoundException("There is no such report.")
    headers = {
        "Content-Disposition": f'attachment; filename="report-{body_hash[:16]}.txt"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type="application/octet-stream", headers=headers)


@get("/orders/{number:str}/photos/{photo_id:str}")
async def photo(
    number: FromPath[str], photo_id: FromPath[str], request: Request[None, None, State]
) -> Response[bytes]:
    """A buyer's photo, drawn anew when it came; for whoever may see names and addresses."""
    row = await order_for(request, number)
    if not may_see_contacts(user_of(request)):
        raise NotFoundException("There is no such photo.")
    facts = row.facts
    jpeg = await app_of(request).store.photo(photo_id, facts.shop_id, facts.order_number)
    if jpeg is None:
        raise NotFoundException("There is no such photo.")
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return Response(jpeg, media_type="image/jpeg", headers=headers)


def _by(request: AnyRequest) -> entries.By:
    user = user_of(request)
    return entries.By(kind="user", id=user.user_id, name=f"{user.name or user.email} ({user.role.value})")


def _spoken(key: str) -> str:
    return "Only a note" if key == entries.NOTE else scans().statuses[key][0]


def _zone_of(known: KnownOrder) -> str:
    """Where the last scan was, as a proposal that is seen and can be changed."""
    scans = [scan for one in known.shipments for scan in reversed(one.journey.events)]
    places = (scan.event.place.located for scan in scans)
    return next((place.zone for place in places if place and place.zone), "")


def _sentence(error: Exception) -> str:
    """`When: no offset …`, with the field as the form calls it."""
    field, _, text = str(error).partition(": ")
    return f"{FIELDS.get(field, field.capitalize())}: {text}."


ROUTES = [pages(orders, search_form, search, order, link, as_pdf, ask, enter, take_back, report, photo)]
