"""`milepost forecast backtest`: a history in, tables of errors, windows and promises out."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from milepost.cli.answers import AsJson, console, table
from milepost.cli.exits import CommandError, Exit
from milepost.forecast.backtest import told
from milepost.forecast.backtest.orders_run import Learner
from milepost.forecast.backtest.outcome import Findings, Outcome
from milepost.forecast.backtest.tables import Mapped, mapped, moment
from milepost.forecast.scans.replay import Learner as ScansLearner
from milepost.version import VERSION

UNITS = {"d": "days", "h": "hours", "min": "minutes"}
STEPS_BETWEEN = 50  # lines of progress at most, per thing done
RIVAL_COLUMNS = ("stage", "rows", "beside", "n", "their error", "ours", "")
PROMISE_COLUMNS = ("stage", "rows", "n", "promised within", "")

WITHOUT_EXTRA = "the extra milepost[forecast] is not installed: levels and effects work alone"


@dataclass(frozen=True, slots=True)
class _Asked:
    files: Sequence[Path]
    form: str
    mapping: Mapped
    score_from: float | None
    seed: int


def backtest(
    *files: Annotated[
        Path, Parameter(help="Files of history; with --dataset the folder or file of that one.")
    ],
    format_: Annotated[
        Literal["orders", "scans"],
        Parameter(name="--format", help="One row per order with milestones, or one row per scan."),
    ] = "orders",
    dataset: Annotated[
        Literal["olist", "cargo2000"] | None, Parameter(help="A known history under its own column names.")
    ] = None,
    map_: Annotated[
        Path | None, Parameter(name="--map", help="COLUMNS.toml: [columns] ours = “theirs”; zone; country.")
    ] = None,
    score_from: Annotated[
        str,
        Parameter(
            help="Score what began from this instant on (ISO 8601); default: the last fifth of orders, "
            "the last three in ten trips of scans."
        ),
    ] = "",
    seed: Annotated[int, Parameter(help="For the training and the intervals.")] = 1,
    as_json: AsJson = False,
) -> int:
    if not files:
        raise CommandError("name a file of history: milepost forecast backtest orders.csv")
    if absent := [file for file in files if not file.exists()]:
        raise CommandError(f"there is no {absent[0]}")
    _look_at(files, dataset, map_)
    mapping = mapped(map_)
    asked = _Asked(files, format_, mapping, _instant(score_from, mapping.zone), seed)
    outcome = _scans(asked, dataset) if _is_scans(asked, dataset) else _orders(asked, dataset)
    line = json.dumps(told.last_line(outcome, _commit()), ensure_ascii=False)
    for finding in outcome.findings.lines():
        sys.stderr.write(f"warning: {finding}\n")
    if as_json:
        print(json.dumps(told.details(outcome), ensure_ascii=False))
        print(line, flush=True)
    else:
        _show(outcome)
    return Exit.DONE if any(outcome.stages.values()) else Exit.NO


def _orders(asked: _Asked, dataset: str | None) -> Outcome:
    from milepost.forecast.backtest import olist, orders_file, orders_run

    findings = Findings()
    if dataset == "olist":
        rows = olist.read(asked.files[0], findings)
    else:
        rows = orders_file.read(asked.files, asked.mapping, findings)
    return orders_run.run(
        rows,
        findings,
        score_from=asked.score_from,
        seed=asked.seed,
        progress=_progress,
        learner=_learner(findings),
    )


def _is_scans(asked: _Asked, dataset: str | None) -> bool:
    return dataset == "cargo2000" or (dataset is None and asked.form == "scans")


def _scans(asked: _Asked, dataset: str | None) -> Outcome:
    from milepost.forecast.backtest import scans

    learner = _scans_learner(asked.seed)
    if dataset == "cargo2000":
        outcome = scans.run_cargo2000(asked.files, asked.score_from, asked.seed, _progress, learner=learner)
    else:
        outcome = scans.run_file(
            asked.files, asked.mapping, asked.score_from, asked.seed, _progress, learner=learner
        )
    if learner is None:
        outcome.findings.add(WITHOUT_EXTRA)
    return outcome


def _scans_learner(seed: int) -> ScansLearner | None:
    if not _has_extra():
        return None
    from milepost.forecast.scans.learned import TreeLearner

    return TreeLearner(seed)


def _has_extra() -> bool:
    return all(find_spec(library) for library in ("lightgbm", "numpy"))


def _learner(findings: Findings) -> Learner | None:
    if not _has_extra():
        findings.add(WITHOUT_EXTRA)
        return None
    from milepost.forecast.backtest.orders_learning import forecasts

    return forecasts


def _look_at(files: Sequence[Path], dataset: str | None, map_: Path | None) -> None:
    """Raises CommandError for what would be passed over in silence."""
    if dataset is not None and map_ is not None:
        raise CommandError(
            f"--map says nothing of --dataset {dataset}, whose columns are known; leave it out"
        )
    if dataset == "olist" and len(files) > 1:
        raise CommandError(f"--dataset olist takes one folder; there are {len(files)}")
    if dataset != "olist" and (folders := [file for file in files if file.is_dir()]):
        raise CommandError(f"{folders[0]} is a folder; name the files in it")


def _instant(text: str, zone: ZoneInfo | None) -> float | None:
    """Days since 1970; without an offset as in the files: the map's zone, else UTC. Raises CommandError."""
    if not text:
        return None
    found = moment(text, zone)
    if found is None:
        raise CommandError(f"--score-from {text}: write it as 2026-03-01T00:00:00 or 2026-03-01T00:00:00Z")
    return found.at


def _progress(what: str, done: int, total: int) -> None:
    """A line on the error stream, now and then: the answer alone goes to the other."""
    step = max(total // STEPS_BETWEEN, 1)
    if sys.stderr.isatty() and (done % step == 0 or done == total):
        sys.stderr.write(f"\r{what}: {done:,} of {total:,}   " + ("\n" if done == total else ""))
    elif done == total:
        sys.stderr.write(f"{what}: {total:,}\n")


def _commit() -> str:
    """The commit of the checkout this runs from, else the version."""
    here = Path(__file__).resolve().parent
    asked = subprocess.run(  # noqa: S603 - nothing of it comes from outside
        ["git", "-C", str(here), "rev-parse", "--short", "HEAD"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() or VERSION


def _show(outcome: Outcome) -> None:
    out = console()
    out.print(table(f"Forecasts, in {UNITS[outcome.unit]}", told.COLUMNS, told.rows(outcome)))
    if beside := told.rivals(outcome):
        out.print(table("Beside them, on the same parcels", RIVAL_COLUMNS, beside))
    if promised := told.promises(outcome):
        out.print(table("A day promised by us", PROMISE_COLUMNS, promised))
    for line in told.about(outcome):
        out.print(line, markup=False, highlight=False)
