"""Where clients of other services ask: `/api/as/DIALECT` and then the very path of that service.

A client changes its base address and its key, and nothing else (docs/use/switching.md). All of it reads; a
call that would make them follow a new number answers about it when Milepost knows it, and refuses otherwise:
Milepost follows the numbers of orders.
"""

from types import ModuleType

from litestar import Router

from milepost.show.dialects.asking import in_their_words
from milepost.show.dialects.routes import aftership, easypost, karrio, seventeen_track, shippo

DIALECTS: dict[str, ModuleType] = {
    "aftership": aftership,
    "easypost": easypost,
    "shippo": shippo,
    "karrio": karrio,
    "17track": seventeen_track,
}
"""By the word in the address."""


def router() -> Router:
    """Everything under /api/as. Not in our published document: theirs describe it."""
    return Router("/api/as", route_handlers=[_dialect(name) for name in DIALECTS], include_in_schema=False)


def _dialect(name: str) -> Router:
    dialect = DIALECTS[name]
    return Router(
        f"/{name}",
        route_handlers=dialect.ROUTES,
        guards=[dialect.KEY],
        exception_handlers={Exception: in_their_words(dialect.PROBLEM)},
        opt={"exclude_from_csrf": True},
    )
