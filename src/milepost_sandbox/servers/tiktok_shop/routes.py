"""The paths of TikTok Shop's two hosts, and what is said about paths that do not exist."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Request, Response, delete, get, post, put

from milepost_sandbox.servers.answers import Answer, respond, tell
from milepost_sandbox.servers.tiktok_shop import envelope
from milepost_sandbox.servers.tiktok_shop.desk import Desk
from milepost_sandbox.servers.tiktok_shop.envelope import Envelopes, Refusal
from milepost_sandbox.servers.tiktok_shop.gate import Admitted, Wanted, call_of

SHOPS: Final = Wanted(scope="seller.authorization.info", cipher=False)
WEBHOOKS: Final = Wanted(scope="seller.authorization.info")
ORDERS: Final = Wanted(scope="seller.order.info")
PACKAGES: Final = Wanted(scope="seller.fulfillment.basic")
LOGISTICS: Final = Wanted(scope="seller.logistics")
VERSIONED: Final = re.compile(
    r"/(authorization|order|fulfillment|logistics|event|return_refund|seller)/(\d{6})/.+"
)
VERSIONS: Final = frozenset({"202309", "202507", "202604"})
Plain = Request[Any, Any, Any]
Handler = Callable[[Plain], Awaitable[Response[bytes]]]


def routes(desk: Desk) -> list[Any]:
    """All handlers of one server."""
    return [*_auth_routes(desk), *_order_routes(desk), *_logistics_routes(desk), *_webhook_routes(desk)]


def not_found(envelopes: Envelopes) -> Callable[[Plain, Any], Response[bytes]]:
    """What is said about a path that does not exist, or exists in other versions."""

    def handle(request: Plain, _: Any) -> Response[bytes]:
        versioned = VERSIONED.fullmatch(request.scope["path"])
        wrong_version = versioned is not None and versioned.group(2) not in VERSIONS
        return respond(envelopes.refuse(envelope.WRONG_VERSION if wrong_version else envelope.WRONG_PATH))

    return handle


def wrong_method(envelopes: Envelopes) -> Callable[[Plain, Any], Response[bytes]]:
    """What is said about a method a path does not take."""

    def handle(_request: Plain, _: Any) -> Response[bytes]:
        return respond(envelopes.refuse(envelope.WRONG_METHOD))

    return handle


async def _answered(
    desk: Desk, request: Plain, wanted: Wanted, answer: Callable[[Admitted], Answer]
) -> Response[bytes]:
    """The answer to an admitted call, or the gate's refusal."""
    admitted = desk.gate.admit(await call_of(request), wanted)
    if isinstance(admitted, Refusal):
        return respond(desk.envelopes.refuse(admitted))
    return respond(answer(admitted))


async def _told(
    desk: Desk, request: Plain, answer: Callable[[Admitted], tuple[Answer, tuple[str, ...]]]
) -> Response[bytes]:
    """As above, for an answer that tells steps."""
    admitted = desk.gate.admit(await call_of(request), LOGISTICS)
    if isinstance(admitted, Refusal):
        return respond(desk.envelopes.refuse(admitted))
    found, step_keys = answer(admitted)
    tell(request, step_keys)
    return respond(found)


def _auth_routes(desk: Desk) -> list[Any]:
    def granted(data: dict[str, Any] | Refusal) -> Response[bytes]:
        refused = isinstance(data, Refusal)
        return respond(desk.envelopes.refuse(data) if refused else desk.envelopes.ok(data))  # type: ignore[arg-type]

    @get("/api/v2/token/get")
    async def exchange(request: Plain) -> Response[bytes]:
        return granted(desk.authority.exchange(dict(request.query_params)))

    @get("/api/v2/token/refresh")
    async def refresh(request: Plain) -> Response[bytes]:
        return granted(desk.authority.refresh(dict(request.query_params)))

    @get("/open/authorize")
    async def consent(request: Plain) -> Response[bytes]:
        if request.query_params.get("service_id") != desk.credentials.tiktok_service_id:
            return respond(desk.envelopes.refuse(envelope.missing_parameter("service_id")))
        return respond(desk.consent_page(request.query_params.get("state", "")))

    @get("/authorization/202309/shops")
    async def shops(request: Plain) -> Response[bytes]:
        return await _answered(desk, request, SHOPS, desk.shops)

    return [exchange, refresh, consent, shops]


def _order_routes(desk: Desk) -> list[Any]:
    @post("/order/202309/orders/search", status_code=200)
    async def search(request: Plain) -> Response[bytes]:
        return await _answered(desk, request, ORDERS, desk.search_orders)

    @get("/order/202507/orders")
    async def detail(request: Plain) -> Response[bytes]:
        return await _answered(desk, request, ORDERS, lambda a: desk.order_detail(a, "202507"))

    @get("/order/202309/orders")
    async def older_detail(request: Plain) -> Response[bytes]:
        return await _answered(desk, request, ORDERS, lambda a: desk.order_detail(a, "202309"))

    @get("/fulfillment/202309/packages/{package_id:str}")
    async def package(request: Plain) -> Response[bytes]:
        package_id = request.path_params["package_id"]
        return await _answered(desk, request, PACKAGES, lambda a: desk.package_detail(a, package_id))

    @post("/fulfillment/202309/packages/search", status_code=200)
    async def search_packages(request: Plain) -> Response[bytes]:
        return await _answered(desk, request, PACKAGES, desk.search_packages)

    return [search, detail, older_detail, package, search_packages]


def _logistics_routes(desk: Desk) -> list[Any]:
    @get("/fulfillment/202309/orders/{order_id:str}/tracking")
    async def tracking(request: Plain) -> Response[bytes]:
        order_id = request.path_params["order_id"]
        return await _told(desk, request, lambda a: desk.tracking(a, order_id))

    @get("/logistics/202604/orders/{order_id:str}/tracking")
    async def logistics(request: Plain) -> Response[bytes]:
        order_id = request.path_params["order_id"]
        return await _told(desk, request, lambda a: desk.logistics_tracking(a, order_id))

    @get("/logistics/202309/delivery_options/{_:str}/shipping_providers")
    async def providers(request: Plain) -> Response[bytes]:
        return await _answered(desk, request, LOGISTICS, desk.providers)

    @get("/logistics/202309/warehouses")
    async def warehouses(request: Plain) -> Response[bytes]:
        return await _answered(desk, request, LOGISTICS, desk.warehouses)

    @get("/logistics/202309/warehouses/{_:str}/delivery_options")
    async def options(request: Plain) -> Response[bytes]:
        return await _answered(desk, request, LOGISTICS, desk.delivery_options)

    return [tracking, logistics, providers, warehouses, options]


def _webhook_routes(desk: Desk) -> list[Any]:
    path = "/event/202309/webhooks"

    @get(path)
    async def listed(request: Plain) -> Response[bytes]:
        return await _answered(desk, request, WEBHOOKS, desk.webhook_list)

    @put(path)
    async def registered(request: Plain) -> Response[bytes]:
        return await _answered(desk, request, WEBHOOKS, desk.webhook_put)

    @delete(path, status_code=200)
    async def forgotten(request: Plain) -> Response[bytes]:
        return await _answered(desk, request, WEBHOOKS, desk.webhook_delete)

    return [listed, registered, forgotten]
