"""Which past parcels a parcel is like: same carrier, service and way first, then less and less alike."""

from milepost.model.journeys import Journey
from milepost.model.orders import Destination
from milepost.model.places import Located
from milepost.model.shipments import Shipment
from milepost.model.statuses import BEFORE_ACCEPTANCE, Evidence, Status

NAME_PART_MAX = 40  # characters; services and regions come from outside
HOURS_MAX = 24.0 * 120  # a parcel that took longer was lost and found: it teaches nothing


def lanes_of(shipment: Shipment, journey: Journey, destination: Destination) -> tuple[str, ...]:
    """Lane names from the finest to the coarsest, each `carrier|service|from>to`; empty: of any kind.

    Before the first scan the origin is not known: the finest lanes are left out then.
    """
    carrier = _part(shipment.carrier or shipment.provider_name)
    service = _part(shipment.service)
    country, region = _part(destination.country), _part(destination.region)
    if not country:
        return ()
    origin = _origin(journey)
    names = []
    if origin is not None:
        start, start_region = _part(origin.country), _part(origin.region)
        if start_region and region:
            names.append(f"{carrier}|{service}|{start}-{start_region}>{country}-{region}")
        if region:
            names.append(f"{carrier}|{service}|{start}>{country}-{region}")
        names.append(f"{carrier}|{service}|{start}>{country}")
        names.append(f"{carrier}||{start}>{country}")
    names += [f"{carrier}|{service}|>{country}", f"{carrier}||>{country}", f"||>{country}"]
    return tuple(dict.fromkeys(names))


def origin_country(journey: Journey) -> str:
    """Country (alpha-2) of the first scan whose place is known, or empty."""
    origin = _origin(journey)
    return origin.country if origin else ""


def hours_on_the_way(journey: Journey) -> float | None:
    """Hours from acceptance to doorstep of a delivered parcel, or None when they cannot be told."""
    if journey.status is not Status.DELIVERED or journey.accepted_at is None or journey.delivered_at is None:
        return None
    hours = (journey.delivered_at - journey.accepted_at).total_seconds() / 3600
    return hours if 0 < hours <= HOURS_MAX else None


def _origin(journey: Journey) -> Located | None:
    for scan in journey.events:
        event = scan.event
        is_there = event.evidence is Evidence.PHYSICAL and event.status not in BEFORE_ACCEPTANCE
        if is_there and event.place.located is not None:
            return event.place.located
    return None


def _part(text: str) -> str:
    """A piece of a lane's name without the letters that separate pieces."""
    return " ".join(text.casefold().translate(_APART).split())[:NAME_PART_MAX]


_APART = str.maketrans(dict.fromkeys("|>-", " "))
