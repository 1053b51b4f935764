"""The way a parcel takes: origin, hubs and gateways, destination, and how long each leg lasts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from milepost_sandbox.world.places import distance_km, gateways, hubs
from milepost_sandbox.world.words import Place

AIR_HUBS: Final = {"ups": "Louisville", "fedex": "Memphis", "dhl": "Cincinnati"}
TRUCK_KM_PER_HOUR: Final = 68.0
PLANE_KM_PER_HOUR: Final = 760.0
PLANE_EXTRA_HOURS: Final = 2.5
TRUCK_EXTRA_HOURS: Final = 0.7
NEAR_KM: Final = 60.0
ONE_HUB_KM: Final = 1_300.0
PLANE_FROM_KM: Final = 2_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The places in order; the indexes say where a parcel leaves one country and enters the next."""

    places: tuple[Place, ...]
    export_index: int | None
    customs_index: int | None
    service: str

    def leg_hours(self, index: int) -> float:
        """The hours from place `index` to the next one, without any waiting at either end."""
        return leg_hours(self.places[index], self.places[index + 1], self.service)


def leg_hours(start: Place, end: Place, service: str) -> float:
    """By truck, or by plane when it is express, far, or over a border that is far away."""
    km = distance_km(start, end)
    by_plane = km > PLANE_FROM_KM or (service in ("express", "international") and km > NEAR_KM * 6)
    if by_plane:
        return PLANE_EXTRA_HOURS + km / PLANE_KM_PER_HOUR
    return TRUCK_EXTRA_HOURS + km * 1.2 / TRUCK_KM_PER_HOUR


@cache
def route(carrier: str, service: str, origin: Place, destination: Place) -> Route:
    """A plausible way; the same question always has the same answer."""
    if origin.country != destination.country:
        return _abroad(carrier, service, origin, destination)
    between = _air(carrier, origin) if service == "express" else None
    hubs_between = between or _ground(carrier, origin, destination)
    return Route(
        places=_distinct((origin, *hubs_between, destination)),
        export_index=None,
        customs_index=None,
        service=service,
    )


def _abroad(carrier: str, service: str, origin: Place, destination: Place) -> Route:
    leave = _nearest(origin, gateways(carrier, origin.country))
    enter = _nearest(destination, gateways(carrier, destination.country))
    before = (origin, leave) if leave != origin else (origin,)
    after = _distinct((enter, *_ground(carrier, enter, destination)[-1:], destination))
    return Route(
        places=(*before, *after),
        export_index=len(before) - 1,
        customs_index=len(before),
        service=service,
    )


def _air(carrier: str, origin: Place) -> tuple[Place, ...] | None:
    name = AIR_HUBS.get(carrier)
    found = [hub for hub in hubs(carrier, origin.country) if hub.city == name]
    return tuple(found) or None


def _ground(carrier: str, origin: Place, destination: Place) -> tuple[Place, ...]:
    km = distance_km(origin, destination)
    if km < NEAR_KM:
        return ()
    on_the_way = [
        hub
        for hub in hubs(carrier, destination.country)
        if distance_km(origin, hub) + distance_km(hub, destination) < 1.3 * km + NEAR_KM
        and min(distance_km(origin, hub), distance_km(hub, destination)) > 1
    ]
    if not on_the_way:
        return ()
    last = _nearest(destination, tuple(on_the_way))
    first = _nearest(origin, tuple(on_the_way))
    return (last,) if km < ONE_HUB_KM or first == last else (first, last)


def _nearest(to: Place, among: tuple[Place, ...]) -> Place:
    return min(among, key=lambda place: (distance_km(to, place), place.city))


def _distinct(places: tuple[Place, ...]) -> tuple[Place, ...]:
    kept: list[Place] = []
    for place in places:
        if place not in kept:
            kept.append(place)
    return tuple(kept)
