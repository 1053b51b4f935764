"""What was measured, as lines of a scoreboard: one for all, then one for each carrier and lane."""

from collections.abc import Sequence

from milepost.forecast.measure import (
    CARRIER,
    MARKETPLACE,
    MOMENTS,
    OURS,
    Fits,
    Measured,
    Score,
)
from milepost.model.scoreboard import Kept, ScoreLine

LINES_MAX = 200
ENOUGH = 30
"""Fewer parcels make no line of their own, and no teller's figures."""


def lines(measured: Measured, shops: Sequence[str] | None) -> list[ScoreLine]:
    """All together first, then the groups with the most parcels. `shops` None: every shop."""
    allowed: Fits = lambda group: shops is None or group[0] in shops  # noqa: E731
    groups = sorted({group[1:] for group in measured.scores if allowed(group)})
    found = [_line(measured, carrier, lane, _of(carrier, lane, allowed)) for carrier, lane in groups]
    known = [one for one in (_line(measured, "", "", allowed), *found) if one and one.ours.parcels >= ENOUGH]
    return [*known[:1], *sorted(known[1:], key=lambda one: -one.ours.parcels)[: LINES_MAX - 1]]


def _of(carrier: str, lane: str, allowed: Fits) -> Fits:
    return lambda group: group[1:] == (carrier, lane) and allowed(group)


def _line(measured: Measured, carrier: str, lane: str, fits: Fits) -> ScoreLine | None:
    moment = MOMENTS[1]
    ours = measured.total(moment, OURS, fits)
    if not ours.parcels:
        return None
    told = measured.warned(fits)
    beside = {who: measured.total(moment, f"{OURS}:{who}", fits) for who in (CARRIER, MARKETPLACE)}
    return ScoreLine(
        carrier=carrier,
        lane=lane,
        ours=_kept(ours),
        coverage80=ours.in80 / ours.parcels,
        recent80=measured.drifted(carrier, lane) if carrier else None,
        carriers=_if_enough(measured.total(moment, CARRIER, fits)),
        ours_beside_carriers=_if_enough(beside[CARRIER]),
        marketplaces=_if_enough(measured.total(moment, MARKETPLACE, fits)),
        ours_beside_marketplaces=_if_enough(beside[MARKETPLACE]),
        late=told.late,
        warned=told.warned_day / told.late if told.late else None,
        ahead_h=told.ahead_h / told.warned if told.warned else None,
        changes=told.changes / told.parcels if told.parcels else 0.0,
    )


def _if_enough(score: Score) -> Kept | None:
    return _kept(score) if score.parcels >= ENOUGH else None


def _kept(score: Score) -> Kept:
    n = score.parcels
    return Kept(
        parcels=n,
        error_h=score.error_h / n,
        inside=score.inside / n,
        late=score.late / n,
        width_h=score.width_h / n,
    )
