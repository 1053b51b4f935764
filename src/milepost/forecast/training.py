"""Training with a gate in time: tuned on earlier weeks, and put in place only if no worse on the last ones.

Every prediction that is scored was made when its stage was heard of, by a memory that had learned just what
had arrived by then: the same way as in life. The corrections of the day are left out: they follow whatever is
in place.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from milepost.forecast.commitments import Commitment
from milepost.forecast.memory import Memory, Trees
from milepost.forecast.parcels.features import row_of
from milepost.forecast.reckoning import Reckoning, as_heard
from milepost.forecast.saying import unstraightened
from milepost.forecast.stages import STAGES
from milepost.model.forecast_models import ForecastModel, Prior, Tuning
from milepost.model.forecasts import SHARES
from milepost.model.lessons import Lesson

LESSONS_MIN = 200
LESSONS_MAX = 4_000
"""The newest; training on more takes longer and forgets them anyway."""

GROWN_FROM, TUNED_FROM, HELD_FROM = 0.2, 0.6, 0.8
"""Of the lessons in time: trees grow on what came after the first, tunings are compared on what was delivered
between the second and the third, and all is judged on what came after that."""

SETTLED = timedelta(days=7)
"""Trees learn nothing of what began in the last days before: of these only the fast ones have come."""

CANDIDATES = (
    Tuning(),
    Tuning(half_life_days=30.0),
    Tuning(half_life_days=120.0),
    Tuning(shrinkage=16.0, belief=50.0),
    Tuning(shrinkage=4.0, belief=12.0),
)
EXTRA = ("lightgbm", "numpy")
HOUR = timedelta(hours=1)


class Loss(NamedTuple):
    """Mean pinball hours, and of how many predictions."""

    hours: float
    n: int


class Trained(NamedTuple):
    """What came of a training. `is_better`: it may take the place of the one that is there."""

    model: ForecastModel
    is_better: bool
    trees: bytes = b""  # none were grown, or they were no better


def train(
    lessons: Sequence[Lesson],
    in_place: Tuning,
    *,
    version: int,
    table: Sequence[Commitment],
    prior: Prior | None,
    now: datetime,
    trees_in_place: bytes = b"",
) -> Trained | None:
    """The best candidate against what is in place; None: there are too few lessons to tell."""
    known = sorted(lessons, key=lambda one: one.delivered_at)[-LESSONS_MAX:]
    if len(known) < LESSONS_MIN:
        return None
    grown_from, tuned_from, held_from = (
        known[int(len(known) * share)].delivered_at for share in (GROWN_FROM, TUNED_FROM, HELD_FROM)
    )
    last = known[-1].delivered_at

    def loss(tuning: Tuning, since: datetime, until: datetime, trees: Trees | None = None) -> Loss:
        return replay(known, Memory(table, tuning, prior, trees), since, until)

    best = min(CANDIDATES, key=lambda one: loss(one, tuned_from, held_from).hours)
    before = loss(in_place, held_from, last, read_trees(trees_in_place))
    found, kept = loss(best, held_from, last), b""
    plain = loss(in_place, held_from, last) if trees_in_place else before
    if plain.hours < found.hours:  # trees may still be worth it
        best, found = in_place, plain
    early = [one for one in known if one.delivered_at <= held_from]
    trees = grown(early, Memory(table, best, prior), grown_from, held_from - SETTLED)
    if trees is not None:
        with_trees = loss(best, held_from, last, trees)
        if with_trees.hours < found.hours:
            found, kept = with_trees, trees.to_bytes()
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
        trees=sha256(kept).hexdigest() if kept else "",
    )
    is_new = best != in_place or kept != trees_in_place
    return Trained(model, found.n > 0 and found.hours <= before.hours and is_new, kept)


def read_trees(kept: bytes) -> Trees | None:
    """The trees of a version; None of one that has none, or where numpy is not installed."""
    if not kept or find_spec("numpy") is None:
        return None
    learned: Any = import_module("milepost.forecast.parcels.learned")
    trees: Trees = learned.read_trees(kept)
    return trees


def replay(lessons: Sequence[Lesson], memory: Memory, since: datetime, until: datetime) -> Loss:
    """What this memory would have said of stages heard of from `since` until `until`, and how wrong."""
    total, n = 0.0, 0
    for reckoning, took_h in _as_it_was(lessons, memory, since, until):
        total += _pinball(unstraightened(reckoning, memory)[0].hours, took_h)
        n += 1
    return Loss(total / n if n else float("inf"), n)


def grown(lessons: Sequence[Lesson], memory: Memory, since: datetime, until: datetime) -> Any:
    """Trees of what a memory without any leaves over; None: without the extra, or of too few rows."""
    if not all(find_spec(library) for library in EXTRA):
        return None
    learned: Any = import_module("milepost.forecast.parcels.learned")
    rows, told_h, took_h = [], [], []
    for reckoning, took in _as_it_was(lessons, memory, since, until):
        own = reckoning.alone(memory)
        rows.append(row_of(reckoning, memory, own))
        told_h.append(reckoning.blended(memory, own)[0].point)
        took_h.append(took)
    return learned.grown(rows, told_h, took_h) if len(rows) >= learned.ROWS_MIN else None


def _as_it_was(
    lessons: Sequence[Lesson], memory: Memory, since: datetime, until: datetime
) -> Iterator[tuple[Reckoning, float]]:
    """Each stage as it was heard of, in order of time, and the hours it then took.

    While one is looked at, the memory knows what had been delivered by then and nothing else.
    """
    moments = [(lesson.delivered_at, 1, place, -1) for place, lesson in enumerate(lessons)]
    moments += [
        (lived.heard_at, 0, place, number)
        for place, lesson in enumerate(lessons)
        for number, lived in enumerate(lesson.stages)
        if lived.stage in STAGES and since <= lived.heard_at < min(until, lesson.delivered_at)
    ]
    for at, _, place, number in sorted(moments):
        if at >= until:
            break
        lesson = lessons[place]
        if number < 0:
            memory.learn(lesson, at)
        else:
            yield as_heard(lesson, number), (lesson.delivered_at - at) / HOUR


def _pinball(hours: Sequence[float], took: float) -> float:
    losses = [
        max(share * (took - hour), (share - 1) * (took - hour))
        for share, hour in zip(SHARES, hours, strict=True)
    ]
    return sum(losses) / len(losses)
