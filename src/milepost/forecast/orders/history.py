"""What has been learned of orders so far, and the estimate that needs nothing else: levels and effects.

Two opinions in log days, of equal weight: by days, and by handling plus transit where the places are known.
What the shop's own date says is a third, for the trees alone: shops change how they promise.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from math import exp, floor, log

from milepost.forecast.orders.rows import OrderRow, Stage
from milepost.forecast.orders.ways import Keys, Way, lane_keys, weekday, who_keys

FIRST_DAYS = (9.0, 8.5, 6.0)
"""To the door from purchase, approval and hand-over, before anything is known: a parcel at home."""

HANDLING_FIRST_DAYS = 2.5
HANDLING_COHORT_DAYS = 14.0
LEFT_MIN_DAYS = 0.5
PROMISE_STEP_DAYS = 2
PROMISE_MAX_DAYS = 60
QUARTERS = 4  # of a day
FEW_WORDS = 12
"""A column with more different words (a category) says much of handling, and little of what follows."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """Log days that are left, each way of thinking for itself."""

    by_days: float
    by_promise: float | None
    by_parts: float | None

    @property
    def mean(self) -> float:
        return self.by_days if self.by_parts is None else (self.by_days + self.by_parts) / 2


class History:
    """Everything before an instant. Call in order of time: `refresh`, then `came_to` or `delivered`."""

    __slots__ = ("_day", "_vocabulary", "handling", "transit", "ways")

    def __init__(self) -> None:
        self.ways = {stage: Way(days) for stage, days in zip(Stage, FIRST_DAYS, strict=True)}
        self.handling = Way(HANDLING_FIRST_DAYS, HANDLING_COHORT_DAYS, half_life_days=60.0, shrinkage=5.0)
        self.transit = Way(FIRST_DAYS[Stage.HANDED_OVER], shrinkage=8.0)
        """Hand-over to door once more, by places alone: what may be said of it before it begins."""
        self._vocabulary: dict[str, set[str]] = {}
        self._day: int | None = None

    def refresh(self, now: float) -> None:
        """Follow the network, once a day."""
        day = floor(now)
        if day != self._day:
            self._day = day
            for way in (*self.ways.values(), self.handling, self.transit):
                way.refresh(now)

    def came_to(self, row: OrderRow, stage: Stage, now: float) -> None:
        """The order was bought, approved or handed over."""
        self.ways[stage].begin(row.order_id, now, left_days(row, now))
        if stage is Stage.PURCHASE:
            self.handling.begin(row.order_id, now, None)
            for name, word in row.words.items():
                known = self._vocabulary.setdefault(name, set())
                if len(known) <= FEW_WORDS:
                    known.add(word)
        elif stage is Stage.HANDED_OVER:
            self.handling.end(row.order_id, now, handling_keys(row))
            self.transit.begin(row.order_id, now, None)

    def delivered(self, row: OrderRow, now: float) -> None:
        """It is there: every way that it began ends."""
        for stage, way in self.ways.items():
            if row.at(stage) is not None:
                way.end(row.order_id, now, self.way_keys(row, stage))
        if row.handed_over_at is not None:
            self.transit.end(row.order_id, now, transit_keys(row))

    def opinions(self, row: OrderRow, stage: Stage, now: float) -> Opinions:
        """What is left at a milestone, said at the milestone itself."""
        keys, way = self.way_keys(row, stage), self.ways[stage]
        by_days = way.days(keys, now)
        by_promise = way.promised_days(keys, left_days(row, now), now)
        if not row.has_places:
            return Opinions(by_days, by_promise, None)
        transit = self.transit.days(transit_keys(row), now)
        if stage is Stage.HANDED_OVER:
            return Opinions(by_days, by_promise, transit)
        handling = exp(self.handling.days(handling_keys(row), now)) - (now - row.purchased_at)
        return Opinions(by_days, by_promise, log(max(handling, LEFT_MIN_DAYS) + exp(transit)))

    def way_keys(self, row: OrderRow, stage: Stage) -> Keys:
        """Whom an order is like on its way to the door, from coarse to fine."""
        at = row.at(stage)
        keys: list[Hashable] = ["all", ("weekday", weekday(row, row.purchased_at if at is None else at))]
        few = {
            name: word for name, word in row.words.items() if len(self._vocabulary.get(name, ())) <= FEW_WORDS
        }
        keys += who_keys(few)
        if row.promised_at is not None:
            days = min(row.promised_at - row.purchased_at, PROMISE_MAX_DAYS)
            keys.append(("promise", int(days // PROMISE_STEP_DAYS)))
        if row.carrier or row.service:
            keys += [("carrier", row.carrier), ("service", row.carrier, row.service)]
        keys += lane_keys(row)
        return [*keys, ("seller", row.seller)] if row.seller else keys


def left_days(row: OrderRow, now: float) -> float | None:
    """Days until the date that the shop promised."""
    return None if row.promised_at is None else row.promised_at - now


def transit_keys(row: OrderRow) -> Keys:
    """Whom an order is like in the carrier's hands, as far as is known before it gets there."""
    keys: list[Hashable] = ["all"]
    if row.carrier or row.service:
        keys += [("carrier", row.carrier), ("service", row.carrier, row.service)]
    keys += lane_keys(row)
    return [*keys, ("place", row.destination.country, row.destination.zip)] if row.destination.zip else keys


def handling_keys(row: OrderRow) -> Keys:
    """Whom an order is like until it is handed over."""
    local = row.purchased_at + row.offset
    keys: list[Hashable] = ["all", ("bought", weekday(row, row.purchased_at), int(local % 1 * QUARTERS))]
    keys += who_keys(row.words)
    if row.origin.zip:
        keys.append(("from", row.origin.country, row.origin.zip[: max(len(row.origin.zip) - 2, 1)]))
    return [*keys, ("seller", row.seller)] if row.seller else keys
