"""What the forecast of an order costs, on made numbers; and where Olist's folder lies, how good it is."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

from benches.figures import Figure, show
from milepost.forecast.hierarchy import Hierarchy
from milepost.forecast.learned.trees import to_bytes
from milepost.forecast.orders.features import Columns
from milepost.forecast.orders.learned import Learned, Rows, learn
from milepost.forecast.orders.rows import Stage
from milepost.forecast.spreads import spread_of

SEED = 5
ROWS = 67_000
ASKED_AT_ONCE = 20_000
TIMES = 200
KEYS = ("all", "weekday", "promise", "lane", "area", "prefix", "seller")
COLUMNS = Columns(("paid", "price", "weight_kg"), ("payment",))
FOLDER = Path(os.environ.get("MILEPOST_FORECAST_DATA", "../shared/data"))
SCORE_FROM = "2018-04-15"
MEMORY = {
    "forecast_layers_mib": "import milepost.forecast.orders.history, milepost.forecast.tracker",
    "forecast_trees_mib": "import milepost.forecast.orders.learned",
}


def measure() -> list[Figure]:
    """Costs first; then Olist at its three stages, or a line that says where it was looked for."""
    figures = [look_up(), *trees(), *memory()]
    show("What a forecast costs", figures)
    found = olist()
    if found:
        show(f"Olist from {SCORE_FROM} on", found)
    else:
        print(f"Olist is left out: there is no {FOLDER / 'olist'}; name its folder in MILEPOST_FORECAST_DATA")
    return figures + found


def look_up() -> Figure:
    """One order's level out of seven keys, among 100,000 that are known."""
    levels = Hierarchy()
    for number in range(100_000):
        levels.observe((*KEYS[:-1], f"seller {number}"), number / 100, 0.1)
    keys = (*KEYS[:-1], "seller 5")
    return _figure(
        "forecast_look_up_us", 1e6 * _each(lambda: levels.level(keys, 1000.0), 10_000), "µs", 10_000
    )


def trees() -> list[Figure]:
    """One stage: grow all models on made rows, ask for one order and for many, and weigh what is kept."""
    rows, took = _made(ROWS)
    started = process_time()
    learned = learn(rows, took, COLUMNS, Stage.PURCHASE, SEED)
    grown_s = process_time() - started
    if learned is None:
        raise AssertionError("trees were not grown")
    one, many = rows.some(_first(1)), rows.some(_first(ASKED_AT_ONCE))
    started = process_time()
    learned.log_days(many)
    per_s = ASKED_AT_ONCE / (process_time() - started)
    kept = 3 * len(gzip.compress(to_bytes(learned.trees, {})))
    return [
        _figure("forecast_training_s", grown_s, "s", ROWS),
        _figure("forecast_one_us", 1e6 * _each(lambda: _spread(learned, one), 1), "µs", TIMES),
        _figure("forecast_rows_per_s", per_s, "rows/s", ASKED_AT_ONCE),
        _figure("forecast_kept_mb", kept / 1e6, "MB", 3 * sum(learned.trees.counts)),
    ]


def memory() -> list[Figure]:
    """Resident memory of a process that has loaded what serves."""
    return [_figure(name, _resident_mib(loads), "MiB", 1) for name, loads in MEMORY.items()]


def olist() -> list[Figure]:
    """The command itself, on the data that is there; empty without it."""
    if not (FOLDER / "olist").is_dir():
        return []
    asked = [
        "forecast",
        "backtest",
        "--dataset",
        "olist",
        str(FOLDER / "olist"),
        "--score-from",
        SCORE_FROM,
        "--json",
    ]
    ran = subprocess.run(
        [sys.executable, "-m", "milepost", *asked], capture_output=True, text=True, check=True
    )
    line = json.loads(ran.stdout.splitlines()[-1])
    return [
        Figure(
            name=f"olist_{stage}_{name}",
            value=value,
            unit="%" if name.startswith("cov") else "d",
            n=line["n"],
            seed=line["seed"],
        )
        for stage, figures in line["stages"].items()
        for name, value in figures.items()
        if value is not None
    ]


def _made(count: int) -> tuple[Rows, np.ndarray]:
    draw = np.random.default_rng(SEED)
    features = draw.normal(size=(count, len(COLUMNS.names(Stage.PURCHASE))))
    features[draw.random(features.shape) < 0.2] = np.nan
    base = draw.normal(2.2, 0.3, count)
    took = np.exp(base + 0.2 * np.nan_to_num(features[:, 0]) + draw.normal(0, 0.4, count))
    places = draw.random(count) < 0.1
    return Rows(features, np.sort(draw.uniform(0, 500, count)), base, np.full(count, 2.2), places), took


def _first(count: int) -> np.ndarray:
    return np.arange(ROWS) < count


def _spread(learned: Learned, one: Rows) -> None:
    spread_of([24 * days for days in np.exp(learned.log_days(one)[0]).tolist()])


def _each(work: Callable[[], object], times: int) -> float:
    """Seconds of processor for one call: the median of many rounds."""
    rounds = []
    for _ in range(TIMES if times == 1 else 7):
        started = process_time()
        for _ in range(times):
            work()
        rounds.append((process_time() - started) / times)
    return median(rounds)


def _resident_mib(loads: str) -> float:
    code = f"{loads}\nprint(next(line.split()[1] for line in open('/proc/self/status') if 'VmHWM' in line))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(ran.stdout) / 1024


def _figure(name: str, value: float, unit: str, count: int) -> Figure:
    return Figure(name=name, value=round(value, 3), unit=unit, n=count, seed=SEED)
