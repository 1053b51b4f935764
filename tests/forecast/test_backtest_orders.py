"""A history of orders run as if it were happening: nothing of the future, and honest about bad files."""

import json
from dataclasses import replace
from math import exp
from statistics import fmean, median

import pytest

from milepost.cli.backtest import backtest
from milepost.forecast.backtest import orders_run, told
from milepost.forecast.backtest.orders_learning import forecasts
from milepost.forecast.backtest.orders_pass import walk
from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.orders.features import columns_of
from milepost.forecast.orders.rows import End, Stage
from milepost.model.errors import OperatorError
from milepost.model.forecasts import SHARES
from tests.forecast.histories import FIRST_DAY, orders, write

MIDDLE = FIRST_DAY + 75
SINCE = FIRST_DAY + 102
KEYS = {
    *("mae_d", "mae_d_places", "median_ae_d", "p90_ae_d", "cov80", "width80_d", "cov80_worst_week"),
    *("cov90", "width90_d", "cov90_worst_week", "promise_3pct_d"),
}


def quiet(*_):
    """Nobody looks at the progress."""


def run(rows, since):
    return orders_run.run(rows, Findings(), score_from=since, seed=1, progress=quiet)


@pytest.fixture(scope="module")
def history():
    return orders()


@pytest.fixture(scope="module")
def walked(history):
    return walk(history, columns_of(history), quiet)


def test_no_forecast_knows_what_happened_after_it(history, walked):
    """From day 90 on every delivery is another one: what was said until then is the same to the last bit."""
    cut = FIRST_DAY + 90
    other = [
        replace(row, delivered_at=row.delivered_at + 20 * (number % 3))
        if row.delivered_at is not None and row.delivered_at > cut
        else row
        for number, row in enumerate(history)
    ]
    columns = columns_of(history)
    before, after = walked, walk(other, columns, quiet)
    for stage in Stage:
        early = sum(at <= cut for at in before[stage].at)
        assert early > 100
        assert before[stage].base[:early] == after[stage].base[:early], stage
        assert before[stage].shape[: 7 * early] == after[stage].shape[: 7 * early], stage
        width = len(columns.names(stage))
        said = [list(map(repr, moments[stage].features[: width * early])) for moments in (before, after)]
        assert said[0] == said[1], stage
        assert before[stage].base[-1] != after[stage].base[-1], "the change was never felt at all"


def test_trees_are_grown_of_what_was_delivered_by_then(history, walked):
    """Deliveries after the last growing are other ones: no answer changes."""
    columns = columns_of(history)
    moments = walked
    other = [
        replace(row, delivered_at=None) if row.delivered_at is not None and row.delivered_at > SINCE else row
        for row in history
    ]
    options = {"score_from": SINCE, "seed": 1, "progress": quiet}
    stage = {Stage.HANDED_OVER: moments[Stage.HANDED_OVER]}
    said, _ = forecasts(history, stage, columns, findings=Findings(), **options)
    again, about = forecasts(other, stage, columns, findings=Findings(), **options)
    late = [
        (one, two)
        for one, two, at in zip(
            said[Stage.HANDED_OVER], again[Stage.HANDED_OVER], stage[Stage.HANDED_OVER].at, strict=True
        )
        if at >= SINCE
    ]
    assert len(late) > 30
    assert all(one == two and one[0] == one[0] for one, two in late), "or trees were not grown"
    assert about["learned"]["handed_over"]["bytes"] < 5_000_000


@pytest.fixture(scope="module")
def outcome(history):
    return run(history, since=MIDDLE)


def test_levels_and_effects_beat_the_naive_mean_and_sharpen_at_hand_over(history, outcome):
    naive = median(
        row.delivered_at - row.purchased_at
        for row in history
        if row.delivered_at and row.delivered_at < MIDDLE
    )
    scored = outcome.stages["purchase"]
    ours = fmean(one.error_h for one in scored) / 24
    theirs = fmean(abs(naive - one.took_h / 24) for one in scored)
    assert ours < 0.75 * theirs, (ours, theirs)
    handed = outcome.stages["handed_over"]
    stale = fmean(abs(one.stale_h - one.took_h) for one in handed)
    assert fmean(one.error_h for one in handed) < 0.92 * stale
    assert all(one.spread.hours[0] > 0 and one.promise_h > 0 for one in scored)


def test_in_a_new_shop_the_mean_of_the_delivered_is_too_fast_and_our_level_is_not():
    """The first to come are the fast ones; only counting the open ones keeps the level honest."""
    rows = orders(count=300, days=20, faster_from=1e9)
    later = orders(count=300, days=400, faster_from=1e9)  # the same parcels, waited for to the end
    middle = median(row.delivered_at - row.purchased_at for row in later if row.delivered_at)
    moments = walk(rows, None, quiet)[Stage.PURCHASE]
    naive, ours = [], []
    for at, level in zip(moments.at, moments.level, strict=True):
        seen = [
            row.delivered_at - row.purchased_at for row in rows if row.delivered_at and row.delivered_at < at
        ]
        if 10 <= len(seen) <= 80:
            naive.append(abs(median(seen) - middle))
            ours.append(abs(exp(level) - middle))
    assert len(naive) > 30
    assert fmean(ours) < 0.6 * fmean(naive), (fmean(ours), fmean(naive))


