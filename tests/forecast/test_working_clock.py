"""The clock of working days, the place of a promise among others, and how many orders come at all."""

import random

import numpy as np

from milepost.forecast.backtest.ever import Ever
from milepost.forecast.backtest.orders_learning import steadied
from milepost.forecast.orders.clock import Clock
from milepost.forecast.orders.peers import Peers
from milepost.forecast.orders.promises import Promises
from milepost.forecast.orders.rhythm import Rhythm, rhythm_of
from milepost.forecast.orders.rows import OrderRow

MONDAY = 19_002  # 2022-01-10
SEED = 7


def test_the_clock_goes_there_and_back_and_stands_nearly_still_on_days_of_rest():
    clock = Clock(MONDAY, MONDAY + 400, offset=-3 / 24, country="BR")
    draw = random.Random(SEED)
    instants = sorted(draw.uniform(MONDAY - 90, MONDAY + 1400) for _ in range(500))
    works = [clock.work(at) for at in instants]
    assert works == sorted(works)
    back = [abs(clock.instant(work) - at) for work, at in zip(works, instants, strict=True)]
    assert max(back) < 1e-6, f"seed {SEED}"
    start = MONDAY + 3 / 24
    assert abs(clock.work(start + 7) - clock.work(start) - 7) < 1e-9, "a week without holidays has seven days"
    assert clock.work(start + 7) - clock.work(start + 6) < 0.2, "a Sunday is next to nothing"
    without_holidays = Clock(MONDAY, MONDAY + 400, offset=-3 / 24)
    tiradentes = 19_103 + 3 / 24  # Thursday 2022-04-21, free in Brazil alone
    in_brazil, elsewhere = (
        one.work(tiradentes + 1) - one.work(tiradentes) for one in (clock, without_holidays)
    )
    assert in_brazil < 0.2 < elsewhere - 1


def test_where_parcels_come_every_day_the_clock_is_soon_the_calendars():
    draw = random.Random(SEED)
    every_day = [MONDAY + draw.uniform(0, 140) for _ in range(4000)]
    rhythm = rhythm_of(every_day, "BR")
    assert all(0.85 < day < 1.15 for day in rhythm.days), (rhythm.days, f"seed {SEED}")
    weekdays = [at for at in every_day if int(at + 3) % 7 < 5]
    assert rhythm_of(weekdays, "").days[2] < 0.1
    few = rhythm_of(weekdays[:3], "")
    assert abs(few.days[0] - Rhythm().days[0]) < 0.1, "three deliveries change little"
    assert abs(rhythm.day_so_far[12] - 0.5) < 0.05
    assert min(rhythm_of([MONDAY + 0.5] * 500, "").hours) > 0, "no hour stands still, whatever the file says"


def test_windows_of_trees_that_few_orders_grew_are_as_wide_as_those_of_all_orders():
    trees, shapes = np.linspace(-0.1, 0.1, 7)[None, :] + 2, np.linspace(-1.0, 1.0, 7)[None, :]
    few, many = steadied(trees, shapes, 400), steadied(trees, shapes, 1_000_000)
    assert few[0, 3] == many[0, 3] == 2
    assert few[0, 6] - few[0, 0] > 1.8
    assert many[0, 6] - many[0, 0] < 0.22


def promised(number: int, days: float) -> OrderRow:
    return OrderRow(order_id=f"A{number}", purchased_at=100.0 + number, promised_at=100.0 + number + days)


def test_a_promise_is_placed_among_the_last_ones_and_keeps_its_place():
    promises = Promises()
    assert promises.place(promised(0, 5)).share == 0.5, "nobody to compare with"
    for number in range(700):
        promises.made(promised(number, 10 + number % 10))
    early = promises.place(promised(-1, 10.5)).share
    assert 0.05 < early < 0.15
    kept = promises.place(promised(699, 19))
    for number in range(700, 1400):  # overnight all promises are twice as long
        promises.made(promised(number, 20 + 2 * (number % 10)))
    assert promises.place(promised(699, 19)) == kept
    assert abs(promises.place(promised(-1, 21)).share - early) < 0.02
    assert promises.place(OrderRow(order_id="none", purchased_at=1.0)).share == 0.5


def test_peers_tell_what_the_long_promised_take_and_the_short_promised():
    peers, due = Peers(), []
    for number in range(600):
        now, share = number / 12, (number * 7 % 100) / 100
        for at, key in [one for one in due if one[0] <= now]:
            peers.come(key, at)
        due = [one for one in due if one[0] > now]
        peers.refresh(now)
        peers.begin(f"A{number}", now, share)
        due.append((now + 2 + 10 * share, f"A{number}"))
    short, middle, long = (peers.days(share) for share in (0.02, 0.5, 0.98))
    assert short < middle < long
    assert abs(2.718281828**middle - 7) < 1.5
    assert Peers().days(0.5) is None


def test_orders_that_never_come_are_counted_two_months_later():
    ever = Ever()
    assert ever.share(0.0) == 1.0
    for number in range(200):
        there = None if number % 4 == 0 else number / 4 + 5
        ever.begin(OrderRow(order_id=f"A{number}", purchased_at=number / 4, delivered_at=there), number / 4)
    assert ever.share(55.0) == 1.0, "too early to say"
    assert 0.74 < ever.share(115.0) < 0.79
    assert ever.share(400.0) == 1.0, "long ago"
