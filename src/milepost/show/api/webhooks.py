"""The routes with which programs say where they want to hear of news, and see what became of it."""

from typing import Annotated, Any, Literal

from litestar import Request, delete, get, patch, post
from litestar.exceptions import NotFoundException, ValidationException
from litestar.params import JSONBody, PathParameter, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_202_ACCEPTED

from milepost.desk import webhooks as desk
from milepost.model.errors import OperatorError
from milepost.model.webhooks import Endpoint
from milepost.ports.app import App
from milepost.show.api import views, webhook_shapes
from milepost.show.api.keys import key_of, needs_webhook_key, shops_of
from milepost.show.problems import PROBLEMS, PROBLEMS_OF_CHANGE, PROBLEMS_OF_ONE, problem_for

EndpointId = Annotated[str, PathParameter(max_length=64, description="The endpoint's id.")]
Cursor = Annotated[
    str | None, QueryParameter(description="`next_cursor` of the page before.", max_length=512)
]
Limit = Annotated[int, QueryParameter(ge=1, le=500, description="Rows per page.")]
OnlyState = Annotated[
    Literal["waiting", "sent", "dead"] | None,
    QueryParameter(name="state", description="Only in this state."),
]
ABOUT_CHANGES: Any = {"guards": [needs_webhook_key], "responses": PROBLEMS_OF_CHANGE}


@get("/webhooks", summary="Endpoints of webhooks", responses=PROBLEMS)
async def endpoints(request: Request[Any, Any, Any]) -> webhook_shapes.EndpointPage:
    """In the order in which they were added, without their secrets."""
    found = await _app(request).store.webhooks(shops_of(key_of(request)))
    return webhook_shapes.EndpointPage([views.endpoint(one) for one in found], None)


@post("/webhooks", summary="Add an endpoint", status_code=HTTP_201_CREATED, **ABOUT_CHANGES)
async def add(
    request: Request[Any, Any, Any], data: JSONBody[webhook_shapes.EndpointWish]
) -> webhook_shapes.EndpointSecretShape:
    """The secret is shown only in this answer."""
    shop_id = _shop(request, data.shop_id)
    endpoint, secret = await desk.add_endpoint(
        _app(request), shop_id=shop_id, url=data.url, types=data.types, description=data.description
    )
    return webhook_shapes.EndpointSecretShape(endpoint=views.endpoint(endpoint), secret=secret)


@get("/webhooks/{endpoint_id:str}", summary="One endpoint", responses=PROBLEMS_OF_ONE)
async def endpoint(request: Request[Any, Any, Any], endpoint_id: EndpointId) -> webhook_shapes.EndpointShape:
    """404 when it is unknown or not yours."""
    return views.endpoint(await _endpoint(request, endpoint_id))


@patch("/webhooks/{endpoint_id:str}", summary="Change an endpoint", **ABOUT_CHANGES)
async def change(
    request: Request[Any, Any, Any], endpoint_id: EndpointId, data: JSONBody[webhook_shapes.EndpointChange]
) -> webhook_shapes.EndpointShape:
    """Another address, other types, another description."""
    stands = await _endpoint(request, endpoint_id)
    changed = await desk.change_endpoint(
        _app(request), stands, url=data.url, types=data.types, description=data.description
    )
    return views.endpoint(changed)


@delete("/webhooks/{endpoint_id:str}", summary="Delete an endpoint", **ABOUT_CHANGES)
async def remove(request: Request[Any, Any, Any], endpoint_id: EndpointId) -> None:
    """It and what was sent there are forgotten."""
    await desk.delete(_app(request), await _endpoint(request, endpoint_id))


@post(
    "/webhooks/{endpoint_id:str}/rotate",
    summary="Give an endpoint a new secret",
    status_code=HTTP_200_OK,
    **ABOUT_CHANGES,
)
async def rotate(
    request: Request[Any, Any, Any], endpoint_id: EndpointId
) -> webhook_shapes.EndpointSecretShape:
    """The old secret signs beside the new one for 24 hours."""
    changed, secret = await desk.rotate(_app(request), await _endpoint(request, endpoint_id))
    return webhook_shapes.EndpointSecretShape(endpoint=views.endpoint(changed), secret=secret)


