"""A seller grants us access: the link they open, and what their browser brings back from it.

The link carries a random `state`; what comes back counts only with a state we gave within the last hour, and
once, so that nobody can slip somebody else's shop under a signed-in seller (RFC 6749 section 10.12).
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

from milepost.desk import shops as shop_desk
from milepost.model.reports import Refusal
from milepost.model.shops import Shop
from milepost.ports.app import App
from milepost.ports.sources import AccessError, Marketplace
from milepost.record.links import digest

STATE_LENGTH = timedelta(hours=1)
RETURN_LENGTH_MAX = 4096
USED = "used"


async def begin(app: App, marketplace: str, market: str) -> tuple[str, str]:
    """The link the seller opens, and its state. `market` is `us` or `row`. Raises AccessError."""
    source = _source(app, marketplace)
    state = secrets.token_urlsafe(24)
    link = source.authorization_link(market, state)
    until = app.clock.now() + STATE_LENGTH
    async with app.store.transaction() as tx:
        await tx.set_mark(_mark(state), f"{marketplace} {market} {until.isoformat()}")
    return link, state


async def finish(app: App, marketplace: str, brought: str | Mapping[str, str]) -> list[Shop] | Refusal:
    """The shops this opened, or why not. `brought` is the address the browser came back to, or its query.

    Raises AccessError or SourceError when the marketplace refuses the code or cannot be heard.
    """
    source = _source(app, marketplace)
    query = read_address(brought) if isinstance(brought, str) else dict(brought)
    returned = source.read_return(query)
    if isinstance(returned, Refusal):
        return returned
    market = await _use_state(app, marketplace, returned.state or "")
    if market is None:
        detail = (
            "The answer is older than an hour, was used before, or is not an answer to our link; start anew."
        )
        return Refusal(reason="unknown_state", detail=detail)
    return await shop_desk.connect(app, marketplace, app_key_of(app, market), returned.code)


async def with_code(app: App, marketplace: str, market: str, code: str) -> list[Shop]:
    """Connect with a bare code, typed by somebody at the terminal: they are who they say, no state is needed.

    Raises AccessError or SourceError.
    """
    _source(app, marketplace)
    return await shop_desk.connect(app, marketplace, app_key_of(app, market), code)


def read_address(text: str) -> dict[str, str]:
    """The query of an address, or of a bare query."""
    text = text.strip()[:RETURN_LENGTH_MAX]
    return dict(parse_qsl(urlsplit(text).query if "?" in text else text, keep_blank_values=True))


def app_key_of(app: App, market: str) -> str:
    """The registered app of a market. Raises AccessError."""
    for registered in app.settings.tiktok_shop.apps:
        if registered.market.strip().casefold() == market.strip().casefold():
            return registered.app_key
    raise AccessError(
        f"no app for market `{market}`: add one to [[tiktok_shop.apps]] (docs/run/configure.md)"
    )


def markets(app: App) -> list[str]:
    """Markets an app is registered for."""
    return list(dict.fromkeys(registered.market for registered in app.settings.tiktok_shop.apps))


def _source(app: App, marketplace: str) -> Marketplace:
    source = app.marketplaces.get(marketplace)
    if source is None:
        raise AccessError(f"there is no marketplace {marketplace!r}; there are {', '.join(app.marketplaces)}")
    if not source.is_configured:
        raise AccessError(
            f"{marketplace} has no app keys: set [[{marketplace}.apps]] (docs/run/configure.md)"
        )
    return source


async def _use_state(app: App, marketplace: str, state: str) -> str | None:
    """The market the state was given for; a second use finds nothing."""
    told = await app.store.mark(_mark(state)) if state else None
    if not told or told == USED:
        return None
    for_marketplace, market, until = told.split(" ")
    if for_marketplace != marketplace or datetime.fromisoformat(until) < app.clock.now():
        return None
    async with app.store.transaction() as tx:
        await tx.set_mark(_mark(state), USED)
    return market


def _mark(state: str) -> str:
    return f"connect:{digest(state)[:32]}"
