"""The shelf of forecast models: trained with a gate in time, signed, put in place, taken back, shared."""

from datetime import timedelta

import msgspec
import pytest

from milepost.desk import forecasting
from milepost.desk.forecasting import ForecastError
from milepost.forecast import training
from milepost.forecast.foreteller import Foreteller
from milepost.forecast.parcels import learned
from milepost.forecast.training import LESSONS_MIN, Tuning, train
from milepost.foreseeing import learn_lately
from milepost.model.forecast_models import Prior
from milepost.ports.store import StoreError
from tests.flow.house import house
from tests.forecast.parcels import HOUR, Parcel, at, ordinary

NOW = at("28 00:00", 3)


def lessons(count=LESSONS_MIN + 40, slower_by=2.0):
    """Parcels of two months; each week takes a little longer than the week before."""
    teller = Foreteller()
    made = []
    for number in range(count):
        day = 1 + number * 55 // count
        hours = 50 + slower_by * (day // 7) + (number * 7 % 11 - 5) * 1.5
        made.append(ordinary(teller, day, hours=hours).lesson())
    return sorted(made, key=lambda one: one.delivered_at)


@pytest.fixture(scope="module")
def history():
    return lessons()


@pytest.fixture(scope="module")
def trained(history):
    """The first version."""
    return train(history, Tuning(), version=1, table=(), prior=None, now=NOW)


@pytest.fixture(autouse=True)
def two_candidates(monkeypatch):
    """Two tunings show what five do."""
    monkeypatch.setattr(training, "CANDIDATES", training.CANDIDATES[:2])


def test_a_tuning_replaces_the_one_in_place_only_when_it_is_better_on_the_last_weeks(history):
    stiff = Tuning(half_life_days=10_000.0, shrinkage=500.0, belief=2_000.0)
    found = train(history, stiff, version=1, table=Foreteller().table, prior=None, now=NOW)
    assert found.is_better
    assert found.model.loss_h < found.model.loss_before_h
    assert found.model.held_out > 0
    again = train(history, found.model.tuning, version=2, table=Foreteller().table, prior=None, now=NOW)
    assert not again.is_better, "the same once more replaces nothing"
    assert again.model.loss_h == again.model.loss_before_h == found.model.loss_h
    few = train(history[: LESSONS_MIN - 1], stiff, version=1, table=(), prior=None, now=NOW)
    assert few is None


def test_a_tuning_that_is_worse_on_the_last_weeks_stays_out(history, monkeypatch):
    never_learns = Tuning(half_life_days=60.0, shrinkage=1e9, belief=1e9)
    monkeypatch.setattr(training, "CANDIDATES", (never_learns,))
    found = train(history, Tuning(), version=1, table=Foreteller().table, prior=None, now=NOW)
    assert found.model.tuning == Tuning()
    assert not found.is_better


async def test_a_version_is_put_in_place_named_by_forecasts_and_taken_back(tmp_path, history, trained):
    async with house(tmp_path) as here:
        store = here.app.store
        with pytest.raises(ForecastError, match="training takes 200"):
            await forecasting.train_forecast(here.app)
        async with store.transaction() as tx:
            await tx.add_lessons((f"s{n}", one) for n, one in enumerate(history))
            await tx.put_forecast_model(trained.model)
            await tx.use_forecast_model(1)
        await learn_lately(here.app)
        assert Parcel(here.app.forecaster).waits("2 09:00").model == "history/1"
        assert (await forecasting.shelf(here.app)).models == (trained.model,)
        assert await forecasting.roll_back(here.app, None) == 0
        here.clock.move(timedelta(minutes=6))
        await learn_lately(here.app)
        assert Parcel(here.app.forecaster).waits("2 09:00").model == "history"
        with pytest.raises(ForecastError, match="no version 7"):
            await forecasting.roll_back(here.app, 7)


async def test_a_model_that_somebody_changed_is_not_loaded(tmp_path, trained):
    async with house(tmp_path) as here:
        async with here.app.store.transaction() as tx:
            await tx.put_forecast_model(trained.model)
        told = await here.app.store.mark("forecast-model:000001")
        async with here.app.store.transaction() as tx:
            await tx.set_mark("forecast-model:000001", told.replace("60.0", "61.0").replace("30.0", "31.0"))
        changed = await here.app.store.mark("forecast-model:000001")
        assert changed != told
        with pytest.raises(StoreError, match="rollback 0"):
            await here.app.store.forecast_models()


async def test_trees_learn_what_levels_cannot_and_serve_what_was_kept(tmp_path, monkeypatch):
    """What is handed over from Wednesday to Friday takes 40 hours longer; no level knows days of the week."""
    monkeypatch.setattr(learned, "ROWS_MIN", 150)
    teller, made = Foreteller(), []
    for number in range(LESSONS_MIN + 40):
        day = 1 + number * 55 // (LESSONS_MIN + 40)
        hours = 50 + 40 * (day % 7 < 3) + (number * 7 % 11 - 5) * 1.5
        made.append(ordinary(teller, day, hours=hours).lesson())
    found = train(made, Tuning(), version=1, table=teller.table, prior=None, now=NOW)
    assert found.is_better
    assert found.trees
    assert found.model.loss_h < 0.95 * found.model.loss_before_h
    again = train(
        made,
        found.model.tuning,
        version=2,
        table=teller.table,
        prior=None,
        now=NOW,
        trees_in_place=found.trees,
    )
    assert not again.is_better, "the same trees once more replace nothing"
    async with house(tmp_path) as here:
        async with here.app.store.transaction() as tx:
            await tx.add_lessons((f"s{n}", one) for n, one in enumerate(made))
            await tx.put_forecast_model(found.model, found.trees)
            await tx.use_forecast_model(1)
        await learn_lately(here.app)
        slow, quick = (Parcel(here.app.forecaster, placed=f"{day} 09:00") for day in (4, 2))
        told = slow.hears("4 17:00 accepted louisville"), quick.hears("2 17:00 accepted louisville")
        assert {one.model for one in told} == {"history+trees/1"}
        assert told[0].spread.point > told[1].spread.point + 15
        name = "forecast-trees:000001"
        kept = await here.app.store.mark(name)
        async with here.app.store.transaction() as tx:
            await tx.set_mark(name, kept[:-8] + "BBBBBBBB")
        with pytest.raises(StoreError, match="rollback 0"):
            await here.app.store.forecast_trees(1)
    monkeypatch.setattr(training, "EXTRA", ("no such library",))
    without = train(made, Tuning(), version=1, table=teller.table, prior=None, now=NOW)
    assert (without.trees, without.model.trees) == (b"", "")


async def test_lanes_are_shared_without_orders_and_make_a_beginning_better(tmp_path, history):
    async with house(tmp_path) as here:
        async with here.app.store.transaction() as tx:
            await tx.add_lessons((f"s{n}", one) for n, one in enumerate(history))
        prior = await forecasting.export_prior(here.app)
    assert {one.stage for one in prior.lanes} >= {"purchase", "accepted"}
    assert b"shop" not in msgspec.json.encode(prior)
    assert b"York" not in msgspec.json.encode(prior)
    async with house(tmp_path / "other") as new:
        with pytest.raises(ForecastError, match="not a prior"):
            await forecasting.import_prior(new.app, b"{}")
        before = Parcel(new.app.forecaster)
        plain = before.hears("2 17:00 accepted louisville")
        assert await forecasting.import_prior(new.app, msgspec.json.encode(prior)) == prior
        await learn_lately(new.app)
        told = Parcel(new.app.forecaster).hears("2 17:00 accepted louisville")
    real = at("2 17:00") + 60 * HOUR
    assert abs(told.point_at - real) < abs(plain.point_at - real)
    assert isinstance(prior, Prior)
