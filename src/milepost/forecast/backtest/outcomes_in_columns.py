"""Columns of a scan file that give the answer away: how long the next leg took, or what remained."""

from collections.abc import Iterable, Sequence

from milepost.forecast.scans.story import Story, hours_between

UNITS_H = (1.0, 1 / 60, 24.0, 1 / 3600)
NEAR = 0.01  # a plan is not this near to what happened, again and again
MINUTE_H = 1 / 60
SHARE = 0.5
ROWS_MIN = 30
STORIES_MAX = 2_000


def outcome_columns(stories: Sequence[Story], numbers: Iterable[str]) -> list[str]:
    """Names of the number columns that are, in some unit, what happened after the scan."""
    looked_at = [story for story in stories if story.delivered_at is not None][:STORIES_MAX]
    return [name for name in numbers if _is_outcome(looked_at, name)]


def _is_outcome(stories: Iterable[Story], name: str) -> bool:
    left: list[tuple[float, float]] = []
    gaps: list[tuple[float, float]] = []
    for story in stories:
        for place, step in enumerate(story.steps):
            figure = step.numbers.get(name)
            if figure is None or figure <= 0 or story.delivered_at is None:
                continue
            end = story.steps[place + 1].at if place + 1 < len(story.steps) else story.delivered_at
            gaps.append((figure, hours_between(step.at, end)))
            left.append((figure, hours_between(step.at, story.delivered_at)))
    return any(_is_same(pairs, unit) for pairs in (left, gaps) for unit in UNITS_H)


def _is_same(pairs: Sequence[tuple[float, float]], unit_h: float) -> bool:
    near = sum(abs(figure * unit_h - hours) <= NEAR * hours + MINUTE_H for figure, hours in pairs)
    return len(pairs) >= ROWS_MIN and near >= SHARE * len(pairs)
