"""The forecast after every scan: made-up road freight (simulated), and Cargo 2000 where its folder lies."""

import tempfile
from pathlib import Path
from statistics import fmean

from benches.backtest import FOLDER
from benches.figures import Figure, show
from milepost.forecast.backtest import scans
from milepost.forecast.backtest.figures import is_inside, width_h
from milepost.forecast.backtest.outcome import Outcome
from milepost.forecast.backtest.tables import Mapped
from milepost.forecast.scans.learned import TreeLearner
from tests.forecast import freight

SEED = 3
TRIPS = 1_700
HOUR_MIN = 60.0


def measure() -> list[Figure]:
    """Errors in minutes per scan of the simulated trips; hours, coverage and width of Cargo 2000."""
    figures = simulated()
    show("Road freight, simulated: remaining minutes", figures)
    found = cargo2000()
    if found:
        show("Cargo 2000, the last three in ten rows: hours to last arrival", found)
    else:
        print(
            f"Cargo 2000 is left out: there is no {FOLDER / 'cargo2000'}; name it in MILEPOST_FORECAST_DATA"
        )
    return figures + found


def simulated() -> list[Figure]:
    """The newest three in ten trips of a history whose routes are known ahead."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "simulated.csv"
        path.write_text(freight.text(freight.rows(TRIPS, SEED)), "utf-8")
        mapping = Mapped(known_ahead=("osrm_time", "osrm_distance"))
        outcome = scans.run_file([path], mapping, None, SEED, _nobody_looks, learner=TreeLearner(SEED))
    return [
        _error(outcome, stage, f"forecast_freight_sim_{stage}_min", "min", HOUR_MIN)
        for stage in ("all", "scan_1", "scan_2", "scan_3")
    ]


def cargo2000() -> list[Figure]:
    """Nothing when the folder is not there."""
    files = sorted((FOLDER / "cargo2000").glob("*.csv*"))
    if not files:
        return []
    outcome = scans.run_cargo2000(files, None, SEED, _nobody_looks, learner=TreeLearner(SEED))
    scored = outcome.stages["all"]
    inside = 100 * fmean(is_inside(one, 80) for one in scored)
    width = fmean(width_h(one, 80) for one in scored)
    plain = fmean(abs((one.plain_h or 0.0) - one.took_h) for one in scored)
    return [
        _error(outcome, "all", "forecast_cargo2000_mae_h", "h", 1.0),
        Figure(
            name="forecast_cargo2000_levels_mae_h", value=round(plain, 3), unit="h", n=len(scored), seed=SEED
        ),
        Figure(name="forecast_cargo2000_cov80", value=round(inside, 2), unit="%", n=len(scored), seed=SEED),
        Figure(
            name="forecast_cargo2000_width80_h", value=round(width, 3), unit="h", n=len(scored), seed=SEED
        ),
    ]


def _error(outcome: Outcome, stage: str, name: str, unit: str, per_hour: float) -> Figure:
    scored = outcome.stages[stage]
    error = per_hour * fmean(one.error_h for one in scored)
    return Figure(name=name, value=round(error, 3), unit=unit, n=len(scored), seed=SEED)


def _nobody_looks(_what: str, _done: int, _all: int) -> None:
    """A bench prints its table, no progress."""
