"""How the carriers do: keys, last answers, errors, what is left of quotas, and what pushes are worth."""

from dataclasses import dataclass
from datetime import datetime

from litestar import Request, Response, get
from litestar.datastructures import State

from milepost.desk.carrier_states import CarrierState, carrier_states
from milepost.model.pushes import PushHealth
from milepost.show.console.frame import console_page
from milepost.show.console.guard import needs_everything, pages
from milepost.show.looks import app_of
from milepost.show.moments import HOUR_S, counted

CARRIERS = "/console/carriers"
WORDS = {
    "works": ("Answers", "circle-check", "good"),
    "broken": ("Does not answer", "triangle-alert", "bad"),
    "refused": ("Refuses our keys", "triangle-alert", "bad"),
    "not_asked": ("Not asked yet", "clock", "plain"),
    "no_keys": ("No keys", "info", "plain"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierLine:
    """One carrier, every cell ready to be read; the template says ages."""

    name: str
    key: str
    word: str
    symbol: str
    tone: str
    parcels: str
    answered_at: datetime | None
    keys_checked_at: datetime | None
    said: str  # the newest failure, while it counts
    failed_at: datetime | None
    errors: str
    left: str
    waits: str  # by how much intervals have grown
    pushes: str
    pushed_at: datetime | None


@get("/carriers")
async def carriers(request: Request[None, None, State]) -> Response[str]:
    """Every carrier that can be asked; those with keys first."""
    lines = [_line(one) for one in await carrier_states(app_of(request))]
    return await console_page(request, "console/carriers.html", CARRIERS, lines=lines)


def _line(one: CarrierState) -> CarrierLine:
    word, symbol, tone = WORDS[one.state]
    health, is_asked = one.health, one.state != "no_keys"
    rate = health.error_rate
    return CarrierLine(
        name=one.card.name,
        key=one.card.key,
        word=word,
        symbol=symbol,
        tone=tone,
        parcels=counted(one.parcels, "parcel") if is_asked else "",
        answered_at=health.answered_at,
        keys_checked_at=health.keys_checked_at,
        said=health.said if health.failures else "",
        failed_at=health.failed_at if health.failures else None,
        errors="" if rate is None else f"{100 * rate:.1f} % errors",
        left=_left(one) if is_asked else "",
        waits=f"The longest intervals are {one.stretched:.1f} times as long." if one.stretched > 1 else "",
        pushes=_pushes(one.pushes),
        pushed_at=one.pushes.last_push_at if one.pushes else None,
    )


def _left(one: CarrierState) -> str:
    if one.calls_left_today is None:
        return f"{one.card.per_minute:,} calls a minute"
    return f"{one.calls_left_today:,} of {one.card.per_day:,} calls left today"


def _pushes(pushes: PushHealth | None) -> str:
    if pushes is None or pushes.share is None:
        return ""
    lag = f", half of it within {_long(pushes.lag_p50_s)}" if pushes.lag_p50_s else ""
    return f"{round(100 * pushes.share)} % heard by push first{lag}"


def _long(seconds: int) -> str:
    """A bound of lags (model/pushes.py): minutes up to an hour, else hours."""
    return counted(seconds // 60, "minute") if seconds < HOUR_S else counted(seconds // HOUR_S, "hour")


ROUTES = [pages(carriers, guards=[needs_everything])]
