"""Windows that are told too narrow, too wide or askew come right by themselves, by stage and carrier."""

import random
from math import exp

from milepost.forecast.corrections import HALF, OWN_FROM, Corrections
from milepost.forecast.foreteller import Foreteller
from milepost.model.forecasts import Spread
from tests.forecast.parcels import taught

SCORES = (-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645)


def spread(median, width):
    return Spread(tuple(median * exp(width * score) for score in SCORES))


def share_inside(corrections, carrier, told, chance, *, median, width, count=3000):
    low, high = corrections.straightened(told, "accepted", carrier).window(80)
    return sum(low <= median * exp(chance.gauss(0, width)) <= high for _ in range(count)) / count


def test_a_window_comes_to_hold_what_it_says_whatever_was_wrong_with_it():
    for wrong_width, wrong_median in ((0.15, 50.0), (0.9, 50.0), (0.4, 40.0), (0.4, 65.0)):
        chance, corrections = random.Random(5), Corrections()
        told = spread(wrong_median, wrong_width)
        before = share_inside(corrections, "acme", told, chance, median=50, width=0.4)
        for _ in range(400):
            corrections.saw("accepted", "acme", told, 50 * exp(chance.gauss(0, 0.4)))
        after = share_inside(corrections, "acme", told, chance, median=50, width=0.4)
        assert abs(before - 0.8) > 0.05, (wrong_width, wrong_median)
        assert 0.74 <= after <= 0.86, (wrong_width, wrong_median, after)
        assert corrections.straightened(told, "accepted", "acme").point == told.point, "the median stays"


def test_few_parcels_move_little_and_a_carrier_of_its_own_is_believed_when_it_has_enough():
    corrections, told = Corrections(), spread(50, 0.4)
    assert corrections.straightened(told, "accepted", "acme") == told
    late = 50 * exp(1.2)
    for _ in range(int(HALF)):
        corrections.saw("accepted", "acme", told, late)
    few = corrections.straightened(told, "accepted", "acme").hours[5] / told.hours[5]
    assert 1 < few < exp((1.2 - 0.4 * 1.282) * 0.55)
    for _ in range(OWN_FROM):
        corrections.saw("accepted", "quick", told, 20.0)
    quick, slow = (corrections.straightened(told, "accepted", name).hours[5] for name in ("quick", "acme"))
    assert quick < slow
    assert corrections.straightened(told, "out", "acme") == told, "another stage has its own"


def test_only_the_newest_count():
    corrections, told = Corrections(), spread(50, 0.4)
    for took_h in (200.0, 50.0):
        for _ in range(400):
            corrections.saw("accepted", "acme", told, took_h)
    assert corrections.straightened(told, "accepted", "acme").hours[6] <= told.hours[6]


def test_each_delivered_parcel_is_foreseen_once_more_and_corrects_its_stages():
    """All of them took about fifty hours; a window from a day to four days promises far too much room."""
    told = Spread((24.0, 30.0, 40.0, 50.0, 64.0, 84.0, 98.0))
    few, many = taught(Foreteller(), 80), taught(Foreteller(), 130)
    assert few.memory.straightened(told, "accepted", "acme") == told, "what is told at first is no measure"
    straight = many.memory.straightened(told, "accepted", "acme")
    assert straight.point == told.point
    assert straight != told
