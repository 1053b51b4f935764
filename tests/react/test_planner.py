"""One planner for all polls: when a parcel is asked about next, and who waits when a quota is not enough."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from benches import asking
from benches.asking import Run
from benches.parcels import BEGINNING, town
from milepost.model.polling import FREE, Left, Outlook, Pace, Quota
from milepost.model.statuses import Status
from milepost.react import planner
from milepost.settings import Polling

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
POLLING = Polling()
ON_THE_WAY = Outlook(
    number="1Z1",
    status=Status.IN_TRANSIT,
    last_scan_at=NOW - timedelta(hours=2),
    since=NOW - timedelta(days=2),
)
HOUR = timedelta(hours=1)


def wait_h(outlook=ON_THE_WAY, **more):
    return (planner.next_poll(outlook, NOW, POLLING, **more) - NOW) / HOUR


def test_a_parcel_at_the_door_is_asked_about_oftenest_and_one_that_arrived_seldom():
    waits = {status: wait_h(replace(ON_THE_WAY, status=status)) for status in Status}
    assert min(waits, key=waits.get) is Status.OUT_FOR_DELIVERY
    assert waits[Status.IN_TRANSIT] < waits[Status.LABEL_CREATED] < waits[Status.DELIVERED]
    assert waits[Status.OUT_FOR_DELIVERY] <= POLLING.out_for_delivery_s / 3600


def test_around_the_forecast_it_is_asked_about_oftener_and_long_before_less():
    near = replace(ON_THE_WAY, window=(NOW - HOUR, NOW + 9 * HOUR))
    far = replace(ON_THE_WAY, window=(NOW + 72 * HOUR, NOW + 82 * HOUR))
    assert wait_h(near) < wait_h() < wait_h(far)


def test_what_pushes_tell_first_is_polled_less():
    assert wait_h(pushed=0.9) > 3 * wait_h()


def test_where_news_is_rarer_than_usual_it_is_asked_about_less():
    assert wait_h(replace(ON_THE_WAY, usual_gap_s=36 * 3600.0)) == pytest.approx(2 * wait_h(), rel=0.01)


def test_a_silent_number_slows_down_to_once_a_day_and_ends_after_the_days_that_are_set():
    silent = [
        planner.next_poll(replace(ON_THE_WAY, last_scan_at=NOW - timedelta(days=days)), NOW, POLLING)
        for days in (1, 4, 20, 44, 45)
    ]
    waits = [at - NOW for at in silent[:-1]]
    assert waits == sorted(waits)
    assert waits[0] <= HOUR
    assert 20 * HOUR < waits[-1] <= 24 * HOUR, "a dead number is still asked about once a day"
    assert silent[-1] is None


def test_a_look_that_was_late_comes_back_to_its_own_beat():
    for late_h in (0.0, 0.2, 5.0, 30.0):
        again = planner.next_poll(ON_THE_WAY, NOW, POLLING, planned_at=NOW - late_h * HOUR)
        assert timedelta(0) < again - NOW <= HOUR, f"planned {late_h} h ago"


def test_where_many_numbers_fit_in_a_call_they_fall_due_together():
    assert planner.next_poll(ON_THE_WAY, NOW, POLLING, batch=30).second == 0


@pytest.mark.parametrize("capacity", [0.5, 10.0, 99.0])
def test_a_small_shop_gets_what_it_wishes_and_the_large_one_what_is_left(capacity):
    pace = planner.shared({"small": capacity / 10, "large": 1000.0}, capacity)
    assert pace.of("small") == 1.0
    assert 1000.0 / pace.of("large") == pytest.approx(0.9 * capacity)
    assert planner.shared({"small": 0.1, "large": 0.2}, capacity) == FREE


def test_a_wave_of_new_numbers_neither_goes_before_others_nor_comes_back_as_one():
    room = planner.Room(
        quota=Quota(per_minute=12, per_day=250),
        left=Left(now=12, today=250),
        pace=Pace(by_shop={"large": 400.0}),
    )
    due = [planner.Waiting(number=f"N{n}", shop_id="large", is_first=True) for n in range(99)]
    due.append(planner.Waiting(number="S", shop_id="small"))
    assert planner.admitted(due, room, NOW) == [99]
    wanted = planner.Waiting(number="W", shop_id="large", is_wanted=True)
    assert planner.admitted([*due[:-1], wanted], room, NOW) == [99], "somebody asks for it now"
    again = [planner.put_off(one, place, room, NOW, POLLING) - NOW for place, one in enumerate(due[:-1])]
    assert min(again) > 100 * HOUR
    assert max(again) - min(again) > 100 * HOUR


BATCHES = Quota(batch=35, per_minute=5, per_day=40)
"""USPS's shape, for a small town: more wishes than calls."""


@pytest.fixture(scope="module")
def crowded():
    parcels = [*town(500, 3, 7, "big"), *town(10, 3, 7, "small")]
    return Run(parcels=parcels, quota=BATCHES, days=3).go()


def test_a_quota_is_never_exceeded_and_never_wasted_and_calls_are_full(crowded):
    days = Counter(at.date() for at, _ in crowded.calls)
    assert max(days.values()) <= BATCHES.per_day
    assert days[(BEGINNING + timedelta(days=1)).date()] >= 0.95 * BATCHES.per_day
    minutes = [at for at, _ in crowded.calls]
    held = [minutes[n + BATCHES.per_minute] - minutes[n] for n in range(len(minutes) - BATCHES.per_minute)]
    assert min(held) >= timedelta(minutes=1)
    assert sum(numbers for _, numbers in crowded.calls) >= 0.98 * BATCHES.batch * len(crowded.calls)


def test_the_shop_of_ten_parcels_is_served_as_if_it_were_alone(crowded):
    assert crowded.age_s(0.5, "small") < 3600 < crowded.age_s(0.5, "big")


def test_knowledge_is_fresher_than_by_the_habit_of_others_under_the_same_quota(crowded):
    habit = Run(parcels=crowded.parcels, quota=BATCHES, days=3, is_planned=False).go()
    assert crowded.age_s(0.5) < 0.95 * habit.age_s(0.5)
    assert crowded.age_s(0.95) < 0.95 * habit.age_s(0.95)


def test_where_one_look_has_to_do_for_a_parcel_the_planner_takes_turns(monkeypatch):
    """DHL's shape: of those under way a fourth can be asked about in a day. Turns alone are hard to beat."""
    monkeypatch.setattr(asking, "SURVEY_EVERY", timedelta(hours=3))
    quota, parcels = Quota(batch=1, per_minute=12, per_day=20), town(80, 30, 5)
    ours, turns = (Run(parcels=parcels, quota=quota, days=30, is_planned=one).go() for one in (True, False))
    assert len(ours.calls) >= 0.98 * len(turns.calls), "no call is left over"
    assert ours.age_s(0.5) < 1.1 * turns.age_s(0.5)
    assert ours.age_s(0.95) < 1.15 * turns.age_s(0.95)


def test_after_a_restart_everybody_is_asked_once_and_no_second_wave_follows():
    quota = Quota(batch=1, per_minute=120)
    parcels = town(150, 1.4, 3)
    run = Run(parcels=parcels, quota=quota, days=1.4, away=(0.5, 1.0)).go()
    back = BEGINNING + timedelta(days=1)
    first = Counter(at for at, _ in run.calls if back <= at < back + timedelta(minutes=5))
    assert max(first.values()) <= quota.per_minute
    later = Counter((at - back) // timedelta(minutes=5) for at, _ in run.calls if at >= back + 0.5 * HOUR)
    assert max(later.values()) < 3 * sum(later.values()) / len(later), later
