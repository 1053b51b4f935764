"""What a bench found: printed as a table, and merged into build/bench.json for whoever compares runs."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

BUILD = Path(__file__).resolve().parent.parent / "build" / "bench.json"
SMALL = 10


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure. `ratio` is `value` divided by the value of the figure named in `ratio_to`, same run."""

    name: str
    value: float
    unit: str
    n: int  # how much was measured: events, requests
    seed: int
    ratio: float | None = None
    ratio_to: str | None = None


def against(figure: Figure, floor: Figure) -> Figure:
    """The same figure, compared with what the machine could do at best."""
    ratio = round(figure.value / floor.value, 4) if floor.value else None
    return Figure(**{**asdict(figure), "ratio": ratio, "ratio_to": floor.name})


def show(title: str, figures: Iterable[Figure]) -> None:
    """A table for people."""
    table = Table(title=title, title_justify="left")
    for column in ("figure", "value", "unit", "ratio", "to", "n", "seed"):
        table.add_column(column, justify="right" if column in ("value", "ratio", "n", "seed") else "left")
    for one in figures:
        ratio = "" if one.ratio is None else f"{one.ratio:.3f}"
        shown = f"{one.value:,.2f}" if one.value < SMALL else f"{one.value:,.0f}"
        table.add_row(one.name, shown, one.unit, ratio, one.ratio_to or "", f"{one.n:,}", str(one.seed))
    Console(width=110).print(table)


def merge(figures: Iterable[Figure], path: Path = BUILD) -> None:
    """Put these among those of other runs; a figure of the same name is replaced."""
    path.parent.mkdir(exist_ok=True)
    known = json.loads(path.read_text("utf-8")) if path.exists() else []
    rows = {row["name"]: row for row in known} | {one.name: asdict(one) for one in figures}
    path.write_text(json.dumps(list(rows.values()), indent=1) + "\n", "utf-8")
