"""A history of scans run through the forecast: each scan foreseen, then compared with what came."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from milepost.forecast.backtest import cargo2000, scans_file
from milepost.forecast.backtest.outcome import Findings, Outcome, Progress, Scored
from milepost.forecast.backtest.tables import DAY_S, Mapped
from milepost.forecast.scans.replay import Learner, Past, Seen, first_estimates, replay
from milepost.forecast.scans.story import Story, hours_between
from milepost.forecast.spreads import spread_of
from milepost.model.forecasts import MEDIAN

SCORED_SHARE = 0.3
"""Without --score-from, the newest three of ten trips are scored."""

SHORT_H = 48.0  # trips whose forecasts are shorter than this are told in minutes, others in hours
NTH_MAX = 4

Stage = Callable[[Seen, Story], Sequence[str]]


def run_file(
    paths: Sequence[Path], mapping: Mapped, score_from: float | None, seed: int, progress: Progress,
    *, learner: Learner | None,
) -> Outcome:  # fmt: skip
    """The one-row-per-scan form. Raises OperatorError for a file that cannot be read."""
    findings = Findings()
    stories = scans_file.read(paths, mapping, findings)
    return run(stories, findings, score_from, seed, progress, stages=_by_scan, learner=learner)


def run_cargo2000(
    paths: Sequence[Path], score_from: float | None, seed: int, progress: Progress, *, learner: Learner | None
) -> Outcome:
    """The Cargo 2000 file. Raises OperatorError when it is not that file."""
    findings = Findings()
    stories = cargo2000.read(paths, findings)
    if score_from is None and stories:
        start = cargo2000.starts_at(int(cargo2000.rows_of(stories) * (1 - SCORED_SHARE)))
        score_from = start.timestamp() / DAY_S
    return run(stories, findings, score_from, seed, progress, stages=_by_milestone, unit="h", learner=learner)


def run(
    stories: Sequence[Story], findings: Findings, score_from: float | None, seed: int, progress: Progress,
    *, stages: Stage, unit: str = "", learner: Learner | None,
) -> Outcome:  # fmt: skip
    """Foresee every scan; score those of stories that began at `score_from` (days since 1970) or later."""
    if not stories:
        findings.add("no trip in the file: nothing to foresee")
        return Outcome(stages={"all": []}, findings=findings, unit=unit or "min", seed=seed)
    start = _start(stories, score_from)
    past = replay(stories, start, learner, lambda done, every: progress("scans foreseen", done, every))
    scored = _scored(past, stories, start, stages)
    if not scored.get("all"):
        findings.add("no trip that began at --score-from or later has arrived: nothing to score")
    return Outcome(
        stages=scored,
        findings=findings,
        unit=unit or _unit(stories),
        about=_about(past, stories, start, learner),
        seed=seed,
    )


def _start(stories: Sequence[Story], score_from: float | None) -> datetime:
    if score_from is not None:
        return datetime.fromtimestamp(score_from * DAY_S, UTC)
    return stories[int(len(stories) * (1 - SCORED_SHARE))].steps[0].at


def _scored(
    past: Past, stories: Sequence[Story], start: datetime, stages: Stage
) -> Mapping[str, list[Scored]]:
    found: dict[str, list[Scored]] = {"all": []}
    for seen, stale_h in zip(past.seen, first_estimates(past), strict=True):
        story = stories[seen.story]
        if story.steps[0].at < start or seen.left_h is None or seen.left_h <= 0:
            continue
        step = story.steps[seen.nth - 1]
        one = Scored(
            began_at=story.steps[0].at.timestamp() / DAY_S,
            took_h=seen.left_h,
            spread=spread_of(seen.told_h),
            has_places=bool(step.place or step.to_place),
            stale_h=stale_h,
            theirs_h=hours_between(step.at, step.planned_at) if step.planned_at is not None else None,
            plain_h=seen.shares_h[MEDIAN],
        )
        for stage in ("all", *stages(seen, story)):
            found.setdefault(stage, []).append(one)
    return dict(sorted(found.items(), key=lambda pair: _rank(pair[0])))


def _by_scan(seen: Seen, _story: Story) -> Sequence[str]:
    return (f"scan_{seen.nth}" if seen.nth < NTH_MAX else f"scan_{NTH_MAX}_on",)


def _by_milestone(seen: Seen, story: Story) -> Sequence[str]:
    step = story.steps[seen.nth - 1]
    name = "start" if seen.nth == 1 else f"after_{step.word.casefold()}"
    return (name, "last_step") if seen.nth == len(story.steps) else (name,)


def _rank(stage: str) -> tuple[int, str]:
    order = (
        "all",
        "start",
        "after_rcs",
        "after_dep_1",
        "after_rcf_1",
        "after_dep_2",
        "after_rcf_2",
        "after_dep_3",
    )
    return (order.index(stage) if stage in order else len(order), stage)


def _unit(stories: Sequence[Story]) -> str:
    took = [hours_between(story.steps[0].at, story.delivered_at) for story in stories if story.delivered_at]
    return "min" if took and median(took) < SHORT_H else "h"


def _about(
    past: Past, stories: Sequence[Story], start: datetime, learner: Learner | None
) -> dict[str, object]:
    """What was chosen and learned: told, not judged."""
    yardsticks = {
        f"{kind[0] or 'any'}, {kind[1]} to go" if kind[1] >= 0 else "any": fit.yardstick.name or "nothing"
        for kind, fit in past.levels.arrivals.kinds.items()
    }
    return {
        "trips": len(stories),
        "scored from": start.astimezone(UTC).isoformat(),
        "measured with": yardsticks,
        "words looked at": list(past.levels.word_columns),
        "numbers looked at": list(past.columns.numbers),
        "learned": past.refits if learner else "no",
        "model": learner.name if learner else "levels",
    }
