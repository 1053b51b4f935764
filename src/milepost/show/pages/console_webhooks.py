"""Where programs hear of news: endpoints of the shops one may see, and what became of each message."""

from datetime import timedelta
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, PathParameter, QueryParameter

from milepost.desk import webhooks as desk
from milepost.desk.imports import SOURCE
from milepost.model.webhooks import PING, TYPES, Endpoint, SendingState
from milepost.ports.store import CursorError
from milepost.show.console.frame import console_page
from milepost.show.console.guard import needs_connector, pages, shops_of, user_of
from milepost.show.console.told import Told, go_to
from milepost.show.looks import AnyRequest, app_of

WEBHOOKS = "/console/webhooks"
ROWS = 50
FILTERS = (("", "All"), ("waiting", "Waiting"), ("sent", "Sent"), ("dead", "Given up"))
SPANS = ((1, "the last hour"), (24, "the last day"), (72, "the last three days"), (720, "the last 30 days"))
ON = "yes"
OFFERED = {name: meaning for name, meaning in TYPES.items() if name != PING}

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
EndpointId = Annotated[str, PathParameter(max_length=64)]
Cursor = Annotated[str | None, QueryParameter(max_length=300)]
Only = Annotated[str, QueryParameter(max_length=20)]


@get("/webhooks")
async def webhooks(request: Request[None, None, State]) -> Response[str]:
    """The endpoints, and a form for another one."""
    return await _list(request)


async def _list(
    request: AnyRequest, *, wrong: str = "", given: dict[str, str] | None = None, status: int = 200
) -> Response[str]:
    shops = await _shops(request)
    return await console_page(
        request,
        "console/webhooks.html",
        WEBHOOKS,
        status=status,
        endpoints=await app_of(request).store.webhooks(shops_of(user_of(request))),
        shops=shops,
        types=OFFERED,
        wrong=wrong,
        given=given or {},
    )


@post("/webhooks", status_code=200)
async def add(data: Form, request: Request[None, None, State]) -> Response[Any]:
    """A new endpoint; its secret is shown on the page that follows, and never again."""
    if data.get("shop", "") not in await _shops(request):
        return await _list(request, wrong="Choose one of your shops.", given=data, status=400)
    types = [name for name in OFFERED if data.get(f"type:{name}") == ON]
    try:
        endpoint, secret = await desk.add_endpoint(
            app_of(request),
            shop_id=data["shop"],
            url=data.get("url", ""),
            types=() if len(types) == len(OFFERED) else types,
            description=data.get("description", ""),
        )
    except desk.WebhookError as error:
        return await _list(request, wrong=_sentence(error), given=data, status=400)
    return go_to(request, _page_of(endpoint), _shown_once("The endpoint is added.", secret))


@get("/webhooks/{endpoint_id:str}")
async def webhook(
    endpoint_id: EndpointId, request: Request[None, None, State], only: Only = "", cursor: Cursor = None
) -> Response[str]:
    """One endpoint: its messages with every try, newest first."""
    endpoint = await _endpoint(request, endpoint_id)
    if only not in {key for key, _ in FILTERS}:
        raise NotFoundException("There is no such filter.")
    try:
        sendings, following = await app_of(request).store.webhook_sendings(
            endpoint.endpoint_id, cursor=cursor, limit=ROWS, state=only or None
        )
    except CursorError as error:
        raise NotFoundException("There is no such page.") from error
    shops = await _shops(request)
    return await console_page(
        request,
        "console/webhook.html",
        WEBHOOKS,
        endpoint=endpoint,
        shop=shops.get(endpoint.shop_id, endpoint.shop_id),
        sendings=sendings,
        next_cursor=following,
        is_first=cursor is None,
        only=only,
        filters=FILTERS,
        spans=SPANS,
        states=SendingState,
        signs=len(endpoint.signing(app_of(request).clock.now())),
    )


@post("/webhooks/{endpoint_id:str}/ping", status_code=200)
async def ping(endpoint_id: EndpointId, request: Request[None, None, State]) -> Response[Any]:
    """A test message."""
    endpoint = await _endpoint(request, endpoint_id)
    try:
        await desk.ping(app_of(request), endpoint)
    except desk.WebhookError as error:
        return _refused(request, endpoint, error)
    told = Told(sentence="A test message is on its way. Reload in a moment to see what was answered.")
    return go_to(request, _page_of(endpoint), told)


