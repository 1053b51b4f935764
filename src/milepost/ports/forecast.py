"""Where a forecast plugs in: it learns from lessons, and makes a window out of facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from milepost.model.forecast_models import Prior, Tuning
from milepost.model.forecasts import Forecast
from milepost.model.gaps import NewsGaps
from milepost.model.journeys import Journey
from milepost.model.lessons import Lesson, Way
from milepost.model.places import Located
from milepost.model.promises import Promise
from milepost.model.scoreboard import Recent, ScoreLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastFacts:
    """All a forecaster may look at. What happened or was said after `now` is not in it."""

    now: datetime
    placed_at: datetime | None
    way: Way
    door: Located | None  # the town it goes to
    journey: Journey
    promises: Sequence[Promise]  # current ones, anybody's


class Forecaster(Protocol):
    """Makes a window out of facts and of what it learned. No clock, no I/O."""

    @property
    def model_name(self) -> str:
        """Which model and prior it goes by; empty: the one that comes with the program."""
        ...

    def begin_anew(
        self, name: str, version: int, tuning: Tuning, prior: Prior | None, trees: bytes = b""
    ) -> None:
        """Forget everything that was learned, and go on with this model. `trees`: empty of one without."""
        ...

    @property
    def learned_up_to(self) -> int:
        """The number of the newest lesson it knows; 0 at first."""
        ...

    @property
    def looked_at(self) -> datetime | None:
        """When it was last told what is new."""
        ...

    def learn(self, lessons: Sequence[tuple[int, Lesson]], gaps: Sequence[NewsGaps], now: datetime) -> None:
        """Lessons with their numbers, in order, known ones left out; and all that is known of news gaps."""
        ...

    def forecast(self, facts: ForecastFacts) -> Forecast | None:
        """A window, or None when nobody will ring."""
        ...

    def entries(
        self, forecast: Forecast, facts: ForecastFacts, orders: Sequence[str], shipment_id: str
    ) -> list[Promise]:
        """One for each order whose date shown has to change, with the reason; mostly none."""
        ...

    def next_look(self, forecast: Forecast, facts: ForecastFacts) -> datetime:
        """When time alone will have changed it enough to look again, UTC."""
        ...

    def lesson(self, facts: ForecastFacts, ledger: Sequence[Promise]) -> Lesson | None:
        """What a parcel that has just arrived teaches; None when it cannot be told."""
        ...

    def improbable_after(self, journey: Journey, carrier: str, lane: str) -> timedelta | None:
        """The silence beyond which something is wrong there in this stage; None: too few gaps were seen."""
        ...

    def scoreboard(self, shops: Sequence[str] | None) -> list[ScoreLine]:
        """How good windows were, ours beside others': all together first, then per carrier and lane."""
        ...

    def recent(self) -> list[Recent]:
        """How windows held lately, for each carrier and lane of which enough arrived."""
        ...

    def measured_of(self, way: Way) -> tuple[float, int] | None:
        """The share of shown windows that held for parcels like it, and of how many; None: of too few."""
        ...

    def delivers_on(self, carrier: str, weekday: int) -> bool:
        """Whether that carrier brings parcels on that day of the week; Monday is 0."""
        ...
