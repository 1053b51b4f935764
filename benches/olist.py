"""Olist's history in rolling folds and from cold starts; left out, by name, where its folder is not.

Five folds of 39.2 days from 2017-10-01 on, each run whole (`MILEPOST_TIER=sim`: some minutes); and 24 starts
with an empty memory, orders with places alone, against the rule that never learns.
"""

import os
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from math import exp
from pathlib import Path
from statistics import fmean

from benches.figures import Figure, show
from milepost.forecast.backtest import figures, olist, orders_run
from milepost.forecast.backtest.orders_learning import forecasts
from milepost.forecast.backtest.orders_pass import walk
from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.orders.clock import clock_of, on
from milepost.forecast.orders.history import History
from milepost.forecast.orders.rows import OrderRow, Stage

SEED = 1
FOLDER = Path(os.environ.get("MILEPOST_FORECAST_DATA", "../shared/data")) / "olist"
FIRST_FOLD, FOLD_DAYS, FOLDS = 17_440.0, 39.2, 5  # 2017-10-01
FIRST_START, BETWEEN_STARTS, STARTS = 17_198.0, 19.5, 24  # 2017-02-01
ORDERS_PER_START = 900
SEEN = ((0, 50), (51, 300))


def measure() -> list[Figure]:
    """Errors in days, and for cold starts in percent of the rule's."""
    if not FOLDER.is_dir():
        print(f"Olist is left out: there is no {FOLDER}; name its parent in MILEPOST_FORECAST_DATA")
        return []
    rows = olist.read(FOLDER, Findings())
    found = cold_starts(rows)
    if os.environ.get("MILEPOST_TIER") == "sim":
        found += folds(rows)
    show("Olist, folds and cold starts", found)
    return found


def folds(rows: Sequence[OrderRow]) -> list[Figure]:
    """The mean error at purchase, rows with places; the last weeks of a fold are followed to their ends."""
    found = []
    for number in range(FOLDS):
        since = FIRST_FOLD + number * FOLD_DAYS
        mine = [row for row in rows if row.purchased_at < since + FOLD_DAYS]
        outcome = orders_run.run(
            mine, Findings(), score_from=since, seed=SEED, progress=_quiet, learner=forecasts
        )
        placed = figures.with_places(outcome.stages["purchase"])
        error = fmean(one.error_h for one in placed) / 24
        found.append(_figure(f"olist_fold_{number + 1}_mae_d_places", error, "d", len(placed)))
    return found


def cold_starts(rows: Sequence[OrderRow]) -> list[Figure]:
    """How much further off than the rule: a new shop, by how many deliveries it has seen."""
    placed = sorted((row for row in rows if row.has_places), key=lambda row: row.purchased_at)
    errors: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for number in range(STARTS):
        start = FIRST_START + number * BETWEEN_STARTS
        mine = list(islice((row for row in placed if row.purchased_at >= start), ORDERS_PER_START))
        for seen, ours, rule in _started(mine, start):
            for span in SEEN:
                if span[0] <= seen <= span[1]:
                    errors[span].append((ours, rule))
    return [
        _figure(
            f"olist_cold_start_{low}_{high}_percent", 100 * (ours / rule - 1), "%", len(errors[low, high])
        )
        for low, high in SEEN
        for ours, rule in [[fmean(column) for column in zip(*errors[low, high], strict=True)]]
    ]


def _started(rows: Sequence[OrderRow], start: float) -> Iterator[tuple[int, float, float]]:
    """Of each order that came: deliveries seen before it, our error in days, and the rule's."""
    clock = clock_of(rows, start)
    worked = [on(clock, row) for row in rows]
    came = sorted(row.delivered_at for row in worked if row.delivered_at is not None)
    moments = walk(worked, None, _quiet)[Stage.PURCHASE]
    for which, at, base in zip(moments.which, moments.at, moments.base, strict=True):
        there = rows[which].delivered_at
        if there is not None:
            rule = History().opinions(worked[which], Stage.PURCHASE, at).mean
            ours, theirs = (abs(clock.instant(at + exp(log)) - there) for log in (base, rule))
            yield bisect(came, at), ours, theirs


def _quiet(what: str, done: int, total: int) -> None:
    """Nobody looks at the progress."""


def _figure(name: str, value: float, unit: str, count: int) -> Figure:
    return Figure(name=name, value=round(value, 3), unit=unit, n=count, seed=SEED)


if __name__ == "__main__":
    measure()