@post("/webhooks/{endpoint_id:str}/rotate", status_code=200)
async def rotate(endpoint_id: EndpointId, request: Request[None, None, State]) -> Response[Any]:
    """A new secret, shown once."""
    endpoint, secret = await desk.rotate(app_of(request), await _endpoint(request, endpoint_id))
    told = _shown_once("A new secret. The old one signs beside it for 24 hours.", secret)
    return go_to(request, _page_of(endpoint), told)


@post("/webhooks/{endpoint_id:str}/switch", status_code=200)
async def switch(endpoint_id: EndpointId, request: Request[None, None, State]) -> Response[Any]:
    """Off when it is on, on when it is off."""
    endpoint = await _endpoint(request, endpoint_id)
    if endpoint.is_active:
        await desk.disable(app_of(request), endpoint)
        told = Told(sentence="Nothing is sent there any more. What happens is kept for a replay.")
    else:
        await desk.enable(app_of(request), endpoint)
        told = Told(sentence="News is sent there again. Replay what it missed.")
    return go_to(request, _page_of(endpoint), told)


@post("/webhooks/{endpoint_id:str}/replay", status_code=200)
async def replay(endpoint_id: EndpointId, data: Form, request: Request[None, None, State]) -> Response[Any]:
    """One message, or what was missed in a time."""
    app, endpoint = app_of(request), await _endpoint(request, endpoint_id)
    try:
        if message_id := data.get("message", "")[:64]:
            await desk.replay_one(app, endpoint, message_id)
            count = 1
        else:
            hours = next((hours for hours, _ in SPANS if str(hours) == data.get("hours")), SPANS[0][0])
            until = app.clock.now()
            count = await desk.replay_range(app, endpoint, until - timedelta(hours=hours), until)
    except desk.WebhookError as error:
        return _refused(request, endpoint, error)
    told = Told(
        sentence=f"{count:,} message{'s are' if count != 1 else ' is'} sent again, ten a second."
        if count
        else "It missed nothing in that time."
    )
    return go_to(request, _page_of(endpoint), told)


@post("/webhooks/{endpoint_id:str}/delete", status_code=200)
async def delete(endpoint_id: EndpointId, request: Request[None, None, State]) -> Response[Any]:
    """Forget it."""
    endpoint = await _endpoint(request, endpoint_id)
    await desk.delete(app_of(request), endpoint)
    return go_to(request, WEBHOOKS, Told(sentence="The endpoint is deleted."))


ROUTES = [pages(webhooks, add, webhook, ping, rotate, switch, replay, delete, guards=[needs_connector])]


async def _endpoint(request: AnyRequest, endpoint_id: str) -> Endpoint:
    """One this person may see. Raises 404 alike for an unknown one and for another shop's."""
    found = await app_of(request).store.webhook(endpoint_id)
    walls = shops_of(user_of(request))
    if found is None or (walls is not None and found.shop_id not in walls):
        raise NotFoundException("There is no such endpoint.")
    return found


async def _shops(request: AnyRequest) -> dict[str, str]:
    """Shops this person may see, by id, with their names."""
    walls = shops_of(user_of(request))
    found = {shop.shop_id: shop.name or shop.shop_id for shop in await app_of(request).store.shops()}
    found.setdefault(SOURCE, "Orders from files")
    return {shop_id: name for shop_id, name in found.items() if walls is None or shop_id in walls}


def _shown_once(sentence: str, secret: str) -> Told:
    return Told(
        sentence=f"{sentence} This is the signing secret. It is shown only now: keep it safe.", secret=secret
    )


def _refused(request: AnyRequest, endpoint: Endpoint, error: desk.WebhookError) -> Response[Any]:
    return go_to(request, _page_of(endpoint), Told(sentence=_sentence(error), tone="bad"))


def _sentence(error: desk.WebhookError) -> str:
    """Without the field's name: the form shows which one it is."""
    text = str(error).partition(": ")[2]
    return text[:1].upper() + text[1:] + "."


def _page_of(endpoint: Endpoint) -> str:
    return f"{WEBHOOKS}/{endpoint.endpoint_id}"
