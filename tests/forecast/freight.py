"""A made-up road-freight history of centre-start scans, one row per scan. Simulated: it proves shape, not accuracy."""

import csv
import io
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import hypot

FIRST = datetime(2018, 9, 12, tzinfo=UTC)
COLUMNS = (
    "trip_uuid", "trip_creation_time", "route_schedule_uuid", "route_type", "source_name", "destination_name",
    "od_start_time", "osrm_time", "osrm_distance", "legs_left", "delivered_at",
)  # fmt: skip


@dataclass(frozen=True)
class Route:
    """A planned run: its centres in order, when it leaves, and what kind it is."""

    name: str
    is_long: bool
    stops: tuple[int, ...]
    leaves_h: float


def rows(trips: int, seed: int, days: float = 10.0) -> list[dict[str, str]]:
    """Trips of planned routes, each scanned when it leaves a centre; times without zones."""
    draw = random.Random(seed)
    places = [(draw.uniform(0, 400), draw.uniform(0, 400)) for _ in range(70)]
    slow = [draw.lognormvariate(0, 0.35) for _ in places]
    wait_h = [draw.lognormvariate(-0.3, 0.6) for _ in places]
    routes = [_route(number, places, draw) for number in range(90)]
    found = []
    for number in range(trips):
        route = draw.choice(routes)
        day = int(draw.uniform(0, days))
        at = FIRST + timedelta(days=day, hours=route.leaves_h + abs(draw.gauss(0, 0.5)))
        found += _trip(f"trip-{number}", route, at, places, slow, wait_h, draw)
    return found


def text(found: list[dict[str, str]], without: tuple[str, ...] = ()) -> str:
    """As a CSV, without the named columns."""
    file = io.StringIO()
    table = csv.DictWriter(file, [name for name in COLUMNS if name not in without], extrasaction="ignore")
    table.writeheader()
    table.writerows(found)
    return file.getvalue()


def _route(number: int, places: list[tuple[float, float]], draw: random.Random) -> Route:
    is_long = draw.random() < 0.5
    start = draw.randrange(len(places))
    near = sorted(range(len(places)), key=lambda other: hypot(*_way(places, start, other)))
    others = near[20:] if is_long else near[1:10]
    stops = (start, *draw.sample(others, draw.randint(1, 3) if is_long else draw.randint(2, 6)))
    return Route(f"route-{number}", is_long, stops, draw.uniform(0, 24))


def _way(places: list[tuple[float, float]], one: int, other: int) -> tuple[float, float]:
    return places[one][0] - places[other][0], places[one][1] - places[other][1]


def _trip(  # noqa: PLR0917 - the whole made-up world
    name: str, route: Route, at: datetime, places: list[tuple[float, float]], slow: list[float],
    wait_h: list[float], draw: random.Random,
) -> list[dict[str, str]]:  # fmt: skip
    created = at - timedelta(hours=draw.uniform(0.1, 2))
    found = []
    driver = draw.lognormvariate(0, 0.08)
    for leg, (start, end) in enumerate(zip(route.stops, route.stops[1:], strict=False)):
        km = hypot(*_way(places, start, end)) * 1.3
        planned_min = km / 65 * 60
        found.append(
            {
                "trip_uuid": name,
                "trip_creation_time": created.strftime("%Y-%m-%d %H:%M:%S.%f"),
                "route_schedule_uuid": route.name,
                "route_type": "FTL" if route.is_long else "Carting",
                "source_name": f"Centre {start}",
                "destination_name": f"Centre {end}",
                "od_start_time": at.strftime("%Y-%m-%d %H:%M:%S.%f"),
                "osrm_time": f"{planned_min:.0f}",
                "osrm_distance": f"{km:.1f}",
                "legs_left": str(len(route.stops) - 1 - leg),
            }
        )
        rush = 1.25 if 8 <= at.hour < 20 else 1.0
        took_h = planned_min / 60 * 1.7 * slow[end] ** 0.5 * driver * rush * draw.lognormvariate(0, 0.12)
        stays_h = wait_h[end] * draw.lognormvariate(0, 0.3) * (1.0 if route.is_long else 0.6)
        at += timedelta(hours=took_h + (stays_h if leg < len(route.stops) - 2 else 0.2))
    for row in found:
        row["delivered_at"] = at.strftime("%Y-%m-%d %H:%M:%S.%f")
    return found
