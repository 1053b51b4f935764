"""What all the servers' reports together entail: the events and statuses an audit expects of Milepost."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from milepost_sandbox.audit.journey import journey_status, told
from milepost_sandbox.faults import Faults
from milepost_sandbox.world.words import Entailed, Parcel
from milepost_sandbox.world.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelTruth:
    """How one parcel of our orders stands by all that was published."""

    tracking_number: str
    carrier: str
    provider_name: str
    order_ids: tuple[str, ...]
    story: str
    status: str
    known_at: datetime


class Truth:
    """Asks every platform about every step once; what is true later is a longer part of the same list."""

    def __init__(self, world: World, faults: Faults, platforms: Sequence[Any]) -> None:
        """Gather it; `platforms` follow the `Platform` protocol of world/words.py."""
        self._world = world
        self._events = sorted(_gathered(world, faults, platforms), key=_order)
        self._published = [event.published_at for event in self._events]
        self._by_number: dict[str, list[Entailed]] = defaultdict(list)
        for event in self._events:
            if event.tracking_number is not None:
                self._by_number[event.tracking_number].append(event)

    def events(self, now: datetime) -> Sequence[Entailed]:
        """What the reports published by `now` entail, oldest publication first."""
        return self._events[: bisect_right(self._published, now)]

    def parcels(self, now: datetime, begin: int = 0, end: int | None = None) -> list[ParcelTruth]:
        """The parcels TikTok already tells the tracking number of, and their status at `now`.

        `begin` and `end` cut a page out of the list, whose order never changes at one `now`.
        """
        known = self._known_parcels(now)[begin:end]
        return [self._parcel(parcel, known_at, now) for parcel, known_at in known]

    def parcel_count(self, now: datetime) -> int:
        """How many parcels `parcels` tells of."""
        return len(self._known_parcels(now))

    def _known_parcels(self, now: datetime) -> list[tuple[Parcel, datetime]]:
        known = ((parcel, self._known_at(parcel)) for parcel in self._world.parcels)
        return [(parcel, known_at) for parcel, known_at in known if known_at and known_at <= now]

    def _known_at(self, parcel: Parcel) -> datetime | None:
        orders = [self._world.order(order_id) for order_id in parcel.order_ids]
        return min((order.rts_at for order in orders if order and order.rts_at), default=None)

    def _parcel(self, parcel: Parcel, known_at: datetime, now: datetime) -> ParcelTruth:
        events = (e for e in self._by_number[parcel.tracking_number] if e.published_at <= now)
        return ParcelTruth(
            tracking_number=parcel.tracking_number,
            carrier=parcel.carrier,
            provider_name=parcel.provider_name,
            order_ids=parcel.order_ids,
            story=parcel.story,
            status=journey_status(told(event) for event in events),
            known_at=known_at,
        )


def _order(event: Entailed) -> tuple[datetime, str, str, str, str]:
    return (event.published_at, event.step_key, event.source, event.code, event.order_id or "")


def _gathered(world: World, faults: Faults, platforms: Sequence[Any]) -> Iterable[Entailed]:
    """Each scan once: two orders in one parcel hear of the same scan, which stays one event."""
    seen: set[tuple[object, ...]] = set()
    ends_at = world.ends_at
    for parcel in world.parcels:
        if not parcel.order_ids:
            continue
        for step in parcel.steps:
            for platform in platforms:
                for event in platform.entails(world, faults, parcel, step, ends_at):
                    if (identity := _identity(event)) not in seen:
                        seen.add(identity)
                        yield event


def _identity(event: Entailed) -> tuple[object, ...]:
    subject = event.tracking_number or f"order {event.order_id}"
    when = event.instant_utc or event.wall_clock
    return (event.source, subject, event.code, event.description, when)
