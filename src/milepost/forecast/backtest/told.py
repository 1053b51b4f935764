"""The figures of a run as tables for people and as lines of JSON for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from milepost.forecast.backtest import figures
from milepost.forecast.backtest.outcome import Outcome, Scored

Row = tuple[str, ...]
COLUMNS = (
    "stage",
    "rows",
    "n",
    "mean error (90 % sure)",
    "median",
    "1 in 10 over",
    "80 % window",
    "90 % window",
)
RIVALS = (
    ("stale_h", "first estimate, never updated"),
    ("plain_h", "layers without a learning library"),
    ("theirs_h", "the date promised by the shop"),
)


def about(outcome: Outcome) -> list[str]:
    """What else is worth knowing of the run, a line each; nothing of what is empty."""
    return [f"{name}: {_words(value)}" for name, value in outcome.about.items() if value not in ({}, [], "")]


def last_line(outcome: Outcome, commit: str) -> dict[str, Any]:
    """What a judge reads: one object on one line."""
    first = next(iter(outcome.stages.values()), ())
    return {
        "n": len(first),
        "n_places": len(figures.with_places(first)),
        "stages": {stage: figures.of(scored, outcome.unit) for stage, scored in outcome.stages.items()},
        "unit": outcome.unit,
        "seed": outcome.seed,
        "commit": commit,
    }


def rows(outcome: Outcome) -> list[Row]:
    """A line per stage: all rows, and those with places where they are fewer."""
    found = []
    for stage, scored in {**outcome.stages, **outcome.silent}.items():
        placed = figures.with_places(scored)
        found.append(_row(stage, "all", scored, outcome))
        if placed and len(placed) < len(scored):
            found.append(_row(stage, "with places", placed, outcome))
    return found


def rivals(outcome: Outcome) -> list[Row]:
    """What else could have been said at the same moments about the same parcels."""
    found = []
    for stage, scored in {**outcome.stages, **outcome.silent}.items():
        groups = {"all": list(scored), "with places": figures.with_places(scored)}
        for name, words in RIVALS:
            for group, rows_of in groups.items():
                told = [one for one in rows_of if getattr(one, name) is not None]
                if told and (group == "all" or len(told) < len(scored)):
                    found.append((stage, group, words, *_rival(name, told, outcome.unit)))
    return found


def details(outcome: Outcome) -> dict[str, Any]:
    """All that the tables say, for programs; the last line stands apart."""
    return {
        "about": dict(outcome.about),
        "findings": outcome.findings.lines(),
        "stages": [dict(zip(COLUMNS, row, strict=True)) for row in rows(outcome)],
        "beside": [list(row) for row in rivals(outcome)],
        "promises": [list(row) for row in promises(outcome)],
    }


def promises(outcome: Outcome) -> list[Row]:
    """Our promised day: how long, and how many came after it; and the shop's own."""
    found: list[Row] = []
    hours = figures.HOURS[outcome.unit]
    for stage, scored in outcome.stages.items():
        for group, rows_of in (("all", list(scored)), ("with places", figures.with_places(scored))):
            told = [one for one in rows_of if one.promise_h is not None]
            late = figures.late_share(told)
            if late is None or (group != "all" and len(rows_of) == len(scored)):
                continue
            mean = sum(one.promise_h or 0 for one in told) / len(told) / hours
            found.append((stage, group, f"{len(told):,}", f"{mean:.2f} {outcome.unit}", f"{late:.2f} % late"))
    return found


def _row(stage: str, group: str, scored: Sequence[Scored], outcome: Outcome) -> Row:
    unit = outcome.unit
    told = figures.of(scored, unit, windowed=scored)
    error = figures.sure(scored, lambda one: one.error_h / figures.HOURS[unit], outcome.seed)
    interval = f" ({error.low:.2f}–{error.high:.2f})" if error else ""
    return (
        stage,
        group,
        f"{len(scored):,}",
        _number(told, f"mae_{unit}") + interval,
        _number(told, f"median_ae_{unit}"),
        _number(told, f"p90_ae_{unit}"),
        _window(told, 80, unit),
        _window(told, 90, unit),
    )


def _window(told: Mapping[str, float | None], percent: int, unit: str) -> str:
    if told[f"cov{percent}"] is None:
        return "–"
    worst = told[f"cov{percent}_worst_week"]
    inside = f"{_number(told, f'cov{percent}')} % at {_number(told, f'width{percent}_{unit}')} {unit}"
    return inside if worst is None else f"{inside}, worst week {worst:.2f} %"


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_words(inner)}" for name, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(told: Mapping[str, float | None], name: str) -> str:
    value = told[name]
    return "–" if value is None else f"{value:.2f}"


def _rival(name: str, told: Sequence[Scored], unit: str) -> Row:
    hours = figures.HOURS[unit]
    theirs = sum(abs(getattr(one, name) - one.took_h) for one in told) / len(told) / hours
    ours = sum(one.error_h for one in told) / len(told) / hours
    return (f"{len(told):,}", f"{theirs:.2f}", f"{ours:.2f}", f"{ours / theirs - 1:+.1%}" if theirs else "")
