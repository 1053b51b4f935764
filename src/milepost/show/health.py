"""Is it alive, and can it work? For load balancers and the person on call."""

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE

from milepost.ports.app import App


@get("/healthz", summary="The process answers", tags=["health"], security=[])
async def healthz() -> dict[str, str]:
    """Always `ok` while the process runs."""
    return {"state": "ok"}


@get("/readyz", summary="It can read and write its facts", tags=["health"], security=[])
async def readyz(request: Request[None, None, State]) -> Response[dict[str, object]]:
    """503 with what is wrong when the database cannot be written.

    `degraded` is still 200: everything works, and other nodes' news shows some seconds later.
    """
    app: App = request.app.state.milepost
    healthy = await app.store.healthy()
    body: dict[str, object] = {
        "state": "ready" if healthy else "unavailable",
        "database": "ok" if healthy else "cannot be written",
    }
    live = app.live.state()
    if healthy and live.trouble:
        body["state"] = "degraded"
    body["live"] = {"engine": live.engine, "state": live.trouble or "ok", "nodes": len(live.nodes)}
    if healthy:
        body["work"] = await app.work.counts(app.clock.now())
    return Response(body, status_code=HTTP_200_OK if healthy else HTTP_503_SERVICE_UNAVAILABLE)
