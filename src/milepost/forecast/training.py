"""Training with a gate in time: tuned on earlier weeks, and put in place only if no worse on the last ones.

Every prediction that is scored was made before its parcel arrived, by a memory that had learned just what had
arrived by then: the same way as in life.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from milepost.forecast.commitments import Commitment
from milepost.forecast.memory import Memory, views
from milepost.forecast.stages import ACCEPTED, LANDED, PURCHASE, Standing
from milepost.model.forecast_models import ForecastModel, Prior, Tuning
from milepost.model.forecasts import SHARES
from milepost.model.lessons import Lesson

LESSONS_MIN = 200
LESSONS_MAX = 4_000
"""The newest; training on more takes longer and forgets them anyway."""

TUNED_FROM, HELD_FROM = 0.6, 0.8
"""Of the lessons in time: tuned on what was delivered between these, judged on what came after the second."""

CANDIDATES = (
    Tuning(),
    Tuning(half_life_days=30.0),
    Tuning(half_life_days=120.0),
    Tuning(shrinkage=16.0, belief=50.0),
    Tuning(shrinkage=4.0, belief=12.0),
)
SCORED = frozenset({PURCHASE, ACCEPTED, LANDED})
HOUR = timedelta(hours=1)


class Loss(NamedTuple):
    """Mean pinball hours, and of how many predictions."""

    hours: float
    n: int


class Trained(NamedTuple):
    """What came of a training. `is_better`: it may take the place of the one that is there."""

    model: ForecastModel
    is_better: bool


def train(
    lessons: Sequence[Lesson],
    in_place: Tuning,
    *,
    version: int,
    table: Sequence[Commitment],
    prior: Prior | None,
    now: datetime,
) -> Trained | None:
    """The best candidate against the tuning in place; None: there are too few lessons to tell."""
    known = sorted(lessons, key=lambda one: one.delivered_at)[-LESSONS_MAX:]
    if len(known) < LESSONS_MIN:
        return None
    tuned_from, held_from = (known[int(len(known) * share)].delivered_at for share in (TUNED_FROM, HELD_FROM))

    def loss(tuning: Tuning, since: datetime, until: datetime) -> Loss:
        return replay(known, Memory(table, tuning, prior), since, until)

    last = known[-1].delivered_at
    best = min(CANDIDATES, key=lambda one: loss(one, tuned_from, held_from).hours)
    found, before = loss(best, held_from, last), loss(in_place, held_from, last)
    model = ForecastModel(
        version=version,
        tuning=best,
        trained_at=now,
        data_from=known[0].delivered_at,
        data_to=last,
        lessons=len(known),
        held_out=found.n,
        loss_h=round(found.hours, 4),
        loss_before_h=round(before.hours, 4),
    )
    return Trained(model, found.n > 0 and found.hours <= before.hours and best != in_place)


def replay(lessons: Sequence[Lesson], memory: Memory, since: datetime, until: datetime) -> Loss:
    """What this memory would have said of stages that began from `since` until `until`, and how wrong."""
    moments: list[tuple[datetime, int, int, Standing | None]] = []
    for place, lesson in enumerate(lessons):
        moments.append((lesson.delivered_at, 1, place, None))
        moments += [
            (lived.since, 0, place, Standing(lived.stage, lived.since, lived.heard_at))
            for lived in lesson.stages
            if lived.stage in SCORED and since <= lived.since < until
        ]
    total, n = 0.0, 0
    for at, _, place, standing in sorted(moments, key=lambda one: one[:3]):
        lesson = lessons[place]
        if standing is None:
            memory.learn(lesson, at)
            continue
        took = (lesson.delivered_at - at) / HOUR
        seen = views(standing.stage, lesson.way)[-1]  # as it was asked: before the first scan little is known
        total += _pinball(memory.spread(standing, seen, at).hours, took)
        n += 1
    return Loss(total / n if n else float("inf"), n)


def _pinball(hours: Sequence[float], took: float) -> float:
    losses = [
        max(share * (took - hour), (share - 1) * (took - hour))
        for share, hour in zip(SHARES, hours, strict=True)
    ]
    return sum(losses) / len(losses)
