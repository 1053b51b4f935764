"""The carrier's own promise of a delivery day, and how it changes while the parcel travels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from milepost_sandbox.world.places import at_local, local
from milepost_sandbox.world.routes import Route
from milepost_sandbox.world.words import Eta, Step

END_OF_DAY_HOUR: Final = 20
HANDLING_HOURS: Final = 18.0
HOURS_PER_HUB: Final = 4.0
CLEARANCE_HOURS: Final = 24.0
WINDOW: Final = (timedelta(hours=1), timedelta(hours=5))


def promises(steps: Sequence[Step], route: Route) -> tuple[Eta, ...]:
    """One at the first scan, a moved one at each `eta_changed`, a window when out for delivery."""
    etas: list[Eta] = []
    for step in steps:
        if not etas and step.situation in ("picked_up", "dropped_off"):
            kind: Literal["committed", "estimated"]
            kind = "committed" if route.service == "express" else "estimated"
            etas.append(
                Eta(
                    known_at=step.published_at,
                    from_at=None,
                    to_at=_first_promise(step.at, route),
                    kind=kind,
                )
            )
        elif etas and step.situation == "eta_changed":
            moved = etas[-1].to_at + timedelta(seconds=int(step.detail.get("eta_seconds", "86400")))
            to_at = at_local(moved, END_OF_DAY_HOUR, 0, route.places[-1])
            etas.append(Eta(known_at=step.published_at, from_at=None, to_at=to_at, kind="rescheduled"))
        elif etas and step.situation == "out_for_delivery":
            early, late = (step.at + span for span in WINDOW)
            etas.append(Eta(known_at=step.published_at, from_at=early, to_at=late, kind="estimated"))
    return tuple(sorted(etas, key=lambda eta: eta.known_at))


def _first_promise(picked_up: datetime, route: Route) -> datetime:
    legs = range(len(route.places) - 1)
    hours = HANDLING_HOURS + sum(route.leg_hours(index) + HOURS_PER_HUB for index in legs)
    if route.customs_index is not None:
        hours += CLEARANCE_HOURS
    day = local(picked_up + timedelta(hours=hours), route.places[-1])
    return at_local(day, END_OF_DAY_HOUR, 0, route.places[-1])
