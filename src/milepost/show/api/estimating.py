"""The route that says when a parcel would come that nobody has bought yet. Nothing asked is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Request, Router, post
from litestar.exceptions import ValidationException
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from milepost.forecast.days import zone_of
from milepost.forecast.doorstep import odds
from milepost.foreseeing import learn_lately
from milepost.model.forecasts import WINDOWS, Forecast
from milepost.model.journeys import EMPTY_JOURNEY
from milepost.model.lessons import Way
from milepost.model.places import RawPlace
from milepost.ports.app import App
from milepost.ports.forecast import ForecastFacts
from milepost.show.api import shapes
from milepost.show.api.checkout import needs_key_or_page, shop_of_page, take_turn
from milepost.show.api.keys import key_of, shops_of
from milepost.show.problems import PROBLEMS_OF_PAGES, problem_for

AHEAD_MAX = timedelta(days=366)
"""Nobody knows when what is bought in more than a year will come."""


@post(
    "/estimates",
    summary="When it would come, before it is bought",
    status_code=HTTP_200_OK,
    responses=PROBLEMS_OF_PAGES,
)
async def estimate(
    request: Request[Any, Any, Any], data: JSONBody[shapes.EstimateWish]
) -> shapes.EstimateShape:
    """The same forecast that the parcel would get the moment it is bought: windows, the chance of each day.

    With `shop_id` that shop's own handling time counts; without a service or carrier the window is wider.
    Pages named in `checkout.pages` ask without a key, for their own shop.
    """
    take_turn(request)
    app: App = request.app.state.milepost
    await learn_lately(app)
    facts = _facts(request, app, data)
    found = app.forecaster.forecast(facts)
    if found is None:  # cannot be: a parcel nobody sent is always under way
        raise ValidationException("nothing can be said of this")
    return _shape(app, found, facts)


def _facts(request: Request[Any, Any, Any], app: App, wish: shapes.EstimateWish) -> ForecastFacts:
    now = app.clock.now()
    at = wish.bought_at or now
    if at.tzinfo is None:
        raise ValidationException("bought_at: needs an offset, like 2026-03-04T12:00:00Z")
    if abs(at - now) > AHEAD_MAX:
        raise ValidationException("bought_at: must be within a year of now")
    walls = shops_of(key_of(request))
    if wish.shop_id and walls is not None and wish.shop_id not in walls:
        raise ValidationException("shop_id: no such shop for this key")
    if wish.carrier and wish.carrier not in app.carriers:
        raise ValidationException("carrier: no such carrier; `milepost carriers` lists the keys")
    to = wish.destination
    door = app.gazetteer.locate(
        RawPlace(city=to.city, region=to.region, postal_code=to.postal_code, country=to.country.upper())
    )
    way = Way(
        shop=wish.shop_id or shop_of_page(request),
        carrier=wish.carrier,
        service=wish.service,
        origin=wish.origin_country.upper(),
        country=to.country.upper(),
        region=to.region or (door.region if door else ""),
        zone=(door.zone if door else None) or "",
    )
    return ForecastFacts(
        now=at.astimezone(UTC), placed_at=at, way=way, door=door, journey=EMPTY_JOURNEY, promises=()
    )


def _shape(app: App, found: Forecast, facts: ForecastFacts) -> shapes.EstimateShape:
    zone = zone_of(facts.way.zone)
    measured = app.forecaster.measured_of(facts.way)
    return shapes.EstimateShape(
        as_of=found.as_of,
        point_at=found.point_at,
        first_day=found.low_at.astimezone(zone).date(),
        last_day=found.high_at.astimezone(zone).date(),
        time_zone=facts.way.zone or None,
        windows=[_window(found, percent) for percent in sorted(WINDOWS)],
        days=[
            shapes.DayShape(day=one.day, chance=round(one.share, 4))
            for one in odds(found.spread, found.as_of, facts.way, app.forecaster.delivers_on)
        ],
        model=found.model,
        parcels=found.parcels,
        came_inside=measured[0] if measured else None,
        measured_on=measured[1] if measured else 0,
    )


def _window(found: Forecast, percent: int) -> shapes.PercentShape:
    low_h, high_h = found.spread.window(percent)
    low, high = (found.as_of + timedelta(hours=hours) for hours in (low_h, high_h))
    return shapes.PercentShape(percent=percent, from_at=_whole(low), to_at=_whole(high))


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def router() -> Router:
    """Apart from the others: not only those who have a key may ask."""
    return Router(
        "/api/v1",
        route_handlers=[estimate],
        guards=[needs_key_or_page],
        exception_handlers={Exception: problem_for},
        security=[{"apiKey": []}],
        tags=["tracking"],
    )
