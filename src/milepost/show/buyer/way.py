"""A parcel's way for the map, as far as this visit may see it: towns at most, and never the buyer's door."""

from collections.abc import Iterable, Iterator, Sequence

from milepost.map.route import Route, Stop
from milepost.model.events import TrackingEvent
from milepost.model.journeys import Journey, JourneyEvent
from milepost.model.places import Located, Place, Precision, RawPlace
from milepost.model.statuses import Evidence, Status
from milepost.show.buyer.sight import Sight
from milepost.show.words.sentences import statuses

NEAR_DOOR_DEGREES = 0.5
"""A postcode so near to the town of delivery may be the buyer's own: it is drawn as the town."""

TOWN_DIGITS = 1
"""Decimals of a postcode's coordinates when the town of delivery is unknown: about 10 km."""

SAME_NAME_DEGREES, SAME_TOWN_DEGREES = 1.0, 0.05
FINEST_FIRST = (Precision.AIRPORT, Precision.POSTCODE, Precision.CITY, Precision.COUNTRY)


def way_of(journey: Journey, door: Located | None, sight: Sight, tone: str) -> Route | None:
    """The way, or None when nothing was located or this visit may see no towns. `door`: the buyer's town."""
    if sight.is_public:
        return None
    there = _stop(Place(raw=RawPlace(), located=door), sight, None) if door else None
    told = list(_steps(journey.standing))
    physical = [event for event in told if event.evidence is Evidence.PHYSICAL]
    stops = _joined(_stop(event.place, sight, door) for event in physical or told[:1])
    if not stops:
        return None
    if journey.status is Status.DELIVERED and there is not None:
        stops = _at_the_door(stops, there)
    scanned = len(stops) - 1 if physical else -1
    ahead = _ahead(journey, stops, there)
    if ahead is not None and not _is_same(ahead, stops[-1]):
        stops.append(ahead)
    elif scanned < 0:
        return None  # one place, and it was not even there yet
    return Route(stops=tuple(stops), scanned=scanned, tone=tone, icon=statuses()[journey.status].icon)


def _steps(events: Sequence[JourneyEvent]) -> Iterator[TrackingEvent]:
    """One event for each step: the source that placed it best."""
    best: dict[str, TrackingEvent] = {}
    for one in events:
        if one.event.place.located is None:
            continue
        known = best.get(one.step)
        if known is None or _fineness(one.event) < _fineness(known):
            best[one.step] = one.event
    yield from best.values()


def _fineness(event: TrackingEvent) -> int:
    located = event.place.located
    return FINEST_FIRST.index(located.precision) if located else len(FINEST_FIRST)


def _stop(place: Place, sight: Sight, door: Located | None) -> Stop | None:
    located = place.located
    if located is None:
        return None
    if located.precision is Precision.COUNTRY or located.latitude is None or located.longitude is None:
        return Stop(name=sight.country(place), country=located.country, precision=Precision.COUNTRY)
    name = sight.town(place).partition(",")[0]
    if located.precision is Precision.POSTCODE:
        return _postcode(name, located, door)
    return Stop(
        name=name,
        country=located.country,
        longitude=located.longitude,
        latitude=located.latitude,
        precision=located.precision,
    )


def _postcode(name: str, located: Located, door: Located | None) -> Stop:
    """Its area, unless that may be the buyer's: then the town, or no finer than one where none is known."""
    at, town = _at(located), _at(door)
    precision = Precision.POSTCODE
    if at is not None and town is None:
        at, precision = (round(at[0], TOWN_DIGITS), round(at[1], TOWN_DIGITS)), Precision.CITY
    elif at is not None and town is not None and _are_near(at, town, NEAR_DOOR_DEGREES):
        at, precision = town, Precision.CITY
    longitude, latitude = at or (None, None)
    return Stop(
        name=name, country=located.country, longitude=longitude, latitude=latitude, precision=precision
    )


def _joined(stops: Iterable[Stop | None]) -> list[Stop]:
    """Scans at one place are one stop; a country alone says nothing beside a town in it."""
    found: list[Stop] = []
    for stop in stops:
        if stop is not None and not (found and _is_same(found[-1], stop)):
            found.append(stop)
    last = len(found) - 1
    return [
        stop
        for number, stop in enumerate(found)
        if stop.longitude is not None
        or number == last
        or all(
            other is stop or other.country != stop.country for other in found[max(0, number - 1) : number + 2]
        )
    ]


def _at_the_door(stops: list[Stop], there: Stop) -> list[Stop]:
    """Delivered, and only the country was told: then it was the town it went to."""
    if stops[-1].longitude is None and stops[-1].country == there.country:
        return [*stops[:-1], there]
    return stops


def _ahead(journey: Journey, stops: Sequence[Stop], there: Stop | None) -> Stop | None:
    """Where it goes from here: to the buyer, or back to where it came from."""
    if journey.status is Status.RETURN_IN_TRANSIT:
        return stops[0]
    return None if journey.status.is_terminal else there


def _is_same(one: Stop, other: Stop) -> bool:
    here, there = _coordinates(one), _coordinates(other)
    if one.country != other.country or here is None or there is None:
        return here == there and one.country == other.country
    is_called_alike = one.name.casefold() == other.name.casefold()
    return _are_near(here, there, SAME_NAME_DEGREES if is_called_alike else SAME_TOWN_DEGREES)


def _coordinates(stop: Stop) -> tuple[float, float] | None:
    return None if stop.longitude is None or stop.latitude is None else (stop.longitude, stop.latitude)


def _at(located: Located | None) -> tuple[float, float] | None:
    if located is None or located.longitude is None or located.latitude is None:
        return None
    return located.longitude, located.latitude


def _are_near(one: tuple[float, float], other: tuple[float, float], most: float) -> bool:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1])) < most
