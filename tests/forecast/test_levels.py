"""What has come, and what has not yet: levels learn, fade and stay bounded, however late the answers are."""

import random
from math import exp, log

from milepost.forecast.hierarchy import Hierarchy
from milepost.forecast.kaplan_meier import Cohort, quantile
from milepost.forecast.tracker import LIMIT, Tracker
from milepost.model.forecasts import SHARES

SEED = 5


def test_a_lane_learns_what_it_adds_to_its_network_and_forgets_it():
    levels = Hierarchy(half_life_days=30, shrinkage=8)
    for day in range(100):
        levels.observe(("all", "slow"), day, 0.5)
        levels.observe(("all", "quick"), day, -0.1)
    assert 0.42 < levels.level(("all", "slow"), 100) < 0.52
    assert -0.12 < levels.level(("all", "quick"), 100) < 0.0
    assert levels.level(("all", "new"), 100) == levels.level(("all",), 100), "unseen adds nothing"
    assert abs(levels.level(("all", "slow"), 1000)) < 0.001, "what is long past is believed no more"
    assert levels.seen("slow", 100) > 30 > levels.seen("slow", 160)


def test_a_level_of_ten_thousand_days_ago_does_not_overflow():
    levels = Hierarchy(half_life_days=7)
    for day in (0.0, 20_000.0, 40_000.0):
        levels.observe(("all",), day, 1.0)
    assert 0 < levels.level(("all",), 40_000) <= 1
    assert Hierarchy().level(("all",), 1e6) == 0


def test_open_parcels_count_as_longer_than_so_far():
    draw = random.Random(SEED)
    cohort, delivered = Cohort(days=28), []
    for number in range(1000):
        began, took = draw.uniform(0, 28), 12 * exp(draw.gauss(0, 0.5))
        cohort.begin(number, began)
        if began + took <= 28:
            cohort.come(number, began + took)
            delivered.append(took)
    naive = sorted(delivered)[len(delivered) // 2]
    level = cohort.level(28)
    assert level is not None
    assert abs(log(level / 12)) < 0.1, level
    assert naive < 10.5, naive


def test_a_quantile_not_yet_reached_is_not_known():
    assert quantile([(1, True), (2, False), (3, False)], 0.5) is None
    assert quantile([], 0.5) is None
    assert quantile([(1, True), (2, True), (3, True)], 0.5) == 2
    assert quantile([(1, True), (1, False), (3, True)], 0.3) == 1


def test_what_comes_later_is_not_known_earlier():
    cohort = Cohort()
    for number in range(10):
        cohort.begin(number, number)
        cohort.come(number, number + 5)
    assert cohort.times(9) == [(min(5, 9 - number), number >= 4) for number in range(9)]


def test_the_tracker_brings_coverage_back_and_stays_bounded_though_answers_are_late():
    """Parcels take a third longer than told from day 100 on; every answer comes 5 to 40 days late."""
    draw = random.Random(SEED)
    tracker, came = Tracker(), {}
    inside = {}
    for day in range(300):
        tracker.advance(day, lambda key, at: came[key] <= at)
        covered = 0
        for number in range(20):
            spread = [
                10 * exp(0.4 * score + shift) for score, shift in zip(SCORES, tracker.shifts, strict=True)
            ]
            took = 10 * (1.35 if day >= 100 else 1.0) * exp(draw.gauss(0, 0.4))
            came[day, number] = day + took
            tracker.expect((day, number), [day + edge for edge in spread])
            covered += spread[1] <= took <= spread[5]
        inside[day] = covered / 20
        assert max(map(abs, tracker.shifts)) <= LIMIT
    assert mean(inside, 100, 115) < 0.75, "the fault was not felt"
    assert 0.76 < mean(inside, 220, 300) < 0.84


SCORES = (-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645)
assert len(SCORES) == len(SHARES)


def mean(inside, since, until):
    days = [inside[day] for day in range(since, until)]
    return sum(days) / len(days)


def test_a_small_shop_looks_further_back_than_the_days_of_the_cohort():
    cohort = Cohort(days=28)
    for number in range(60):
        cohort.begin(number, number * 5.0)
        cohort.come(number, number * 5.0 + 4)
    assert len(cohort.times(300.0)) == 50, "twenty-eight days alone would hold five"
    assert cohort.level(300.0) == 4
    assert len(cohort) == 50
