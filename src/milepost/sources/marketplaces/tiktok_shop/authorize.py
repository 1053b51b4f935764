"""From the seller's consent to tokens, and from tokens to fresh ones (tiktok-shop.md §1.2–§1.5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from milepost.model.reports import Refusal
from milepost.model.shops import Grant, Shop, ShopState
from milepost.ports.sources import AccessError, Returned, SourceBusyError
from milepost.settings import TikTokApp, TikTokShop
from milepost.sources.marketplaces.tiktok_shop import endpoints
from milepost.sources.marketplaces.tiktok_shop.calls import Calls, Heard, Question
from milepost.sources.marketplaces.tiktok_shop.wire import Row, expiry, identifier, rows, text, texts

KEY = "tiktok_shop"
MARKETS = ("us", "row")
ACCESS_LIFE_IF_UNTOLD = timedelta(days=1)
REFRESH_LIFE_IF_UNTOLD = timedelta(days=30)
"""Only for an answer without an expiry: shorter than what is documented, so that we refresh too early."""


def app_of_market(apps: Sequence[TikTokApp], market: str) -> TikTokApp:
    """The app of a market: a US shop needs an app of the US portal, any other shop one of the other portal.

    Raises AccessError naming the setting when there is none.
    """
    wanted = market.strip().casefold()
    for app in apps:
        if app.market.strip().casefold() == wanted and app.app_key:
            return app
    raise AccessError(f"no TikTok Shop app for market `{wanted}`: add one to [[tiktok_shop.apps]]")


def app_of_key(apps: Sequence[TikTokApp], app_key: str) -> TikTokApp:
    """The app a shop was connected through. Raises AccessError when it is no longer in the settings."""
    for app in apps:
        if app.app_key == app_key:
            return app
    raise AccessError(
        f"the app {app_key} a shop was connected through is not in [[tiktok_shop.apps]] any more"
    )


def authorization_link(settings: TikTokShop, market: str, state: str) -> str:
    """Where the seller consents. It names neither a redirect address nor a scope: the portal has both."""
    app = app_of_market(settings.apps, market)
    if not app.service_id:
        raise AccessError(f"set service_id of the app {app.app_key} in [[tiktok_shop.apps]]")
    page = settings.authorize_url_us if app.market.casefold() == "us" else settings.authorize_url_row
    return f"{page}?{urlencode({'service_id': app.service_id, 'state': state})}"


def read_return(query: Mapping[str, str]) -> Returned | Refusal:
    """What the browser brought back. Any `error`, no code, or the literal code `null` is a refusal (§1.2)."""
    code = query.get("code", "").strip()
    if "error" in query or code in ("", "null"):
        return Refusal(reason="authorization_refused", detail="The seller did not let us read their shop.")
    return Returned(code=code, state=query.get("state") or None)


async def exchange(calls: Calls, app: TikTokApp, code: str, now: datetime) -> Grant:
    """Tokens for a code, which lives 30 minutes and works once. Raises AccessError when it does not."""
    code = code.strip()
    if code in ("", "null"):
        raise AccessError("TikTok Shop sent no authorization code: the seller did not let us read their shop")
    query = {"auth_code": code, "grant_type": "authorized_code"}  # spelled so, not `authorization_code`
    return _grant(app, await calls.ask_for_token(app, endpoints.TOKEN_GET, query), now)


async def refresh(calls: Calls, app: TikTokApp, grant: Grant, now: datetime) -> Grant:
    """Both tokens anew. Who calls holds the grant's lock and stores both at once (§1.3).

    Whether a refresh ends the former refresh token is not confirmed: if ours is refused, the one before it
    gets one try.
    """
    try:
        heard = await _ask_refresh(calls, app, grant.refresh_token)
    except SourceBusyError:
        raise
    except AccessError:
        if not grant.previous_refresh_token:
            raise
        heard = await _ask_refresh(calls, app, grant.previous_refresh_token)
    return _grant(app, heard, now, before=grant)


async def authorized_shops(calls: Calls, app: TikTokApp, grant: Grant, now: datetime) -> list[Shop]:
    """The shops one token covers, each with its cipher. This call alone goes without a cipher (§1.5)."""
    question = Question(method="GET", path=endpoints.SHOPS)
    heard = await calls.ask(app, grant.access_token, question)
    return [_shop(row, app, grant, now) for row in rows(heard.data.get("shops")) if identifier(row.get("id"))]


def our_shop_id(foreign_id: str) -> str:
    """Our id of a shop."""
    return f"{KEY}-{foreign_id}"


async def _ask_refresh(calls: Calls, app: TikTokApp, token: str) -> Heard:
    query = {"refresh_token": token, "grant_type": "refresh_token"}
    return await calls.ask_for_token(app, endpoints.TOKEN_REFRESH, query)


def _grant(app: TikTokApp, heard: Heard, now: datetime, before: Grant | None = None) -> Grant:
    told = heard.data
    access = text(told.get("access_token"))
    new_refresh = text(told.get("refresh_token")) or (before.refresh_token if before else "")
    if not access:
        raise AccessError("TikTok Shop answered without an access token; connect the shop again")
    return Grant(
        marketplace=KEY,
        app_key=app.app_key,
        owner=identifier(told.get("open_id")) or (before.owner if before else ""),
        access_token=access,
        access_expires_at=expiry(told.get("access_token_expire_in")) or now + ACCESS_LIFE_IF_UNTOLD,
        refresh_token=new_refresh,
        refresh_expires_at=expiry(told.get("refresh_token_expire_in")) or now + REFRESH_LIFE_IF_UNTOLD,
        previous_refresh_token=_previous(before, new_refresh),
        scopes=_scopes(told) or (before.scopes if before else ()),
    )


def _previous(before: Grant | None, new_refresh: str) -> str:
    if before is None:
        return ""
    is_rotated = before.refresh_token != new_refresh
    return before.refresh_token if is_rotated else before.previous_refresh_token


def _scopes(told: Row) -> tuple[str, ...]:
    """Older answers call them permissions."""
    return tuple(texts(told.get("granted_scopes")) or texts(told.get("granted_permissions")))


def _shop(row: Row, app: TikTokApp, grant: Grant, now: datetime) -> Shop:
    foreign_id = identifier(row.get("id"))
    return Shop(
        shop_id=our_shop_id(foreign_id),
        marketplace=KEY,
        foreign_id=foreign_id,
        name=text(row.get("name")),
        region=text(row.get("region")),
        cipher=text(row.get("cipher")),
        app_key=app.app_key,
        state=ShopState.CONNECTED,
        connected_at=now,
        owner=grant.owner,
    )
