"""The learned layer over a history: trained again and again, each time on what was delivered by then."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf
from time import process_time

import numpy as np

from milepost.forecast.backtest.orders_pass import Moments
from milepost.forecast.backtest.outcome import Findings, Progress
from milepost.forecast.learned.growing import ROWS_MIN
from milepost.forecast.learned.trees import Floats, to_bytes
from milepost.forecast.orders.features import Columns
from milepost.forecast.orders.learned import Rows, learn, settled
from milepost.forecast.orders.rows import OrderRow, Stage
from milepost.model.forecasts import MEDIAN, SHARES

WARM_DAYS = 56.0
"""So long before the first scored order windows are tracked: their corrections take eight weeks."""

AGAIN_AFTER_DAYS = (0.0, 60.0, 120.0, 240.0, 480.0)
"""Trained before the windows are tracked, when scoring begins, and so many days later."""


SHAPE_WORTH = 4_000
"""Rows after which the width of a window is half the trees' and half that of all orders' last two months."""


def cuts_of(score_from: float) -> list[float]:
    """When the trees are grown, in days since 1970; the last one is never."""
    return [score_from - WARM_DAYS, *(score_from + days for days in AGAIN_AFTER_DAYS), inf]


def forecasts(
    rows: Sequence[OrderRow],
    moments: Mapping[Stage, Moments],
    columns: Columns,
    *,
    score_from: float,
    seed: int,
    findings: Findings,
    progress: Progress,
) -> tuple[dict[Stage, list[list[float]]], dict[str, object]]:
    """Log days at the seven shares for each moment, NaN before the first trees; and what it cost."""
    found, about = {}, {}
    delivered_at = np.array([inf if row.delivered_at is None else row.delivered_at for row in rows])
    has_places = np.array([row.has_places for row in rows])
    for number, (stage, seen) in enumerate(moments.items(), 1):
        table = _table(seen, columns, stage, has_places)
        found[stage] = np.full((len(seen.at), len(SHARES)), np.nan)
        if not len(seen.at):
            continue
        delivered = delivered_at[np.asarray(seen.which)]
        for cut, until in pairwise(cuts_of(score_from)):
            if cut > table.at[-1]:
                break
            started = process_time()
            known = settled(table.at, delivered, cut) & (delivered > table.at)
            learned = learn(table.some(known), (delivered - table.at)[known], columns, stage, seed)
            if learned is None:
                findings.add(
                    f"fewer than {ROWS_MIN} orders were known at {stage.word} when trees were to be grown"
                )
                continue
            about[stage.word] = {
                "rows": int(known.sum()),
                "training_s": round(process_time() - started, 2),
                "bytes": len(to_bytes(learned.trees, {})),
            }
            now = (table.at >= cut) & (table.at < until)
            started = process_time()
            shapes = np.asarray(seen.shape).reshape(-1, len(SHARES))[now]
            found[stage][now] = steadied(learned.log_days(table.some(now)), shapes, int(known.sum()))
            about[stage.word]["rows_per_s"] = round(now.sum() / max(process_time() - started, 1e-6))
        progress("stages learned", number, len(moments))
    return {stage: logs.tolist() for stage, logs in found.items()}, {"learned": about}


def steadied(logs: Floats, shapes: Floats, count: int) -> Floats:
    """Windows of trees that few rows grew are too narrow: so much of the width is that of all orders."""
    weight = count / (count + SHAPE_WORTH)
    middle = logs[:, MEDIAN : MEDIAN + 1]
    widths = shapes - shapes[:, MEDIAN : MEDIAN + 1]
    return middle + weight * (logs - middle) + (1 - weight) * widths


def _table(seen: Moments, columns: Columns, stage: Stage, has_places: np.ndarray) -> Rows:
    which = np.asarray(seen.which, dtype=np.intp)
    return Rows(
        features=np.asarray(seen.features).reshape(len(which), len(columns.names(stage))),
        at=np.asarray(seen.at),
        base=np.asarray(seen.base),
        level=np.asarray(seen.level),
        has_places=has_places[which],
    )
