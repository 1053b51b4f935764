"""What silence makes of a forecast."""

import random
from itertools import pairwise

from milepost.forecast.backtest import silent
from milepost.forecast.orders.rows import OrderRow, Stage
from milepost.forecast.scans.waiting import LAG_DAYS, Waiting
from milepost.forecast.spreads import given_waited, spread_of

SCORES = (-1.645, -1.282, -0.674, 0.0, 0.674, 1.282, 1.645)


def test_windows_of_silent_parcels_come_right_by_age():
    """The told spread is far too narrow in its tail; after a while what is told at an age holds 8 of 10."""
    draw = random.Random(7)
    told = spread_of([72 * 2.718 ** (0.25 * score) for score in SCORES])
    waiting = Waiting()
    arrivals = sorted((at := number * 0.1, at + 3 * draw.lognormvariate(0, 0.5)) for number in range(1500))
    asked = sorted((at + 4, number) for number, (at, end) in enumerate(arrivals) if end > at + 4)
    ends = sorted((end, number) for number, (_, end) in enumerate(arrivals))
    inside, bare, place = [], [], 0
    for now, number in asked:
        while ends[place][0] <= now:
            waiting.came(ends[place][1], ends[place][0])
            place += 1
        spread = waiting.foresee(number, told, now - 4, now)
        assert all(before <= after for before, after in pairwise(spread.hours))
        if now > LAG_DAYS + 60:
            left = (arrivals[number][1] - now) * 24
            inside.append(spread.hours[1] <= left <= spread.hours[5])
            bare.append(given_waited(told, 96).hours[1] <= left <= given_waited(told, 96).hours[5])
    assert sum(bare) / len(bare) < 0.7
    assert 0.74 <= sum(inside) / len(inside) <= 0.87


def test_a_silent_order_is_foreseen_again_at_each_age_and_the_late_ones_teach():
    """Told three days for all; one in three takes twelve. After ten silent days two are left, and it learns so."""
    told_days, rows, told = 3.0, [], []
    for number in range(900):
        at, took = 10 + number * 0.1, 12.0 if number % 3 == 0 else 3.0
        rows.append(
            OrderRow(order_id=str(number), purchased_at=at - 1, handed_over_at=at, delivered_at=at + took)
        )
        spread = spread_of([told_days * 24 * 2.718 ** (0.3 * score) for score in SCORES])
        told.append(silent.Told(number, at, spread, Stage.HANDED_OVER))
    found = silent.stages(rows, told, since=70.0)
    assert list(found) == ["silent_3_d", "silent_6_d", "silent_10_d"]
    last = found["silent_10_d"][-1]
    assert last.took_h == 48.0
    assert last.stale_h == (3 - 10) * 24
    early = silent.stages(rows, told[:300], since=0.0)["silent_10_d"][0]
    assert abs(last.spread.point - 48) < abs(early.spread.point - 48)
    assert abs(last.spread.point - 48) < 16
