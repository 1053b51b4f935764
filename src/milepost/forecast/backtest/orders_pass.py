"""One walk through a history, event by event: what was known at each milestone, and nothing later."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from milepost.forecast.backtest.outcome import Progress
from milepost.forecast.orders.features import Columns, features
from milepost.forecast.orders.history import History
from milepost.forecast.orders.rows import OrderRow, Stage
from milepost.forecast.orders.shape import Shape
from milepost.forecast.orders.ways import lane_keys

DELIVERED = len(Stage)


@dataclass(slots=True)
class Moments:
    """Every order's coming to one stage, in order of time; columns of the same length."""

    which: "array[int]" = field(default_factory=lambda: array("l"))  # the order's place in the rows
    at: "array[float]" = field(default_factory=lambda: array("d"))
    base: "array[float]" = field(default_factory=lambda: array("d"))  # log days left, by levels and effects
    level: "array[float]" = field(default_factory=lambda: array("d"))  # log days, of the network alone
    shape: "array[float]" = field(default_factory=lambda: array("d"))  # seven log multiples each
    features: "array[float]" = field(default_factory=lambda: array("d"))
    is_new_lane: "array[int]" = field(default_factory=lambda: array("b"))


def walk(rows: Sequence[OrderRow], columns: Columns | None, progress: Progress) -> dict[Stage, Moments]:
    """The moments of all stages. With `columns` each has its features for the trees, else none."""
    history, shapes = History(), {stage: Shape() for stage in Stage}
    found = {stage: Moments() for stage in Stage}
    lanes: set[object] = set()
    events = events_of(rows)
    for done, (at, kind, which) in enumerate(events, 1):
        row = rows[which]
        history.refresh(at)
        if kind == DELIVERED:
            history.delivered(row, at)
            lanes.update(lane_keys(row)[-1:])
            for shape in shapes.values():
                shape.come(row.order_id, at)
        else:
            stage = Stage(kind)
            shapes[stage].refresh(at)
            _note(found[stage], (history, shapes[stage]), row, (at, stage, which), columns)
            fine = lane_keys(row)[-1:]
            found[stage].is_new_lane.append(bool(fine) and fine[0] not in lanes)
            history.came_to(row, stage, at)
        if done % 1000 == 0 or done == len(events):
            progress("events of the history", done, len(events))
    return found


def events_of(rows: Sequence[OrderRow]) -> list[tuple[float, int, int]]:
    """(when, what, which order) in order of time. At one instant milestones stand before deliveries."""
    events = []
    for which, row in enumerate(rows):
        events += [(at, int(stage), which) for stage in Stage if (at := row.at(stage)) is not None]
        if row.delivered_at is not None:
            events.append((row.delivered_at, DELIVERED, which))
    return sorted(events)


def _note(
    moments: Moments,
    learned: tuple[History, Shape],
    row: OrderRow,
    moment: tuple[float, Stage, int],
    columns: Columns | None,
) -> None:
    history, shape = learned
    at, stage, which = moment
    said = history.opinions(row, stage, at)
    base = said.mean
    moments.which.append(which)
    moments.at.append(at)
    moments.base.append(base)
    moments.level.append(history.ways[stage].level)
    moments.shape.extend(shape.logs)
    if columns is not None:
        moments.features.extend(features(history, row, stage, at, said=said, columns=columns))
    shape.begin(row.order_id, at, base)
