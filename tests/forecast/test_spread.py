"""The one value that models hand on: hours by which shares of parcels have come."""

from math import inf, nan

import pytest

from milepost.model.forecasts import SHARES, WINDOWS, Spread

HOURS = (10.0, 12.0, 18.0, 24.0, 30.0, 48.0, 60.0)


def test_a_spread_names_its_median_and_its_windows() -> None:
    spread = Spread(HOURS)
    assert spread.point == 24.0
    assert spread.window(50) == (18.0, 30.0)
    assert spread.window(80) == (12.0, 48.0)
    assert spread.window(90) == (10.0, 60.0)


def test_each_window_leaves_as_much_out_at_one_end_as_at_the_other() -> None:
    for percent, (low, high) in WINDOWS.items():
        assert SHARES[low] + SHARES[high] == pytest.approx(1)
        assert SHARES[high] - SHARES[low] == pytest.approx(percent / 100)


def test_a_spread_may_be_all_at_once() -> None:
    assert Spread((0.0,) * len(SHARES)).point == 0.0


@pytest.mark.parametrize(
    "hours",
    [
        HOURS[:-1],
        (*HOURS, 70.0),
        (-1.0, *HOURS[1:]),
        (*HOURS[:3], 17.0, *HOURS[4:]),
        (*HOURS[:3], nan, *HOURS[4:]),
        (*HOURS[:6], inf),
    ],
)
def test_hours_that_are_missing_go_back_or_are_no_number_make_no_spread(hours: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"spread has|of parcels"):
        Spread(hours)
