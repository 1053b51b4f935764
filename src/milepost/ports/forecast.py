"""Where a forecast plugs in: a better one replaces the first without moving a wall."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from milepost.model.forecasts import Forecast
from milepost.model.journeys import Journey
from milepost.model.promises import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneStats:
    """How long past parcels took on a lane, from acceptance to doorstep, in hours."""

    lane: str
    deliveries: int
    p10_h: float
    median_h: float
    p90_h: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastFacts:
    """All a forecaster may look at. `lanes` goes from the finest to the coarsest that has history."""

    now: datetime
    placed_at: datetime | None
    carrier: str | None
    service: str
    origin_country: str
    destination_country: str
    destination_region: str
    destination_zone: str | None  # IANA name
    journey: Journey
    promises: Sequence[Promise]  # current ones, anybody's
    lanes: Sequence[LaneStats]


class Forecaster(Protocol):
    """Makes a window out of facts. Pure: no clock, no I/O."""

    def forecast(self, facts: ForecastFacts) -> Forecast | None:
        """A window, or None when nothing honest can be said."""
        ...
