"""What a spread answers, whatever its hours: shares rise, waiting leaves the slower ones, mixing stays between."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.forecast.spreads import (
    given_waited,
    hours_by,
    left_after,
    mixed,
    share_by,
    shifted,
    spread_of,
)
from milepost.model.forecasts import SHARES, Spread

hours = st.lists(st.floats(0, 2000), min_size=7, max_size=7).map(sorted)
DAYS = Spread(hours=(24.0, 48.0, 72.0, 96.0, 144.0, 240.0, 360.0))


@settings(max_examples=40, deadline=None)
@given(hours, st.floats(0, 3000))
def test_waiting_leaves_only_the_slower_parcels(told, waited):
    before = spread_of(told)
    after = given_waited(before, waited)
    assert all(one <= other for one, other in pairwise(after.hours))
    for left, share in zip(after.hours, SHARES, strict=True):
        gone = share_by(before, waited)
        if left > 0 and 0.001 < gone < 0.999 and left + waited < 5000:
            expected = gone + share * (1 - gone)
            assert abs(share_by(before, left + waited) - expected) < 0.02, (share, left)


@settings(max_examples=40, deadline=None)
@given(hours, hours, st.floats(0.01, 1))
def test_a_mixture_lies_between_what_it_mixes(one, other, weight):
    made = mixed([spread_of(one), spread_of(other)], [weight, 1 - weight + 0.001])
    for low, high, between in zip(one, other, made.hours, strict=True):
        assert min(low, high) * 0.99 - 0.1 <= between <= max(low, high) * 1.01 + 0.1


def test_hours_and_shares_are_each_others_inverse_tails_included():
    for share in (0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99):
        assert abs(share_by(DAYS, hours_by(DAYS, share)) - share) < 1e-6, share
    assert share_by(DAYS, 0) == 0
    assert hours_by(DAYS, 0.01) < DAYS.hours[0]
    assert hours_by(DAYS, 0.99) > DAYS.hours[-1]


def test_shares_that_are_moved_by_nothing_stay_and_edges_never_cross():
    assert shifted(DAYS, [9.0, *[0.0] * 5, -9.0]).hours == tuple(
        sorted(shifted(DAYS, [9.0, *[0.0] * 5, -9.0]).hours)
    )
    later = shifted(DAYS, [0.1] * 7)
    assert round(later.point / DAYS.point, 3) == 1.105
    assert shifted(DAYS, [0.0] * 7) == DAYS


def test_a_parcel_past_all_that_was_known_is_told_of_with_a_window_that_grows_with_its_wait():
    known = Spread((20.0, 24.0, 36.0, 50.0, 66.0, 84.0, 98.0))
    assert left_after(known, 60.0) == given_waited(known, 60.0), "as long as one in ten is slower still"
    long, longer = left_after(known, 300.0), left_after(known, 600.0)
    assert 0 < long.hours[0] < long.point < long.hours[-1]
    assert long.point > 4 * given_waited(known, 300.0).point
    assert longer.hours[-1] - longer.hours[0] > 1.5 * (long.hours[-1] - long.hours[0])
