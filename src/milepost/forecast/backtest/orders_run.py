"""A history of orders, run through the whole forecast as if it were happening: walk, learn, track, score."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import ceil, exp, isnan, log
from time import process_time
from typing import NamedTuple, Protocol

from milepost.forecast.backtest import silent
from milepost.forecast.backtest.ever import Ever
from milepost.forecast.backtest.orders_pass import Moments, walk
from milepost.forecast.backtest.outcome import Findings, Outcome, Progress, Scored
from milepost.forecast.backtest.tables import DAY_S
from milepost.forecast.orders.clock import Clock, clock_of, on
from milepost.forecast.orders.features import Columns, columns_of
from milepost.forecast.orders.rows import OrderRow, Stage
from milepost.forecast.spreads import hours_by, spread_of
from milepost.forecast.tracker import Tracker
from milepost.model.forecasts import MEDIAN, SHARES, Spread

SCORED_PART = 0.2  # the last orders, when nobody says since when
WARM_DAYS = 56.0
FIRST_WEIGHT = {Stage.APPROVED: 0.5}
"""How much the estimate of the purchase still counts: an approval tells little, and two opinions err less."""

FIRST_MIN_DAYS = 0.5
PROMISE_SHARE = 0.95
"""Promised is the end of the day by which this share has come: rounding up makes it 97 %."""

Logs = Sequence[Sequence[float]]
"""Log days at the seven shares, a line per moment of a stage."""


class History(NamedTuple):
    """All orders as they were, the same on the clock of working days, and the clock."""

    rows: Sequence[OrderRow]
    worked: Sequence[OrderRow]
    clock: Clock


class Learner(Protocol):
    """The layer of trees, handed in by whoever found its libraries installed (orders_learning.forecasts)."""

    def __call__(
        self,
        rows: Sequence[OrderRow],
        moments: Mapping[Stage, Moments],
        columns: Columns,
        *,
        score_from: float,
        seed: int,
        findings: Findings,
        progress: Progress,
    ) -> tuple[Mapping[Stage, Logs], dict[str, object]]:
        """Lines of NaN where no trees had been grown yet; and what it cost."""
        ...


def run(
    rows: Sequence[OrderRow],
    findings: Findings,
    *,
    score_from: float | None,
    seed: int,
    progress: Progress,
    learner: Learner | None = None,
) -> Outcome:
    """Score each order bought from `score_from` (days since 1970) on, by what was known at the moment."""
    started = process_time()
    if not rows:
        findings.add("the history is empty: nothing was learned, and nothing can be said")
    since = score_from if score_from is not None else _last_part(rows)
    columns = columns_of(row for row in rows if row.purchased_at < since) if learner else None
    clock = clock_of(rows, since)
    worked = [on(clock, row) for row in rows]
    moments = walk(worked, columns, progress)
    learned: Mapping[Stage, Logs] = {}
    about: dict[str, object] = {}
    if learner is not None and columns is not None:
        learned, about = learner(
            worked,
            moments,
            columns,
            score_from=clock.work(since),
            seed=seed,
            findings=findings,
            progress=progress,
        )
    stages: dict[str, list[Scored]] = {}
    stale: dict[int, float] = {}
    told: list[silent.Told] = []
    for stage, seen in moments.items():
        stages[stage.word] = _scored(
            History(rows, worked, clock),
            (stage, seen),
            learned.get(stage),
            since=clock.work(since),
            stale=stale,
            findings=findings,
            told=told,
        )
        if rows and not stages[stage.word]:
            findings.add(
                f"no delivered order came to {stage.word} since --score-from: nothing to score there"
            )
    by_age = silent.stages(rows, [one for one in told if one.stage is Stage.HANDED_OVER], since)
    about["processor seconds"] = round(process_time() - started, 1)
    about["scored from"] = datetime.fromtimestamp(since * DAY_S, UTC).isoformat(timespec="seconds")
    return Outcome(stages=stages, findings=findings, unit="d", silent=by_age, about=about, seed=seed)


def _last_part(rows: Sequence[OrderRow]) -> float:
    """When the last fifth of the delivered orders begins."""
    bought = sorted(row.purchased_at for row in rows if row.delivered_at is not None)
    return bought[int(len(bought) * (1 - SCORED_PART))] if bought else 0.0


def _scored(
    history: History,
    moments: tuple[Stage, Moments],
    learned: Logs | None,
    *,
    since: float,
    stale: dict[int, float],
    findings: Findings,
    told: list[silent.Told],
) -> list[Scored]:
    """Track windows from some weeks before `since` (on the clock), and keep what is bought from then on."""
    (rows, worked, clock), (stage, seen) = history, moments
    delivered = {which: worked[which].delivered_at for which in seen.which}
    trackers = {placed: Tracker() for placed in (False, True)}
    found: list[Scored] = []
    ever = {placed: Ever() for placed in (False, True)}

    def came_by(which: object, at: float) -> bool:
        there = delivered[which]  # type: ignore[index]
        return there is not None and there <= at

    for number, (which, at) in enumerate(zip(seen.which, seen.at, strict=True)):
        row = worked[which]
        ever[row.has_places].begin(row, at)
        if at < since - WARM_DAYS:
            continue
        tracker = trackers[row.has_places]
        tracker.advance(at, came_by, ever=ever[row.has_places].share(at))
        plain = seen.base[number]
        logs = learned[number] if learned is not None else None
        if logs is None or isnan(logs[0]):
            shape = seen.shape[number * len(SHARES) : (number + 1) * len(SHARES)]
            logs = [plain + one - shape[MEDIAN] for one in shape]
        if stage in FIRST_WEIGHT and which in stale:
            by = FIRST_WEIGHT[stage] * (log(max(stale[which] - at, FIRST_MIN_DAYS)) - logs[MEDIAN])
            logs = [one + by for one in logs]
        days = [exp(one + shift) for one, shift in zip(logs, tracker.shifts, strict=True)]
        now = clock.instant(at)
        spread = spread_of([24 * (clock.instant(at + one) - now) for one in days])
        tracker.expect(which, [at + one for one in days])
        told.append(silent.Told(which, now, spread, stage))
        if stage is Stage.PURCHASE:
            stale[which] = at + days[MEDIAN]
        there = row.delivered_at
        if row.purchased_at >= since and there is not None and there > at:
            if seen.is_new_lane[number]:
                findings.add(
                    f"at {stage.word} the lane had never been seen: its window is that of its region"
                )
            first = stale.get(which)
            found.append(
                _one(
                    rows[which],
                    now,
                    spread,
                    stale=None if first is None else clock.instant(first),
                    plain=clock.instant(at + exp(plain)),
                )
            )
    return found


def _one(row: OrderRow, at: float, spread: Spread, *, stale: float | None, plain: float) -> Scored:
    """`stale` and `plain` are the instants that the first estimate and the plain layers name."""
    return Scored(
        began_at=row.purchased_at,
        took_h=24 * ((row.delivered_at or at) - at),
        spread=spread,
        has_places=row.has_places,
        promise_h=24 * (promised_day(row, at, spread) - at),
        stale_h=None if stale is None else 24 * (stale - at),
        theirs_h=None if row.promised_at is None else 24 * (row.promised_at - at),
        plain_h=24 * (plain - at),
    )


def promised_day(row: OrderRow, at: float, spread: Spread) -> float:
    """The end of the local day by which nearly all orders like it have come."""
    return ceil(at + hours_by(spread, PROMISE_SHARE) / 24 + row.offset) - row.offset
