"""The Acme page: a first page that reads the store and says what it found."""

from litestar import Request, Response, get
from litestar.datastructures import State

from milepost.show.looks import app_of, page


@get("/acme", include_in_schema=False)
async def acme(request: Request[None, None, State]) -> Response[str]:
    """Read the store, then render. Anybody may see this, so it holds nobody's data."""
    healthy = await app_of(request).store.healthy()
    return page(request, "acme.html", healthy=healthy)


ROUTES = [acme]
