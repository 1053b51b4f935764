"""Parcels that were handed over and then not heard of: what was said of them as the days went by."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from milepost.forecast.backtest.outcome import Scored
from milepost.forecast.orders.rows import OrderRow, Stage
from milepost.forecast.scans.waiting import Waiting
from milepost.model.forecasts import Spread

AGES_D = (3, 6, 10, 15, 20)
"""Days after the hand-over at which a parcel that has not come is foreseen again."""


class Told(NamedTuple):
    """What was said of an order at a stage."""

    which: int
    at: float  # days since 1970
    spread: Spread
    stage: Stage


def stages(rows: Sequence[OrderRow], told: Sequence[Told], since: float) -> Mapping[str, list[Scored]]:
    """A stage per age. What was told before `since` teaches only; a parcel teaches weeks after."""
    found: dict[str, list[Scored]] = {f"silent_{age}_d": [] for age in AGES_D}
    waiting = Waiting()
    for now, age, one in _in_order(rows, told):
        if one is None:
            waiting.came(age, now)
            continue
        row = rows[one.which]
        spread = waiting.foresee(one.which, one.spread, one.at, now)
        if row.delivered_at is not None and row.purchased_at >= since:
            found[f"silent_{age}_d"].append(
                Scored(
                    began_at=row.purchased_at,
                    took_h=24 * (row.delivered_at - now),
                    spread=spread,
                    has_places=row.has_places,
                    stale_h=one.spread.point - 24 * age,
                )
            )
    return {stage: scored for stage, scored in found.items() if scored}


def _in_order(rows: Sequence[OrderRow], told: Sequence[Told]) -> Iterator[tuple[float, int, Told | None]]:
    """Each silence that lasted to an age, and each arrival (its order's place and None), by time."""
    happenings: list[tuple[float, int, int, Told | None]] = []
    for one in told:
        there = rows[one.which].delivered_at
        if there is not None:
            happenings.append((there, one.which, 0, None))
        happenings += [
            (one.at + age, age, number, one)
            for number, age in enumerate(AGES_D, 1)
            if there is None or there > one.at + age
        ]
    happenings.sort(key=lambda happening: happening[0])
    for at, which_or_age, _, asked in happenings:
        yield at, which_or_age, asked
