"""When silence becomes improbable: on this lane, at this stage of the way, hardly any gap was ever so long.

Pure: counted gaps in, seconds out. Exception rules compare it with how long nothing was heard.
"""

from collections.abc import Sequence
from math import exp, log

from milepost.model.gaps import BOUNDS_S, NewsGaps

IMPROBABLE = 0.01
"""One gap in a hundred was longer: from then on silence is news by itself."""

DRAWN = 30.0
"""A lane that has seen so many gaps believes half of its own curve and half of the coarser lane's."""


def improbable_after_s(
    gaps: Sequence[NewsGaps], open_s: Sequence[float] = (), share: float = IMPROBABLE
) -> float | None:
    """Seconds of silence that only `share` of gaps outlast; None while too few were seen to tell.

    `gaps`: the same stage from the coarsest lane to the finest. `open_s`: how long parcels at that stage of
    the coarsest lane are silent by now; without them, those nobody ever hears of again would not count.
    """
    curve: list[float] | None = None
    for place, lane in enumerate(gaps):
        curve = _drawn(lane, curve, open_s if not place else ())
    return _crossing(curve, share) if curve else None


def outlasting(gaps: Sequence[NewsGaps], waited_s: float, open_s: Sequence[float] = ()) -> float | None:
    """The share of gaps that last longer than this silence has; None when none was seen."""
    curve: list[float] | None = None
    for place, lane in enumerate(gaps):
        curve = _drawn(lane, curve, open_s if not place else ())
    if curve is None:
        return None
    before = [1.0, *curve]
    place = sum(bound < waited_s for bound in BOUNDS_S)
    return before[place]


def _drawn(lane: NewsGaps, coarser: list[float] | None, open_s: Sequence[float]) -> list[float] | None:
    """The share longer than each of BOUNDS_S, drawn to the coarser curve the fewer gaps were seen."""
    if lane.seen == 0 and not open_s:
        return coarser
    own = _kaplan_meier(lane, open_s, is_alone=coarser is None)
    if coarser is None:
        return own
    weight = lane.seen / (lane.seen + DRAWN)
    return [weight * mine + (1 - weight) * theirs for mine, theirs in zip(own, coarser, strict=True)]


def _kaplan_meier(lane: NewsGaps, open_s: Sequence[float], *, is_alone: bool) -> list[float]:
    """Ended gaps and open ones together; alone, never surer than half a gap in all that were seen."""
    alive = float(lane.seen + len(open_s))
    least = 0.5 / (alive + 1.0) if is_alone else 0.0
    share, curve = 1.0, []
    for place, bound in enumerate(BOUNDS_S):
        ended = lane.counts[place]
        low = BOUNDS_S[place - 1] if place else 0.0
        leaving = sum(low <= silent < bound for silent in open_s)
        if alive > 0:
            share *= 1 - ended / max(alive - leaving / 2, 1.0)
        alive -= ended + leaving
        curve.append(max(share, least))
    return curve


def _crossing(curve: Sequence[float], share: float) -> float | None:
    """Where the curve falls to that share, a straight line of log time between two bounds."""
    for place, longer in enumerate(curve):
        if longer > share:
            continue
        above = curve[place - 1] if place else 1.0
        low = BOUNDS_S[place - 1] if place else BOUNDS_S[0] / 2
        part = (above - share) / (above - longer) if above > longer else 1.0
        return exp(log(low) + (log(BOUNDS_S[place]) - log(low)) * part)
    return None
