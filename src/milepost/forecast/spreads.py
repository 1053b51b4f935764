"""What can be asked of a spread of remaining hours: by when, how likely by then, and what waiting has taught.

Between its seven shares a spread is a straight line of log time over the normal score, and goes on so beyond.
"""

from collections.abc import Sequence
from math import exp, inf, log
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
LAST_PIECE = len(SCORES) - 2
LOG_MIN = log(HOURS_MIN)

OVERDUE_FROM, OVERDUE_MAX = 0.9, 0.95
OVERDUE = (0.05, 0.08, 0.16, 0.35, 0.8, 1.8, 3.0)
"""What is still to wait, as shares of what was waited, of a parcel slower than nine of ten: nobody knows what
became of it, and the longer it took the longer it may take. Assumed; before that, history is believed."""


def spread_of(hours: Sequence[float]) -> Spread:
    """A spread from seven numbers that may be below zero or cross each other a little."""
    kept: list[float] = []
    for value in hours:
        kept.append(max(min(value, HOURS_MAX), kept[-1] if kept else 0.0))
    return Spread(hours=tuple(kept))


def hours_by(spread: Spread, share: float) -> float:
    """Remaining hours by which that share (0 to 1) of parcels like it has come."""
    return _hours_at(_logs(spread), share)


def share_by(spread: Spread, hours: float) -> float:
    """Which share of parcels like it has come within so many hours; 0 to 1, the inverse of `hours_by`."""
    return _share_at(_logs(spread), hours)


def given_waited(spread: Spread, hours: float) -> Spread:
    """The hours that remain once so many have gone by without it: only the slower parcels are left."""
    if hours <= 0:
        return spread
    logs = _logs(spread)
    gone = min(_share_at(logs, hours), SHARE_MAX)
    left = 1 - gone
    return spread_of([_hours_at(logs, gone + share * left) - hours for share in SHARES])


def left_after(spread: Spread, hours: float) -> Spread:
    """The same of a parcel that may be overdue: past nearly all like it, wide and never nothing."""
    left = given_waited(spread, hours)
    gone = share_by(spread, hours) if hours > 0 else 0.0
    if gone <= OVERDUE_FROM:
        return left
    overdue = min((gone - OVERDUE_FROM) / (1 - OVERDUE_FROM), OVERDUE_MAX)
    return mixed([left, Spread(tuple(hours * share for share in OVERDUE))], [1 - overdue, overdue])


def mixed(spreads: Sequence[Spread], weights: Sequence[float]) -> Spread:
    """Several opinions in one: the weighted mean of log hours at each share. Weights need not add up to 1."""
    total = sum(weights)
    if total <= 0 or len(spreads) != len(weights):
        raise ValueError(f"{len(spreads)} spreads need as many weights, not all zero; got {list(weights)}")
    columns = zip(*(_logs(spread) for spread in spreads), strict=True)
    return spread_of(
        [exp(sum(w * at for w, at in zip(weights, column, strict=True)) / total) for column in columns]
    )


def shifted(spread: Spread, logs: Sequence[float]) -> Spread:
    """Each of the seven shares moved by so much in log time (0.1: a tenth later)."""
    return spread_of([hours * exp(by) for hours, by in zip(spread.hours, logs, strict=True)])


def _hours_at(logs: Sequence[float], share: float) -> float:
    score = _NORMAL.inv_cdf(min(max(share, 1 - SHARE_MAX), SHARE_MAX))
    place = 0
    while place < LAST_PIECE and score > SCORES[place + 1]:
        place += 1
    rise = (logs[place + 1] - logs[place]) / (SCORES[place + 1] - SCORES[place])
    return min(exp(logs[place] + rise * (score - SCORES[place])), HOURS_MAX)


def _share_at(logs: Sequence[float], hours: float) -> float:
    if hours <= 0:
        return 0.0
    time = log(max(hours, HOURS_MIN))
    place = 0
    while place < LAST_PIECE and time > logs[place + 1]:
        place += 1
    rise = max(logs[place + 1] - logs[place], SLOPE_MIN) / (SCORES[place + 1] - SCORES[place])
    return _NORMAL.cdf(SCORES[place] + (time - logs[place]) / rise)


def _logs(spread: Spread) -> list[float]:
    """Log hours at the seven shares, each at least a hair above the one before."""
    found: list[float] = []
    before = -inf
    for hours in spread.hours:
        before = max(log(hours) if hours > HOURS_MIN else LOG_MIN, before + SLOPE_MIN)
        found.append(before)
    return found
