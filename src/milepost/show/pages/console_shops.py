"""Connected shops: whether each still lets us read it, and how to connect another."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body, PathParameter

from milepost.desk import connecting
from milepost.desk.shops import sync_now
from milepost.model.reports import Refusal
from milepost.model.shops import Shop
from milepost.ports.app import App
from milepost.ports.sources import SourceError
from milepost.show.console.frame import console_page
from milepost.show.console.guard import needs_connector, pages, shops_of, user_of
from milepost.show.console.told import Told, go_to
from milepost.show.looks import app_of

SHOPS = "/console/shops"
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Key = Annotated[str, PathParameter(max_length=64)]


@get("/shops")
async def shops(request: Request[None, None, State]) -> Response[str]:
    """The shops this person may see, and the marketplaces that have app keys."""
    app, walls = app_of(request), shops_of(user_of(request))
    seen = [shop for shop in await app.store.shops() if walls is None or shop.shop_id in walls]
    return await console_page(
        request,
        "console/shops.html",
        SHOPS,
        shops=[(shop, await app.store.mark(f"sync:{shop.shop_id}")) for shop in seen],
        marketplaces={key: one.name for key, one in app.marketplaces.items() if one.is_configured},
        names=app.source_names,
        markets=connecting.markets(app),
    )


@post("/shops/connect", status_code=200)
async def connect(data: Form, request: Request[None, None, State]) -> Response[Any]:
    """The link to the marketplace's own page, for the seller to open."""
    try:
        link, _ = await connecting.begin(
            app_of(request), data.get("marketplace", "")[:64], data.get("market", "")[:20]
        )
    except SourceError as error:
        return go_to(request, SHOPS, Told(sentence=_sentence(error), tone="bad"))
    told = Told(
        sentence="Open this page as the seller and agree. It works for an hour.",
        address=link,
        address_words="Authorize on the marketplace's page",
    )
    return go_to(request, SHOPS, told)


@get("/shops/return/{marketplace:str}")
async def come_back(marketplace: Key, request: Request[None, None, State]) -> Response[Any]:
    """Where the marketplace sends the seller's browser; only an answer to our own link counts, once."""
    return await _finish(request, marketplace, dict(request.query_params))


@post("/shops/answer", status_code=200)
async def answer(data: Form, request: Request[None, None, State]) -> Response[Any]:
    """The same by hand: the address the browser came back to, where it cannot reach us."""
    return await _finish(request, data.get("marketplace", "")[:64], data.get("address", ""))


@post("/shops/sync", status_code=200)
async def sync(request: Request[None, None, State]) -> Response[Any]:
    """Search this person's shops for changed orders now."""
    walls = shops_of(user_of(request))
    searched = await sync_now(app_of(request), None if walls is None else list(walls))
    told = Told(sentence=f"{len(searched)} shops are being searched for changed orders.")
    return go_to(request, SHOPS, told)


async def _finish(
    request: Request[None, None, State], marketplace: str, brought: str | dict[str, str]
) -> Response[Any]:
    return go_to(request, SHOPS, await _finished(app_of(request), marketplace, brought))


async def _finished(app: App, marketplace: str, brought: str | dict[str, str]) -> Told:
    try:
        found: list[Shop] | Refusal = await connecting.finish(app, marketplace, brought)
    except SourceError as error:
        return Told(sentence=_sentence(error), tone="bad")
    if isinstance(found, Refusal):
        return Told(sentence=found.detail, tone="bad")
    names = ", ".join(shop.name or shop.shop_id for shop in found)
    return Told(sentence=f"Connected: {names}. Its orders of the last weeks are coming in.")


def _sentence(error: SourceError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


ROUTES = [pages(shops, connect, come_back, answer, sync, guards=[needs_connector])]
