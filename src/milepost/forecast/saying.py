"""What is said of a parcel: levels and the carrier's date, then trees if there are any, then straightened."""

from datetime import datetime, timedelta

from milepost.forecast.memory import Memory
from milepost.forecast.parcels.features import row_of
from milepost.forecast.reckoning import Reckoning
from milepost.forecast.spreads import left_after
from milepost.model.forecasts import Spread

HOUR = timedelta(hours=1)


def said(reckoning: Reckoning, memory: Memory) -> tuple[Spread, str]:
    """Hours from `as_of` on, and the name of what made them."""
    found, model = unstraightened(reckoning, memory)
    return memory.straightened(found, reckoning.standing, reckoning.way.carrier, reckoning.as_of), model


def unstraightened(reckoning: Reckoning, memory: Memory) -> tuple[Spread, str]:
    """The same before it is corrected by what was told lately."""
    if memory.trees is None:
        return reckoning.blended(memory)
    began = reckoning.begun()
    first, model = began.blended(memory)
    own = memory.trees.spread(first, row_of(began, memory))
    return left_after(own, (reckoning.as_of - began.as_of) / HOUR), f"{model}+trees"


def point(reckoning: Reckoning, memory: Memory) -> datetime:
    """The median."""
    return reckoning.as_of + said(reckoning, memory)[0].point * HOUR
