"""Where on its way a parcel stands, as far as that says when it comes: the stage, and since when.

Remaining time is learned per stage, counted from the moment the stage began.
"""

from datetime import datetime
from functools import lru_cache
from math import cos, hypot, radians
from typing import NamedTuple

from milepost.model.events import TrackingEvent
from milepost.model.journeys import Journey
from milepost.model.places import Located
from milepost.model.statuses import BEFORE_ACCEPTANCE, Evidence, Status

PURCHASE = "purchase"  # bought, and nobody has it yet
LABELED = "labeled"  # the carrier knows of it
ACCEPTED = "accepted"  # the carrier has it
LANDED = "landed"  # first scan in the country it goes to, of a parcel from abroad
ARRIVED = "arrived"  # first scan near the door
OUT = "out"  # on the vehicle to the door
MISSED = "missed"  # was at the door, or out and back
HELD = "held"
CUSTOMS = "customs"
RELEASED = "released"  # moves again after it was held
PICKUP = "pickup"  # waits at a counter: when it is fetched is up to the receiver

STAGES = (PURCHASE, LABELED, ACCEPTED, LANDED, ARRIVED, OUT, MISSED, HELD, CUSTOMS, RELEASED)
STAGES_MAX = 40
"""Of one parcel that are kept: one that is held every day for a month teaches no more after that."""

NEAR_KM = 60.0
"""A scan so near to the town it goes to is made at the last depot."""

STOPPED = frozenset({HELD, CUSTOMS, MISSED})
"""A date that the carrier named before one of these knows nothing of it."""

_MOVING = frozenset({Status.ACCEPTED, Status.IN_TRANSIT})
_STANDING = STOPPED | {PICKUP}
_RANK = {PURCHASE: 0, LABELED: 1, ACCEPTED: 2, LANDED: 3, ARRIVED: 4}
_KM_A_DEGREE = 111.2


class Standing(NamedTuple):
    """A stage, when it began, and when we heard of that (UTC)."""

    stage: str
    since: datetime
    heard_at: datetime


def stages_of(journey: Journey, placed_at: datetime | None, door: Located | None) -> list[Standing]:
    """Every stage it lived through, in order; the last one is where it stands. Empty: nothing is known."""
    found = [Standing(PURCHASE, placed_at, placed_at)] if placed_at is not None else []
    origin = ""
    for scan in journey.events:
        event = scan.event
        at = event.occurred.utc
        if event.status is None or at is None or scan.is_retracted:
            continue
        if event.status.is_terminal or event.status is Status.RETURN_IN_TRANSIT:
            break
        located = event.place.located
        if not origin and located is not None and event.status in _MOVING:
            origin = located.country
        stage = _next(found[-1].stage if found else "", event, origin, door)
        if stage and len(found) < STAGES_MAX:
            found.append(Standing(stage, at, scan.first_heard_at))
    return found


def origin_country(journey: Journey) -> str:
    """Country (alpha-2) of the first scan whose place is known, or empty."""
    for scan in journey.events:
        event = scan.event
        is_there = event.evidence is Evidence.PHYSICAL and event.status not in BEFORE_ACCEPTANCE
        if is_there and event.place.located is not None:
            return event.place.located.country
    return ""


def _next(stage: str, event: TrackingEvent, origin: str, door: Located | None) -> str:
    """The stage that this scan begins; empty when it begins none."""
    status = event.status
    if status is Status.LABEL_CREATED:
        return LABELED if _RANK.get(stage, 9) < _RANK[LABELED] or not stage else ""
    if status is Status.OUT_FOR_DELIVERY:
        return OUT
    if status is Status.ATTEMPTED:
        return MISSED
    if status is Status.AVAILABLE_FOR_PICKUP:
        return PICKUP
    if status is Status.HELD:
        held = CUSTOMS if (event.reason or "").startswith("customs.") else HELD
        return held if held != stage else ""
    return _moved(stage, event, origin, door) if status in _MOVING else ""


def _moved(stage: str, event: TrackingEvent, origin: str, door: Located | None) -> str:
    if stage == OUT:
        return MISSED  # it came back to the depot
    if stage in _STANDING:
        return RELEASED if stage != MISSED else ""
    if stage == ARRIVED:
        return ""  # there is nothing between the last depot and the door
    reached = ACCEPTED
    located = event.place.located
    if located is not None and door is not None and located.country == door.country:
        if origin and origin != door.country:
            reached = LANDED
        if stage not in ("", PURCHASE, LABELED) and _is_near(located, door):
            reached = ARRIVED
    if stage == RELEASED:
        return ARRIVED if reached == ARRIVED else ""
    return reached if _RANK[reached] > _RANK.get(stage, -1) else ""


@lru_cache(8192)
def _is_near(place: Located, door: Located) -> bool:
    if place.latitude is None or place.longitude is None or door.latitude is None or door.longitude is None:
        return bool(place.city) and (place.city, place.region) == (door.city, door.region)
    east = (place.longitude - door.longitude) * cos(radians(door.latitude))
    return hypot(place.latitude - door.latitude, east) * _KM_A_DEGREE <= NEAR_KM
