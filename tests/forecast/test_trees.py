"""Trees kept as arrays answer exactly what LightGBM answers, missing values included, and nothing else is let in."""

import lightgbm
import numpy as np
import pytest

from milepost.forecast.learned.trees import MARK, TreesError, from_bytes, from_lightgbm, to_bytes

SEED = 5


@pytest.fixture(scope="module")
def grown():
    draw = np.random.default_rng(SEED)
    rows = draw.normal(size=(800, 5))
    rows[draw.random(rows.shape) < 0.1] = np.nan
    rows[:, 3] = draw.integers(0, 3, 800)  # never missing in training
    target = np.nan_to_num(rows[:, 0]) * 2 + rows[:, 3] + draw.normal(size=800)
    options = {"verbose": -1, "num_threads": 1, "num_leaves": 15, "max_depth": 5, "min_data_in_leaf": 10}
    models = {
        name: lightgbm.train(
            options | {"objective": "quantile", "alpha": share}, lightgbm.Dataset(rows, target), 20
        )
        for name, share in (("half", 0.5), ("most", 0.9))
    }
    return models, from_lightgbm({name: model.dump_model() for name, model in models.items()})


def test_every_answer_is_lightgbms_own(grown):
    models, trees = grown
    draw = np.random.default_rng(SEED + 1)
    rows = draw.normal(size=(700, 5))
    rows[draw.random(rows.shape) < 0.3] = np.nan  # now also where none was missing before
    expected = np.column_stack([model.predict(rows) for model in models.values()])
    assert np.abs(trees.predict(rows) - expected).max() < 1e-12
    assert trees.predict(rows[:1]).shape == (1, 2)
    assert trees.predict(rows[:0]).shape == (0, 2)


def test_kept_trees_come_back_as_they_were_and_altered_ones_not_at_all(grown):
    _, trees = grown
    kept = to_bytes(trees, {"rows": 800})
    again, about = from_bytes(kept)
    rows = np.full((3, 5), np.nan)
    assert about == {"rows": 800}
    assert (again.predict(rows) == trees.predict(rows)).all()
    broken = {
        "a bit": kept[:-9] + bytes([kept[-9] ^ 1]) + kept[-8:],
        "its end": kept[:-8],
        "its mark": b"pickle" + kept,
        "its header": MARK + b"{}\n",
        "everything": b"",
    }
    for data in broken.values():
        with pytest.raises(TreesError):
            from_bytes(data)


def test_a_tree_too_deep_to_walk_is_refused():
    rows = np.arange(600.0)[:, None]
    deep = lightgbm.train(
        {"verbose": -1, "num_threads": 1, "num_leaves": 200, "min_data_in_leaf": 1},
        lightgbm.Dataset(rows, rows[:, 0] ** 3),
        5,
    )
    with pytest.raises(TreesError, match="max_depth"):
        from_lightgbm({"deep": deep.dump_model()})
