"""What has been learned of orders so far, and the estimate that needs nothing else: levels and effects.

Three opinions in log days, each worth a third: by days, by the shop's own date, and by handling plus transit.
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


@dataclass(frozen=True, slots=True)
class Opinions:
    """Log days that are left, each way of thinking for itself."""

    by_days: float
    by_promise: float | None
    by_parts: float | None

    @property
    def mean(self) -> float:
        told = [one for one in (self.by_days, self.by_promise, self.by_parts) if one is not None]
        return sum(told) / len(told)


class History:
    """Everything before an instant. Call in order of time: `refresh`, then `came_to` or `delivered`."""

    __slots__ = ("_day", "handling", "ways")

    def __init__(self) -> None:
        self.ways = {stage: Way(days) for stage, days in zip(Stage, FIRST_DAYS, strict=True)}
        self.handling = Way(HANDLING_FIRST_DAYS, HANDLING_COHORT_DAYS, half_life_days=60.0, shrinkage=5.0)
        self._day: int | None = None

    def refresh(self, now: float) -> None:
        """Follow the network, once a day."""
        day = floor(now)
        if day != self._day:
            self._day = day
            for way in (*self.ways.values(), self.handling):
                way.refresh(now)

    def came_to(self, row: OrderRow, stage: Stage, now: float) -> None:
        """The order was bought, approved or handed over."""
        self.ways[stage].begin(row.order_id, now, left_days(row, now))
        if stage is Stage.PURCHASE:
            self.handling.begin(row.order_id, now, None)
        elif stage is Stage.HANDED_OVER:
            self.handling.end(row.order_id, now, handling_keys(row))

    def delivered(self, row: OrderRow, now: float) -> None:
        """It is there: every way that it began ends."""
        for stage, way in self.ways.items():
            if row.at(stage) is not None:
                way.end(row.order_id, now, way_keys(row, stage))

    def opinions(self, row: OrderRow, stage: Stage, now: float) -> Opinions:
        """What is left at a milestone, said at the milestone itself."""
        keys, way = way_keys(row, stage), self.ways[stage]
        by_days = way.days(keys, now)
        by_promise = way.promised_days(keys, left_days(row, now), now)
        if stage is Stage.HANDED_OVER:
            return Opinions(by_days, by_promise, None)
        transit = self.ways[Stage.HANDED_OVER].days(transit_keys(row), now)
        handling = exp(self.handling.days(handling_keys(row), now)) - (now - row.purchased_at)
        return Opinions(by_days, by_promise, log(max(handling, LEFT_MIN_DAYS) + exp(transit)))


def left_days(row: OrderRow, now: float) -> float | None:
    """Days until the date that the shop promised."""
    return None if row.promised_at is None else row.promised_at - now


def way_keys(row: OrderRow, stage: Stage) -> Keys:
    """Whom an order is like on its way to the door, from coarse to fine."""
    at = row.at(stage)
    keys: list[Hashable] = ["all", ("weekday", weekday(row, row.purchased_at if at is None else at))]
    if row.promised_at is not None:
        days = min(row.promised_at - row.purchased_at, PROMISE_MAX_DAYS)
        keys.append(("promise", int(days // PROMISE_STEP_DAYS)))
    return keys + _who(row)


def transit_keys(row: OrderRow) -> Keys:
    """The same for the carrier's part before it has begun: its weekday is not known yet."""
    return ["all", *_who(row)]


def handling_keys(row: OrderRow) -> Keys:
    """Whom an order is like until it is handed over."""
    local = row.purchased_at + row.offset
    keys: list[Hashable] = ["all", ("bought", weekday(row, row.purchased_at), int(local % 1 * QUARTERS))]
    keys += who_keys(row.words)
    if row.origin.zip:
        keys.append(("from", row.origin.country, row.origin.zip[: max(len(row.origin.zip) - 2, 1)]))
    return [*keys, ("seller", row.seller)] if row.seller else keys


def _who(row: OrderRow) -> list[Hashable]:
    keys = who_keys(row.words)
    if row.carrier or row.service:
        keys += [("carrier", row.carrier), ("service", row.carrier, row.service)]
    keys += lane_keys(row)
    if row.seller:
        keys.append(("seller", row.seller))
    return keys
