"""A parcel as the trees see it when its forecast is made: numbers only, and nothing that came later."""

from datetime import timedelta
from math import log, nan

from milepost.forecast.days import zone_of
from milepost.forecast.memory import Memory
from milepost.forecast.reckoning import Reckoning
from milepost.forecast.stages import STAGES
from milepost.model.forecasts import Spread

HOUR = timedelta(hours=1)
LEVELS = 7
"""What its network, lane, carrier, region, shop and service add, the coarsest first."""

NAMES = (
    "stage", "hour", "weekday", "waited_h", "under_way_h", "own_h", "own_width", "guess", "parcels",
    "eta_left_h", "eta_share", "rescheduled", "abroad", "closed_h", *(f"level_{n}" for n in range(LEVELS)),
)  # fmt: skip


def row_of(reckoning: Reckoning, memory: Memory, own: Spread) -> list[float]:
    """In the order of NAMES; what is not known is NaN. `own`: what history alone says."""
    standing, way = reckoning.standing, reckoning.way
    local = standing.since.astimezone(zone_of(way.zone))
    low, high = own.window(80)
    point = max(own.point, 0.05)
    eta = (reckoning.carrier_to - reckoning.as_of) / HOUR if reckoning.carrier_to is not None else nan
    begun = reckoning.begun_at
    levels = memory.adds(standing.stage, way, reckoning.as_of)[:LEVELS]
    return [
        float(STAGES.index(standing.stage)) if standing.stage in STAGES else nan,
        local.hour + local.minute / 60,
        float(local.weekday()),
        (reckoning.as_of - standing.since) / HOUR,
        (standing.since - begun) / HOUR if begun is not None else nan,
        point,
        log(max(high, 0.05) / max(low, 0.05)),
        memory.guess(standing, way),
        log(1 + memory.like(standing.stage, way)),
        eta,
        eta / point,
        float(reckoning.rescheduled),
        float(way.origin != way.country) if way.origin and way.country else nan,
        reckoning.closed_h(reckoning.as_of + own.point * HOUR),
        *levels,
        *[nan] * (LEVELS - len(levels)),
    ]
