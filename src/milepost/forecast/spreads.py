"""What can be asked of a spread of remaining hours: by when, how likely by then, and what waiting has taught.

Between its seven shares a spread is a straight line of log time over the normal score, and goes on so beyond.
"""

from collections.abc import Sequence
from math import exp, log
from statistics import NormalDist

from milepost.model.forecasts import SHARES, Spread

HOURS_MIN = 1 / 60
"""Nothing is nearer than a minute: log time has no zero."""

HOURS_MAX = 24.0 * 400
"""Beyond a year nobody is waiting any more; tails end here."""

SLOPE_MIN = 1e-4  # log hours per normal score: a spread is never a single instant
SHARE_MAX = 0.9999  # after waiting past this share, the spread has nothing left to say

_NORMAL = NormalDist()
SCORES = tuple(_NORMAL.inv_cdf(share) for share in SHARES)


def spread_of(hours: Sequence[float]) -> Spread:
    """A spread from seven numbers that may be below zero or cross each other a little."""
    kept: list[float] = []
    for value in hours:
        kept.append(max(min(value, HOURS_MAX), kept[-1] if kept else 0.0))
    return Spread(hours=tuple(kept))


def hours_by(spread: Spread, share: float) -> float:
    """Remaining hours by which that share (0 to 1) of parcels like it has come."""
    logs = _logs(spread)
    score = _NORMAL.inv_cdf(min(max(share, 1 - SHARE_MAX), SHARE_MAX))
    place = next((at for at, known in enumerate(SCORES[1:-1]) if score <= known), len(SCORES) - 2)
    rise = (logs[place + 1] - logs[place]) / (SCORES[place + 1] - SCORES[place])
    return min(exp(logs[place] + rise * (score - SCORES[place])), HOURS_MAX)


def share_by(spread: Spread, hours: float) -> float:
    """Which share of parcels like it has come within so many hours; 0 to 1, the inverse of `hours_by`."""
    if hours <= 0:
        return 0.0
    logs = _logs(spread)
    time = log(max(hours, HOURS_MIN))
    place = next((at for at, known in enumerate(logs[1:-1]) if time <= known), len(logs) - 2)
    rise = max(logs[place + 1] - logs[place], SLOPE_MIN) / (SCORES[place + 1] - SCORES[place])
    return _NORMAL.cdf(SCORES[place] + (time - logs[place]) / rise)


def given_waited(spread: Spread, hours: float) -> Spread:
    """The hours that remain once so many have gone by without it: only the slower parcels are left."""
    if hours <= 0:
        return spread
    gone = min(share_by(spread, hours), SHARE_MAX)
    return spread_of([max(hours_by(spread, gone + share * (1 - gone)) - hours, 0.0) for share in SHARES])


def mixed(spreads: Sequence[Spread], weights: Sequence[float]) -> Spread:
    """Several opinions in one: the weighted mean of log hours at each share. Weights need not add up to 1."""
    total = sum(weights)
    if total <= 0 or len(spreads) != len(weights):
        raise ValueError(f"{len(spreads)} spreads need as many weights, not all zero; got {list(weights)}")
    columns = zip(*(_logs(spread) for spread in spreads), strict=True)
    return spread_of(
        [exp(sum(w * at for w, at in zip(weights, column, strict=True)) / total) for column in columns]
    )


def widened(spread: Spread, low: float, high: float) -> Spread:
    """The 5 % edge `low` and the 95 % edge `high` further out in log time; negative draws them in.

    The shares between move in proportion to their normal score, the median stays.
    """
    return shifted(spread, [(high if score > 0 else low) * score / SCORES[-1] for score in SCORES])


def shifted(spread: Spread, logs: Sequence[float]) -> Spread:
    """Each of the seven shares moved by so much in log time (0.1: a tenth later)."""
    return spread_of([hours * exp(by) for hours, by in zip(spread.hours, logs, strict=True)])


def _logs(spread: Spread) -> list[float]:
    """Log hours at the seven shares, each at least a hair above the one before."""
    found: list[float] = []
    for hours in spread.hours:
        at = log(max(hours, HOURS_MIN))
        found.append(max(at, found[-1] + SLOPE_MIN) if found else at)
    return found
