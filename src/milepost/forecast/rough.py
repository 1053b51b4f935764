"""When a parcel comes if nothing was ever learned: published times, working days, holidays, the cut-off.

It is also the yardstick of what is learned: history says how much longer or shorter it really takes.
"""

from collections.abc import Sequence
from datetime import time, timedelta
from math import exp, log
from typing import NamedTuple

from milepost.forecast.commitments import Commitment, commitment_for
from milepost.forecast.days import NOON, UNTIL, working_days_after, zone_of
from milepost.forecast.stages import (
    ACCEPTED,
    ARRIVED,
    CUSTOMS,
    HELD,
    LABELED,
    LANDED,
    MISSED,
    OUT,
    PURCHASE,
    RELEASED,
    Standing,
)
from milepost.model.forecasts import SHARES, Spread
from milepost.model.lessons import Way

CUT_OFF = time(14)
"""What is bought or handed over later on a day counts as of the next working day."""

EARLY = time(7)
"""What reaches the last depot before, goes out the same day."""

HANDLING_DAYS = 1
HOME_DAYS, ABROAD_DAYS, UNKNOWN_DAYS = 3, 8, 4
"""Working days on the way, of a service that publishes none. Our own assumption, to be unlearned."""

OUT_HOURS = 5.0
HOURS_MIN = 0.5
SCORES = (-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645)  # normal scores of SHARES
WIDTH = {PURCHASE: 0.45, LABELED: 0.42, ACCEPTED: 0.38, LANDED: 0.5, RELEASED: 0.55, ARRIVED: 0.6}
WIDTH |= {OUT: 0.55, MISSED: 0.6, HELD: 0.75, CUSTOMS: 0.8}
"""How wide we think before we know: one standard deviation of log time, by stage. Wide on purpose."""

WIDER_UNKNOWN = 0.15
"""Wider by so much where neither the service nor the origin is known."""


class Rough(NamedTuple):
    """Hours from the beginning of a stage to the door, and how wide the first guess is (log time)."""

    hours: float
    width: float

    @property
    def spread(self) -> Spread:
        """As a spread from the beginning of the stage on."""
        return Spread(tuple(self.hours * exp(self.width * score) for score in SCORES))


def rough(standing: Standing, way: Way, table: Sequence[Commitment]) -> Rough:
    """What is expected from the beginning of that stage."""
    stage, since = standing.stage, standing.since
    zone = zone_of(way.zone)
    local = since.astimezone(zone)
    if stage == OUT:
        left = (UNTIL.hour - local.hour) - local.minute / 60
        return Rough(max(min(OUT_HOURS, left / 2), HOURS_MIN), WIDTH[OUT])
    days, width = _days(stage, way, table)
    is_late = stage in (PURCHASE, LABELED) and local.time() >= CUT_OFF
    if stage == ARRIVED and local.time() < EARLY:
        days = 0
    day = working_days_after(local.date(), days + is_late, way.country.upper())
    hours = (day - local.date()) / timedelta(hours=1) + NOON.hour - local.hour - local.minute / 60
    return Rough(max(hours, HOURS_MIN), width)


def _days(stage: str, way: Way, table: Sequence[Commitment]) -> tuple[int, float]:
    """Working days to go from that stage, and how wide that is."""
    width = WIDTH[stage]
    if stage in (ARRIVED, MISSED):
        return 1, width
    transit, known_width = transit_days(way, table)
    width = max(known_width, width) if known_width else width
    if not way.service and not way.origin:
        width += WIDER_UNKNOWN
    more = {PURCHASE: HANDLING_DAYS, LABELED: HANDLING_DAYS, LANDED: -transit // 2, RELEASED: -transit // 2}
    return {HELD: 1 + transit // 2, CUSTOMS: 2 + transit // 2}.get(
        stage, max(1, transit + more.get(stage, 0))
    ), width


def transit_days(way: Way, table: Sequence[Commitment]) -> tuple[int, float]:
    """Working days from the first scan to the door, and the width that the service's guide itself admits."""
    is_abroad = way.origin.upper() != way.country.upper() if way.origin and way.country else None
    row = commitment_for(way.service, is_abroad=is_abroad, table=table)
    if row is not None:
        return (row.days_min + row.days_max + 1) // 2, min(log(row.days_max / row.days_min) / 2.6, 0.6)
    if is_abroad is None:
        return UNKNOWN_DAYS, 0.0
    return (ABROAD_DAYS if is_abroad else HOME_DAYS), 0.0


assert len(SCORES) == len(SHARES)  # noqa: S101 - two tables that belong together