@post(
    "/webhooks/{endpoint_id:str}/disable",
    summary="Disable an endpoint",
    status_code=HTTP_200_OK,
    **ABOUT_CHANGES,
)
async def disable(request: Request[Any, Any, Any], endpoint_id: EndpointId) -> webhook_shapes.EndpointShape:
    """Nothing is sent there; what happens is kept for a replay."""
    return views.endpoint(await desk.disable(_app(request), await _endpoint(request, endpoint_id)))


@post(
    "/webhooks/{endpoint_id:str}/enable",
    summary="Enable an endpoint",
    status_code=HTTP_200_OK,
    **ABOUT_CHANGES,
)
async def enable(request: Request[Any, Any, Any], endpoint_id: EndpointId) -> webhook_shapes.EndpointShape:
    """News is sent there again; what it missed can be replayed."""
    return views.endpoint(await desk.enable(_app(request), await _endpoint(request, endpoint_id)))


@post(
    "/webhooks/{endpoint_id:str}/ping",
    summary="Send a test message",
    status_code=HTTP_202_ACCEPTED,
    **ABOUT_CHANGES,
)
async def ping(request: Request[Any, Any, Any], endpoint_id: EndpointId) -> webhook_shapes.QueuedShape:
    """An `endpoint.ping`, to this endpoint only."""
    message = await desk.ping(_app(request), await _endpoint(request, endpoint_id))
    return webhook_shapes.QueuedShape(messages=1, message_id=message.message_id)


@get(
    "/webhooks/{endpoint_id:str}/messages",
    summary="Messages to an endpoint and what became of them",
    responses=PROBLEMS_OF_ONE,
)
async def messages(
    request: Request[Any, Any, Any],
    endpoint_id: EndpointId,
    *,
    cursor: Cursor = None,
    limit: Limit = 100,
    in_state: OnlyState = None,
) -> webhook_shapes.WebhookMessagePage:
    """Newest first, each with its tries. `sent` was taken, `dead` was given up."""
    stands = await _endpoint(request, endpoint_id)
    found, following = await _app(request).store.webhook_sendings(
        stands.endpoint_id, cursor=cursor, limit=limit, state=in_state
    )
    return webhook_shapes.WebhookMessagePage([views.webhook_message(one) for one in found], following)


@post(
    "/webhooks/{endpoint_id:str}/replay",
    summary="Send messages again",
    status_code=HTTP_202_ACCEPTED,
    **ABOUT_CHANGES,
)
async def replay(
    request: Request[Any, Any, Any], endpoint_id: EndpointId, data: JSONBody[webhook_shapes.ReplayWish]
) -> webhook_shapes.QueuedShape:
    """One by its id, or what was missed in a time: oldest first, ten a second, at most 10,000."""
    stands, app = await _endpoint(request, endpoint_id), _app(request)
    if data.message_id is not None:
        message = await desk.replay_one(app, stands, data.message_id)
        return webhook_shapes.QueuedShape(messages=1, message_id=message.message_id)
    if data.since is None:
        raise desk.WebhookError("since: name a message_id, or from when to replay")
    until = data.until or app.clock.now()
    count = await desk.replay_range(app, stands, data.since, until, everything=data.everything)
    return webhook_shapes.QueuedShape(messages=count, message_id=None)


def bad_wish(request: Request[Any, Any, Any], error: OperatorError) -> Any:
    """It cannot be done as asked: which field, and the fix."""
    field, _, message = str(error).partition(": ")
    told = ValidationException(str(error), extra=[{"key": field, "message": message}])
    return problem_for(request, told)


ROUTES = [endpoints, add, endpoint, change, remove, rotate, disable, enable, ping, messages, replay]


def _app(request: Request[Any, Any, Any]) -> App:
    app: App = request.app.state.milepost
    return app


async def _endpoint(request: Request[Any, Any, Any], endpoint_id: str) -> Endpoint:
    found = await _app(request).store.webhook(endpoint_id)
    walls = shops_of(key_of(request))
    if found is None or (walls is not None and found.shop_id not in walls):
        raise NotFoundException(f"No endpoint {endpoint_id} for this key.")
    return found


def _shop(request: Request[Any, Any, Any], wanted: str | None) -> str:
    """The shop named, if the key may see it; a key of one shop need not name it."""
    walls = shops_of(key_of(request))
    if wanted is None and walls is not None and len(walls) == 1:
        return walls[0]
    if wanted is None:
        raise desk.WebhookError("shop_id: name the shop whose news it is")
    if walls is not None and wanted not in walls:
        raise desk.WebhookError("shop_id: no such shop for this key")
    return wanted
