"""Is it alive, and can it work? For load balancers and the person on call."""

import asyncio

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.status_codes import HTTP_503_SERVICE_UNAVAILABLE

from milepost.ports.app import App
from milepost.ports.store import StoreError, Trouble
from milepost.show.problems import TRY_AGAIN_S

ANSWER_S = 3.0
"""Real seconds for counting the work; then the database counts as not answering."""


@get("/healthz", summary="The process answers", tags=["health"], security=[])
async def healthz() -> dict[str, str]:
    """Always `ok` while the process runs."""
    return {"state": "ok"}


@get("/readyz", summary="It can read and write its facts", tags=["health"], security=[])
async def readyz(request: Request[None, None, State]) -> Response[dict[str, object]]:
    """503 when facts cannot be kept; `database` says why: `disk full`, `read only`, `database away`.

    `degraded` is still 200: everything works, and other nodes' news shows some seconds later.
    """
    app: App = request.app.state.milepost
    live = app.live.state()
    told = {"engine": live.engine, "state": live.trouble or "ok", "nodes": len(live.nodes)}
    trouble = await app.store.trouble()
    if trouble is None:
        try:
            async with asyncio.timeout(ANSWER_S):
                work = await app.work.counts(app.clock.now())
        except StoreError as error:
            trouble = error.trouble
        except TimeoutError:
            trouble = Trouble.NO_ANSWER
        else:
            state = "degraded" if live.trouble else "ready"
            well = {"state": state, "database": "ok", "live": told, "work": work}
            return Response(well | _restored(app, work["held"]))
    body: dict[str, object] = {"state": "unavailable", "database": trouble.value, "live": told}
    return Response(body, status_code=HTTP_503_SERVICE_UNAVAILABLE, headers={"Retry-After": TRY_AGAIN_S})


def _restored(app: App, held: int) -> dict[str, object]:
    """After a restore, for as long as anything is held: what a person has to decide about."""
    if app.fence is None or not held:
        return {}
    return {
        "restored": {
            "at": app.fence.restored_at,
            "backup_taken_at": app.fence.backup_taken_at,
            "to_do": "milepost restore release, or drop",
        }
    }