def test_the_last_line_has_exactly_the_figures_that_are_asked_for(outcome):
    line = told.last_line(outcome, "abc")
    assert set(line) == {"n", "n_places", "stages", "unit", "seed", "commit"}
    assert list(line["stages"]) == ["purchase", "approved", "handed_over"]
    assert all(set(stage) == KEYS for stage in line["stages"].values())
    assert line["n"] == line["n_places"] == len(outcome.stages["purchase"])


def test_a_window_is_as_wide_as_its_ignorance_before_anything_came(walked):
    moments = walked[Stage.PURCHASE]
    first, later = moments.shape[: len(SHARES)], moments.shape[-len(SHARES) :]
    assert first[-1] - first[0] > later[-1] - later[0] + 0.3


BAD = {
    "no column delivered_at": (
        "has no column delivered_at: nothing is learned",
        lambda path, rows: write(path, rows, without=("delivered_at",)),
    ),
    "no zones": ("times name no zone", write),
    "delivered first": (
        "delivered before it was shipped",
        lambda path, rows: write(
            path,
            [
                replace(rows[0], delivered_at=rows[0].approved_at, handed_over_at=rows[0].approved_at + 1),
                *rows[1:],
            ],
        ),
    ),
    "a new lane": (
        "the lane had never been seen",
        lambda path, rows: write(
            path, [*rows[:-1], replace(rows[-1], destination=End(zip="55123", region="E"))]
        ),
    ),
    "twice": ("an order stands twice", lambda path, rows: write(path, [*rows, rows[3]])),
    "bare": (
        "has no column handed_over_at",
        lambda path, rows: write(
            path, rows, without=("handed_over_at", "approved_at", "origin_zip"), separator=";"
        ),
    ),
    "empty": (
        "the history is empty",
        lambda path, _: path.write_text("order_id,purchased_at,delivered_at\n") and path,
    ),
}


def test_what_is_amiss_in_a_file_is_named_with_its_count_and_the_rest_goes_on(
    history, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("milepost.cli.backtest.find_spec", lambda _: None)
    few = history[:60]
    for number, (what, (expected, make)) in enumerate(BAD.items()):
        code = backtest(make(tmp_path / f"{number}.csv", few), as_json=True)
        said = capsys.readouterr()
        warned = [line for line in said.err.splitlines() if expected in line]
        assert warned, (what, said.err)
        assert "×" in warned[0], what
        line = json.loads(said.out.splitlines()[-1])
        has_scores = what not in ("no column delivered_at", "empty")
        assert (line["n"] > 0) is has_scores, what
        assert code == (0 if has_scores else 1), what


def test_a_file_that_is_no_history_is_refused_with_the_fix(history, tmp_path):
    path = write(tmp_path / "orders.csv", history[:3])
    with pytest.raises(OperatorError, match=r"no column purchased_at; .*--map"):
        backtest(write(tmp_path / "bare.csv", history[:3], without=("purchased_at",)))
    with pytest.raises(OperatorError, match="--score-from soon"):
        backtest(path, score_from="soon")
    with pytest.raises(OperatorError, match="there is no"):
        backtest(tmp_path / "absent.csv")
    with pytest.raises(OperatorError, match="name a file"):
        backtest()
    (tmp_path / "map.toml").write_text('zone = "Europe/Nowhere"')
    with pytest.raises(OperatorError, match="Europe/Nowhere"):
        backtest(path, map_=tmp_path / "map.toml")


def test_a_map_gives_their_columns_our_names_and_the_file_its_zone(history, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("milepost.cli.backtest.find_spec", lambda _: None)
    path = write(tmp_path / "orders.csv", history[:120])
    path.write_text(path.read_text("utf-8").replace("purchased_at", "bought", 1), "utf-8")
    (tmp_path / "map.toml").write_text(
        'zone = "Europe/Amsterdam"\ncountry = "NL"\n[columns]\npurchased_at = "bought"\n'
    )
    assert backtest(path, map_=tmp_path / "map.toml") == 0
    said = capsys.readouterr()
    assert "zone" not in said.err
    assert "Forecasts, in days" in said.out
    stages = {line.split()[0]: line for line in said.out.splitlines() if line.split()}
    assert "%" in stages["purchase"]
    assert "scored from: 20" in said.out
    for unsaid in ("– %", "{", "[", "cpu_s", "_day"):
        assert unsaid not in said.out, "what is not known is one dash, and nothing is said as programs say it"
