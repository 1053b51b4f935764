"""The service worker that shows notifications: at an address that never changes, for nothing but /push/."""

from typing import Any

from litestar import Response, get

from milepost.show.assets import built

FRESH = {"Cache-Control": "no-cache"}
"""A browser looks for a new one by itself, and at most a day apart."""


@get("/push/worker.js", include_in_schema=False)
async def worker() -> Response[Any]:
    """It controls no page: its own folder holds none. `/static` could not be its home, names change there."""
    found = built("push-worker.js")
    return Response(found.body, media_type=found.media_type, headers=FRESH)


ROUTES = [worker]
