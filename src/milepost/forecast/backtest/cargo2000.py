"""The Cargo 2000 file (UCI data set 382, CC BY 4.0): air freight, minutes planned and taken per milestone.

Each leg of a shipment is a story from its start to its last arrival: check-in (RCS), then departure and
arrival (DEP, RCF) up to three times. The file has no dates. Its row order is taken for its order of time, a
fixed number of shipments a day, so that a leg is learned from only after later rows have begun.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.backtest.tables import Mapped, rows
from milepost.forecast.scans.story import Step, Story
from milepost.model.errors import OperatorError

FIRST_DAY = datetime(2000, 1, 3, tzinfo=UTC)  # a Monday; only differences count
ROWS_A_DAY = 100
"""More than the roughly 26 of life (3,942 in five months): what is learned is older than it would be."""

LEGS = ("i1", "i2", "i3", "o")
HOPS_MAX = 3
MINUTES_MAX = 365 * 24 * 60.0
NEEDED = ("i1_rcs_p", "i1_rcs_e", "i1_hops", "o_hops")


def read(paths: Iterable[Path], findings: Findings) -> list[Story]:
    """Stories in row order. Raises OperatorError for a file that is not this one."""
    stories: list[Story] = []
    number = 0
    for path in paths:
        for row in rows(path, Mapped(), findings):
            missing = [name for name in NEEDED if name not in row]
            if missing:
                raise OperatorError(f"{path}: there is no column {missing[0]}; it is not the Cargo 2000 file")
            stories += _legs(row, number, findings)
            number += 1
    findings.add("row order is taken for order of time: the file has no dates", number)
    return stories


def rows_of(stories: Sequence[Story]) -> int:
    """How many rows the stories come from."""
    last = stories[-1].steps[0].at - FIRST_DAY
    return last.days * ROWS_A_DAY + last.seconds + 1


def starts_at(row: int) -> datetime:
    """When the shipment of that row begins on our made-up clock."""
    return FIRST_DAY + timedelta(days=row // ROWS_A_DAY, seconds=row % ROWS_A_DAY)


def _legs(row: Mapping[str, str], number: int, findings: Findings) -> Iterator[Story]:
    """The legs of one shipment that have minutes for every milestone."""
    for leg in LEGS:
        hops = _minutes(row.get(f"{leg}_hops"))
        if not hops:
            continue
        milestones = _milestones(row, leg, int(min(hops, HOPS_MAX)))
        if any(planned is None or taken is None for _, planned, taken, _ in milestones):
            findings.add("a leg with a milestone that has no minutes: left out")
            continue
        if not all(0 <= (minutes or 0.0) <= MINUTES_MAX for _, *both, _ in milestones for minutes in both):
            findings.add("a leg with minutes below zero or beyond a year: left out")
            continue
        yield _story(row, leg, number, [(w, p or 0.0, t or 0.0, at) for w, p, t, at in milestones])


def _milestones(
    row: Mapping[str, str], leg: str, hops: int
) -> list[tuple[str, float | None, float | None, str]]:
    """Word, planned and taken minutes, place; from check-in to the last arrival."""
    names = ["rcs", *(f"{word}_{hop}" for hop in range(1, hops + 1) for word in ("dep", "rcf"))]
    return [
        (name.upper(), _minutes(row.get(f"{leg}_{name}_p")), _minutes(row.get(f"{leg}_{name}_e")),
         row.get(f"{leg}_{name}_place") or "")
        for name in names
    ]  # fmt: skip


def _story(
    row: Mapping[str, str], leg: str, number: int, milestones: list[tuple[str, float, float, str]]
) -> Story:
    """A step at the start and one after each milestone but the last; the plan is known from the start."""
    begins_at = starts_at(number)
    planned = [minutes for _, minutes, _, _ in milestones]
    plan_at = begins_at + timedelta(minutes=sum(planned))
    at, steps = begins_at, []
    for nth, (_, minutes, taken, _) in enumerate(milestones):
        place = milestones[nth - 1][3] if nth else ""
        after = next((where for _, _, _, where in milestones[nth:] if where and where != place), "")
        numbers = {
            "plan_left_h": sum(planned[nth:]) / 60,
            "plan_next_h": minutes / 60,
            "plan_after_h": planned[nth + 1] / 60 if nth + 1 < len(planned) else 0.0,
            "legs_in_shipment": _minutes(row.get("legs")) or 0.0,
            **{f"plan_{word.lower()}_h": minutes / 60 for word, minutes, _, _ in milestones},
        }
        words = {
            "leg": "out" if leg == "o" else "in",
            "start": milestones[1][3],
            "end": milestones[-1][3],
            "way": f"{milestones[1][3]}>{milestones[-1][3]}",
            "flights": _flights(milestones),
        }
        steps.append(
            Step(
                at=at, word=milestones[nth - 1][0] if nth else "START", place=place, to_place=after,
                legs_left=len(milestones) - nth, planned_at=plan_at, numbers=numbers, words=words,
            )
        )  # fmt: skip
        at += timedelta(minutes=taken)
    return Story(
        key=f"{row.get('nr') or number + 1}.{leg}", created_at=begins_at, steps=tuple(steps), delivered_at=at
    )


def _flights(milestones: list[tuple[str, float, float, str]]) -> str:
    """Airports and planned flying times: the nearest that the file comes to flight numbers."""
    return " ".join(
        f"{start[3]}>{end[3]}/{end[1]:.0f}"
        for start, end in zip(milestones[1::2], milestones[2::2], strict=True)
    )


def _minutes(text: str | None) -> float | None:
    try:
        return float(text) if text not in (None, "", "?") else None
    except ValueError:
        return None
