"""The first forecaster: the carrier's window, else past parcels, else the service's guide, else a deadline.

A better one takes its place behind `ports.forecast.Forecaster`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import exp, log
from statistics import NormalDist
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from milepost.forecast import commitments
from milepost.forecast.commitments import Commitment, commitment_for
from milepost.forecast.days import evening_of, morning_of, working_days_after
from milepost.model.forecasts import Forecast
from milepost.model.promises import Promiser
from milepost.model.statuses import Status
from milepost.ports.forecast import ForecastFacts, LaneStats

DELIVERIES_MIN = 20
"""Fewer past parcels say nothing of a lane; as many again weigh as much as the lane above it."""

DELIVERY_CLOCKS = ("delivery_option_required_delivery_time", "delivery_sla_time")
HAND_OVER_CLOCKS = ("tts_sla_time", "collection_due_time")
HAND_OVER_WITHIN = timedelta(days=2)  # when nobody named a deadline for it
WINDOW_WITHOUT_START = timedelta(hours=12)
TAIL = 0.995  # beyond this share of past parcels the lane says nothing about this one
NO_FORECAST = frozenset({Status.AVAILABLE_FOR_PICKUP, Status.RETURN_IN_TRANSIT})
"""Waiting for the buyer, or on the way back: nobody will ring."""

_NORMAL = NormalDist()
_P90 = _NORMAL.inv_cdf(0.9)


class FirstForecaster:
    """Fills `ports.forecast.Forecaster`. Confidence is left out: nothing has measured it yet."""

    def __init__(self, table: Sequence[Commitment] | None = None) -> None:
        self._table = tuple(table) if table is not None else commitments.read()

    def forecast(self, facts: ForecastFacts) -> Forecast | None:
        """A window in UTC, or None when nothing honest can be said."""
        status = facts.journey.status
        if status.is_terminal or status in NO_FORECAST or facts.journey.returning:
            return None
        ways: tuple[Callable[[ForecastFacts], Forecast | None], ...] = (
            carrier_window,
            out_for_delivery,
            past_parcels,
            self._service_guide,
            marketplace_deadline,
        )
        found = next((forecast for way in ways if (forecast := way(facts))), None)
        return found and replace(
            found,
            low_at=found.low_at.astimezone(UTC),
            point_at=found.point_at.astimezone(UTC),
            high_at=found.high_at.astimezone(UTC),
        )

    def _service_guide(self, facts: ForecastFacts) -> Forecast | None:
        """The published time of the service, counted in working days from the first scan."""
        is_abroad = facts.origin_country != facts.destination_country if facts.origin_country else None
        row = commitment_for(facts.service, is_abroad=is_abroad, table=self._table)
        if row is None:
            return None
        zone = _zone(facts)
        first, last = _start(facts)
        low = _not_before_today(working_days_after(first.astimezone(zone).date(), row.days_min), facts)
        high = evening_of(working_days_after(last.astimezone(zone).date(), row.days_max), zone)
        if high <= facts.now:
            return None
        days = _days(row.days_min, row.days_max)
        after = "its first scan" if facts.journey.accepted_at else "it is handed over"
        return Forecast(
            low_at=low,
            point_at=low + (high - low) / 2,
            high_at=high,
            model="commitment",
            reason=f"{facts.service} takes {days} after {after}, says its published guide.",
        )


def carrier_window(facts: ForecastFacts) -> Forecast | None:
    """The window the carrier named last, while it is not over."""
    told = [
        promise
        for promise in facts.promises
        if promise.promiser is Promiser.CARRIER and promise.name == "delivery"
    ]
    latest = max(told, key=lambda promise: promise.said_at, default=None)
    if latest is None or latest.to_at <= facts.now:
        return None
    low = latest.from_at if latest.from_at is not None else latest.to_at - WINDOW_WITHOUT_START
    return Forecast(
        low_at=low,
        point_at=low + (latest.to_at - low) / 2,
        high_at=latest.to_at,
        model="carrier_window",
        reason=latest.reason,
    )


def out_for_delivery(facts: ForecastFacts) -> Forecast | None:
    """In the van: until this evening at the doorstep."""
    out_at = facts.journey.out_for_delivery_at
    if facts.journey.status is not Status.OUT_FOR_DELIVERY or out_at is None:
        return None
    zone = _zone(facts)
    evening = evening_of(out_at.astimezone(zone).date(), zone)
    if evening <= max(facts.now, out_at):
        return None
    return Forecast(
        low_at=out_at,
        point_at=out_at + (evening - out_at) / 2,
        high_at=evening,
        model="out_for_delivery",
        reason="It is out for delivery today.",
    )


def past_parcels(facts: ForecastFacts) -> Forecast | None:
    """What earlier parcels took on this lane, given that this one is not there yet."""
    rows = [lane for lane in facts.lanes if lane.deliveries >= DELIVERIES_MIN and lane.p10_h > 0]
    if not rows:
        return None
    lane = shrunk(rows)
    first, last = _start(facts)
    elapsed_h = max(0.0, (facts.now - first).total_seconds() / 3600)
    low_h, point_h, high_h = (hours_given(lane, elapsed_h, share) for share in (0.1, 0.5, 0.9))
    zone = _zone(facts)
    low = _not_before_today((first + timedelta(hours=low_h)).astimezone(zone).date(), facts)
    high = evening_of((last + timedelta(hours=high_h)).astimezone(zone).date(), zone)
    if high <= facts.now:
        return None
    point = first + (last - first) / 2 + timedelta(hours=point_h)
    return Forecast(
        low_at=low,
        point_at=min(max(point, low), high),
        high_at=high,
        model="lane_median",
        reason=(
            f"Half of {rows[0].deliveries} parcels like it took {rows[0].median_h / 24:.1f} days or less "
            "from the first scan."
        ),
        sample_size=rows[0].deliveries,
    )


def marketplace_deadline(facts: ForecastFacts) -> Forecast | None:
    """The date by which the marketplace wants it delivered: a late edge, not an estimate."""
    for name in DELIVERY_CLOCKS:
        told = [
            promise
            for promise in facts.promises
            if promise.promiser is Promiser.MARKETPLACE and promise.name == name
        ]
        latest = max(told, key=lambda promise: promise.said_at, default=None)
        if latest is None or latest.to_at <= facts.now:
            continue
        began = facts.journey.accepted_at or facts.placed_at or latest.said_at
        low = min(began + timedelta(days=1), latest.to_at)
        return Forecast(
            low_at=low,
            point_at=low + (latest.to_at - low) * 2 / 3,
            high_at=latest.to_at,
            model="marketplace_deadline",
            reason="The marketplace wants it delivered by then; nothing better is known yet.",
        )
    return None


def shrunk(rows: Sequence[LaneStats]) -> LaneStats:
    """The finest lane, drawn towards the coarser ones the fewer parcels it has seen."""
    finest, *coarser = rows
    if not coarser:
        return finest
    above = shrunk(coarser)
    weight = finest.deliveries / (finest.deliveries + DELIVERIES_MIN)
    return replace(
        finest,
        p10_h=weight * finest.p10_h + (1 - weight) * above.p10_h,
        median_h=weight * finest.median_h + (1 - weight) * above.median_h,
        p90_h=weight * finest.p90_h + (1 - weight) * above.p90_h,
    )


def hours_given(lane: LaneStats, elapsed_h: float, share: float) -> float:
    """By when (hours after acceptance) this share of parcels is there, of those not there after `elapsed_h`.

    Times are taken as log-normal through the lane's median, with the spread of its p10 and p90.
    """
    spread = max(log(lane.p90_h / lane.p10_h) / (2 * _P90), 1e-3)
    there = 0.0
    if elapsed_h > 0:
        there = min(TAIL, _NORMAL.cdf(log(elapsed_h / lane.median_h) / spread))
    hours = lane.median_h * exp(spread * _NORMAL.inv_cdf(there + share * (1 - there)))
    return max(hours, elapsed_h)


def _start(facts: ForecastFacts) -> tuple[datetime, datetime]:
    """When the carrier got it: known, or between now and the deadline for handing it over."""
    accepted_at = facts.journey.accepted_at
    if accepted_at is not None:
        return accepted_at, accepted_at
    deadlines = [
        promise.to_at
        for promise in facts.promises
        if promise.name in HAND_OVER_CLOCKS and promise.to_at > facts.now
    ]
    began = facts.placed_at or facts.now
    latest = min(deadlines, default=max(began + HAND_OVER_WITHIN, facts.now))
    return max(facts.now, began), max(latest, facts.now)


def _not_before_today(day: date, facts: ForecastFacts) -> datetime:
    """The morning of that day at the doorstep, or this morning when it has passed."""
    zone = _zone(facts)
    return morning_of(max(day, facts.now.astimezone(zone).date()), zone)


def _zone(facts: ForecastFacts) -> ZoneInfo:
    try:
        return ZoneInfo(facts.destination_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _days(least: int, most: int) -> str:
    if least == most:
        return "1 working day" if least == 1 else f"{least} working days"
    return f"{least} to {most} working days"
