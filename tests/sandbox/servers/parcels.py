"""Parcels of any carrier on their way or delivered, and its server over a world of them."""

from __future__ import annotations

from datetime import timedelta

from milepost_sandbox.faults import Faults
from milepost_sandbox.servers.platforms import PLATFORMS
from tests.sandbox.servers.small_world import AUSTIN, KEYS, MEMPHIS, START, order, parcel, step, world

BY_SOURCE = {platform.source: platform for platform in PLATFORMS}
LATER = START + timedelta(days=8)


ON_ITS_WAY = (
    step(1, "label_created", MEMPHIS),
    step(5, "picked_up", MEMPHIS),
    step(9, "departed", MEMPHIS),
    step(20, "arrived", AUSTIN),
)


def on_its_way(source: str, **changes):
    return parcel(source, ON_ITS_WAY, **changes)


def delivered(source: str, **changes):
    last = step(30, "delivered", received_by="Sample", left_with="front_door")
    return parcel(source, [*ON_ITS_WAY, last], **changes)


def app_of(source: str, *parcels, at=LATER):
    the_world = world(*parcels, orders=[order(list(parcels))] if parcels else [], at=at)
    return BY_SOURCE[source].app(the_world, Faults(7), KEYS), the_world
