"""A story so far as a row of numbers for the learned layer. Nothing in it is later than the last step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from milepost.forecast.scans.levels import Level, ScanLevels
from milepost.forecast.scans.story import Step, Story, hours_between

UNKNOWN = float("nan")
CODES_MAX = 60
"""A column with more words than this is left to the levels; trees cannot split so many."""

NUMBERS_MAX = 24
ADDS_MAX = 10

PLAIN = (
    "scans", "legs_left", "elapsed_h", "since_created_h", "last_gap_h", "hour", "weekday", "plan_left_h",
    "plan_moved_h", "level_h", "level_value", "level_recent", "level_seen", "gap_h", "surprise_h", "late_h",
    "first_level_h", "drift_h", "pace",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a row has: fixed when a model is trained, so that later rows mean the same."""

    numbers: tuple[str, ...]
    codes: Mapping[str, Mapping[str, int]]  # column: word: code; "" is the step's own word
    adds: int

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of `row`."""
        figures = [f"{name}{part}" for name in self.numbers for part in ("", ".so_far")]
        return (
            *PLAIN,
            *(f"adds.{at}" for at in range(self.adds)),
            *figures,
            *(f"word.{c}" for c in self.codes),
        )


@dataclass(slots=True)
class Trail:
    """What the earlier steps of one story were expected to do, kept as they came."""

    first_level_h: float = UNKNOWN
    surprise_h: float = 0.0
    next_gap_h: float = UNKNOWN


def columns_of(stories: Sequence[Story], word_columns: Sequence[str], adds: int) -> Columns:
    """From history: the numbers it has, and codes for words that are few enough."""
    seen: dict[str, set[str]] = {"": set(), **{name: set() for name in word_columns}}
    numbers: dict[str, int] = {}
    for story in stories:
        for step in story.steps:
            seen[""].add(step.word)
            for name in word_columns:
                seen[name].add(step.words.get(name, ""))
            for name in step.numbers:
                numbers[name] = numbers.get(name, 0) + 1
    often = sorted(numbers, key=lambda name: (-numbers[name], name))[:NUMBERS_MAX]
    codes = {
        name: {word: code for code, word in enumerate(sorted(words))}
        for name, words in seen.items()
        if 1 < len(words) <= CODES_MAX
    }
    return Columns(tuple(sorted(often)), codes, min(adds, ADDS_MAX))


def row_of(
    story: Story, levels: ScanLevels, columns: Columns, trail: Trail
) -> tuple[list[float], Level, float]:
    """The row at the story's last step, its level, and the level's median in hours. Moves the trail on."""
    last = story.steps[-1]
    level = levels.level(story)
    median_h = levels.median(level)
    elapsed = hours_between(story.steps[0].at, last.at)
    last_gap = hours_between(story.steps[-2].at, last.at) if len(story.steps) > 1 else UNKNOWN
    late = last_gap - trail.next_gap_h
    if len(story.steps) > 1:
        trail.surprise_h += late
    else:
        trail.first_level_h = median_h
    trail.next_gap_h = levels.gap(story)
    plan = last.planned_at
    first_plan = story.steps[0].planned_at
    plan_left = hours_between(last.at, plan) if plan else UNKNOWN
    row = [
        float(len(story.steps)),
        float(last.legs_left) if last.legs_left is not None else UNKNOWN,
        elapsed,
        hours_between(story.created_at, last.at) if story.created_at else UNKNOWN,
        last_gap,
        last.at.hour + last.at.minute / 60,
        float(last.at.weekday()),
        plan_left,
        hours_between(first_plan, plan) if plan and first_plan else UNKNOWN,
        median_h,
        level.value,
        level.recent,
        level.seen,
        trail.next_gap_h,
        trail.surprise_h,
        late,
        trail.first_level_h,
        elapsed + median_h - trail.first_level_h,
        elapsed / max(trail.first_level_h - median_h, 0.05) if elapsed else UNKNOWN,
    ]
    row += [level.adds[at] if at < len(level.adds) else UNKNOWN for at in range(columns.adds)]
    for name in columns.numbers:
        row += [last.numbers.get(name, UNKNOWN), _so_far(story.steps, name)]
    row += [float(codes.get(_word(last, name), -1)) for name, codes in columns.codes.items()]
    return row, level, median_h


def _so_far(steps: Sequence[Step], name: str) -> float:
    """What the column added up to over the steps before the last."""
    return sum(step.numbers.get(name, 0.0) for step in steps[:-1])


def _word(step: Step, name: str) -> str:
    return step.words.get(name, "") if name else step.word
