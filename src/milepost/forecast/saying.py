"""What is said of a parcel: levels and the carrier's date, then trees if there are any, then straightened."""

from datetime import datetime, timedelta

from milepost.forecast.memory import Memory, Told
from milepost.forecast.parcels.features import row_of
from milepost.forecast.reckoning import Reckoning, as_heard
from milepost.forecast.spreads import left_after
from milepost.model.forecasts import Spread
from milepost.model.lessons import Lesson

HOUR = timedelta(hours=1)


def said(reckoning: Reckoning, memory: Memory) -> tuple[Spread, str]:
    """Hours from `as_of` on, and the name of what made them.

    Foreseen when the stage was heard of, and corrected as such words are; then only slower parcels are left.
    """
    began = reckoning.begun()
    found, model = unstraightened(began, memory)
    straight = memory.straightened(found, began.standing.stage, began.way.carrier)
    return left_after(straight, (reckoning.as_of - began.as_of) / HOUR), model


def unstraightened(began: Reckoning, memory: Memory) -> tuple[Spread, str]:
    """The same when the stage was heard of, before it is corrected."""
    own = began.alone(memory)
    found, model = began.blended(memory, own)
    if memory.trees is None:
        return found, model
    return memory.trees.spread(found, row_of(began, memory, own)), f"{model}+trees"


def told_of(lesson: Lesson, memory: Memory) -> list[Told | None]:
    """What this memory would have told at each stage of a parcel, and what it took from there."""
    found: list[Told | None] = []
    for number, lived in enumerate(lesson.stages):
        left_h = (lesson.delivered_at - lived.heard_at) / HOUR
        if left_h <= 0 or not memory.is_settled(lived.stage):
            found.append(None)
        else:
            found.append((unstraightened(as_heard(lesson, number), memory)[0], left_h))
    return found


def point(reckoning: Reckoning, memory: Memory) -> datetime:
    """The median."""
    return reckoning.as_of + said(reckoning, memory)[0].point * HOUR
