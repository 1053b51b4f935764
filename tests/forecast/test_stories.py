"""Stories of a parcel's forecast: what the buyer is told after each piece of news, and why it changed."""

import random
from datetime import timedelta

import pytest
from msgspec import structs

from milepost.forecast.foreteller import Foreteller
from milepost.forecast.ledger import basis_of
from milepost.forecast.memory import Memory
from milepost.forecast.training import replay
from milepost.model.forecasts import WhyKind
from milepost.model.lessons import TheirWord
from tests.forecast.parcels import HOUR, Parcel, at, ordinary, taught


@pytest.fixture(scope="module")
def known():
    """Sixty parcels took about fifty hours from the first scan, three working days."""
    return taught(Foreteller())


def causes(parcel):
    """The kinds of what moved the newest entry, the greatest first."""
    why = basis_of(parcel.ours[-1]).why
    return [one.kind for one in sorted(why, key=lambda one: -abs(one.hours))]


def test_at_purchase_a_lane_never_seen_gets_a_wide_window_that_says_what_it_rests_on():
    new = Parcel(Foreteller())
    found = new.waits("2 09:00")
    assert found.model == "rule"
    assert found.parcels == 0
    assert found.high_at - found.low_at > timedelta(days=3), "it admits its width"
    assert new.ours[0].reason == "It rests on published service times: no parcel like it has arrived yet."


def test_history_narrows_the_window_and_says_how_many_parcels_it_rests_on(known):
    wide, narrow = Parcel(Foreteller()).waits("2 09:00"), Parcel(known).waits("2 09:00")
    assert narrow.model == "history"
    assert narrow.parcels == 60
    assert narrow.high_at - narrow.low_at < wide.high_at - wide.low_at


def test_a_weekend_lies_on_the_way_of_what_is_handed_over_on_friday():
    parcel = Parcel(Foreteller(), service="2nd Day Air", placed="4 09:00")
    parcel.waits("4 09:00")
    monday = Parcel(Foreteller(), service="2nd Day Air", placed="1 09:00")
    early = monday.hears("2 12:00 accepted louisville")
    late = parcel.hears("6 12:00 accepted louisville")
    assert late.point_at - at("6 12:00") - (early.point_at - at("2 12:00")) > 1.5 * timedelta(days=1)
    assert late.closed_h == 48.0


def test_a_holiday_moves_the_date_and_is_named():
    """Memorial Day is Monday 25 May 2026."""
    parcel = Parcel(Foreteller(), service="Next Day Air", placed="20 09:00", month=5)
    parcel.waits("20 09:00")
    parcel.hears("22 12:00 accepted louisville")
    assert parcel.ours[-1].to_at >= at("26 12:00", 5)
    closed = [one for one in basis_of(parcel.ours[-1]).why if one.kind is WhyKind.CLOSED]
    assert [one.about for one in closed] == ["Memorial Day"]
    assert "Memorial Day" in parcel.ours[-1].reason


def test_what_is_bought_after_the_cut_off_comes_a_working_day_later():
    before = Parcel(Foreteller(), placed="3 13:00").waits("3 13:00")
    after = Parcel(Foreteller(), placed="3 15:00").waits("3 15:00")
    assert timedelta(hours=20) < after.point_at - before.point_at < timedelta(hours=40)


def test_customs_widens_the_window_and_its_release_narrows_it():
    parcel = Parcel(Foreteller(), placed="2 09:00", service="Priority Mail International")
    parcel.waits("2 09:00")
    parcel.hears("3 09:00 accepted shanghai")
    moving = parcel.hears("6 09:00 in_transit newark")
    held = parcel.hears("6 12:00 held newark customs.papers_missing")
    assert held.high_at - held.low_at > moving.high_at - moving.low_at
    assert held.point_at > moving.point_at
    assert "Customs is looking at it." in parcel.ours[-1].reason
    told = [one for one in basis_of(parcel.ours[-1]).why if one.kind is WhyKind.CUSTOMS]
    assert told[0].about == "customs.papers_missing"
    assert told[0].hours > 0
    free = parcel.hears("9 09:00 in_transit newark")
    assert free.high_at - free.low_at < held.high_at - held.low_at


def test_out_for_delivery_is_today_by_the_hour_and_a_missed_hand_over_is_another_day(known):
    parcel = Parcel(known)
    parcel.waits("2 09:00")
    parcel.hears("2 17:00 accepted louisville")
    out = parcel.hears("5 08:10 out_for_delivery newyork")
    assert (out.low_at.date(), out.high_at) == (at("5 08:00").date(), min(out.high_at, at("5 20:00")))
    assert parcel.ours[-1].reason == "It is out for delivery."
    missed = parcel.hears("5 15:00 attempted newyork receiver.absent")
    assert missed.low_at >= at("6 08:00") or missed.high_at >= at("6 20:00")
    assert causes(parcel)[0] is WhyKind.MISSED
    again = parcel.hears("6 08:00 out_for_delivery newyork")
    assert again.high_at <= at("6 20:00")


def test_a_vehicle_that_came_back_without_a_word_is_a_missed_hand_over(known):
    parcel = Parcel(known)
    parcel.hears("2 17:00 accepted louisville")
    parcel.hears("5 08:10 out_for_delivery newyork")
    assert parcel.hears("5 21:00 in_transit newark").stage == "missed"


def test_silence_moves_the_forecast_and_never_leaves_it_in_the_past(known):
    parcel = Parcel(known)
    parcel.waits("2 09:00")
    first = parcel.hears("2 17:00 accepted louisville")
    points = [first.point_at]
    for now in ("4 17:00", "5 20:00", "7 09:00", "12 09:00", "20 09:00"):
        found = parcel.waits(now)
        assert found.low_at <= found.point_at <= found.high_at > at(now)
        assert parcel.ours[-1].to_at > at(now), "what is shown lies ahead"
        points.append(found.point_at)
    assert points == sorted(points)
    assert points[-1] > points[0] + timedelta(days=10)
    assert causes(parcel)[0] is WhyKind.SILENCE
    assert "has not been seen for longer than usual" in parcel.ours[-1].reason


def test_a_parcel_ahead_of_its_time_is_told_sooner(known):
    parcel = Parcel(known)
    parcel.waits("2 09:00")
    slow = parcel.hears("2 17:00 accepted louisville")
    near = parcel.hears("3 06:00 in_transit newark")
    assert near.stage == "arrived"
    assert near.point_at < slow.point_at
    assert parcel.hears("3 08:00 out_for_delivery newyork").high_at <= at("3 20:00")
    assert parcel.ours[-1].to_at <= at("3 20:00")


def test_a_carrier_whose_dates_are_wrong_is_believed_less_the_more_were_seen():
    """Acme names dates that are three days too early, and its parcels take their fifty hours all the same."""

    def says(teller):
        parcel = Parcel(teller)
        parcel.hears("2 17:00 accepted louisville")
        parcel.is_named("2 22:00", said="2 17:30")
        return parcel.waits("2 18:00")

    trusting, without = taught(Foreteller()), Parcel(taught(Foreteller()))
    alone = without.hears("2 17:00 accepted louisville")
    believed = says(trusting)
    assert believed.model == "history+carrier"
    assert believed.point_at < alone.point_at
    wary = Foreteller()
    taught_wrong(wary)
    doubted = says(wary)
    assert abs(doubted.point_at - alone.point_at) < abs(believed.point_at - alone.point_at) / 2


def taught_wrong(teller):
    """Every parcel was promised for the evening of its first day."""
    lessons = []
    for number in range(60):
        one = ordinary_lesson(teller, number)
        accepted = one.stages[-2].since if one.stages[-1].stage == "arrived" else one.stages[-1].since
        named = TheirWord(accepted, None, accepted + 5 * HOUR)
        lessons.append(structs.replace(one, carriers=(named,)))
    lessons.sort(key=lambda one: one.delivered_at)
    teller.learn(list(enumerate(lessons, 1)), (), at("1 00:00"))


def ordinary_lesson(teller, number):
    return ordinary(teller, 1 + number % 40, wobble=(number * 7 % 11 - 5) * 1.5).lesson()


def test_a_date_that_the_carrier_moves_is_named_as_the_cause(known):
    parcel = Parcel(known)
    parcel.hears("2 17:00 accepted louisville")
    parcel.is_named("4 20:00", said="2 17:30")
    parcel.waits("2 18:00")
    parcel.is_named("9 20:00", said="3 09:00", kind="rescheduled")
    parcel.waits("3 09:00")
    assert WhyKind.ETA in causes(parcel)[:1]
    assert "The carrier now names a date" in parcel.ours[-1].reason


def test_handing_it_over_late_is_the_reason_and_the_causes_add_up_to_the_move(known):
    parcel = Parcel(known)
    parcel.waits("2 09:00")
    parcel.hears("9 17:00 accepted louisville")
    before, after = parcel.ours[0], parcel.ours[-1]
    assert after.to_at > before.to_at
    assert "The carrier got it" in after.reason
    assert "later than expected" in after.reason
    assert WhyKind.HANDLING in {one.kind for entry in parcel.ours for one in basis_of(entry).why}
    for old, new in zip(parcel.ours, parcel.ours[1:], strict=False):
        moved = (
            new.said_at + basis_of(new).spread.point * HOUR - old.said_at - basis_of(old).spread.point * HOUR
        )
        assert sum(one.hours for one in basis_of(new).why) == pytest.approx(moved / HOUR, abs=1e-3)


def test_a_window_that_trembles_is_no_entry(known):
    parcel = Parcel(known)
    parcel.waits("2 09:00")
    for clock in ("10:00", "11:00", "12:00", "13:30"):
        parcel.waits(f"2 {clock}")
    assert len(parcel.ours) == 1


def test_nothing_is_foretold_for_a_parcel_that_nobody_will_bring(known):
    for end in ("delivered", "returned", "cancelled", "lost", "available_for_pickup", "return_in_transit"):
        parcel = Parcel(known)
        parcel.hears("2 17:00 accepted louisville")
        assert parcel.hears(f"4 10:00 {end} newyork") is None, end


class Remembering(Memory):
    """One that keeps what it said, and when."""

    def __init__(self):
        super().__init__(Foreteller().table)
        self.said = []

    def spread(self, standing, way, now):
        found = super().spread(standing, way, now)
        self.said.append((now, standing, way, found))
        return found


def test_what_comes_later_changes_no_past_prediction():
    """Causality: what happened after an instant is made anew, by chance; what was said before it stays."""
    lessons = [ordinary_lesson(Foreteller(), number) for number in range(120)]
    now, chance = at("20 12:00", 1), random.Random(11)
    later = [one for one in lessons if one.delivered_at > now]
    assert 30 < len(later) < 90
    other = [
        structs.replace(one, delivered_at=now + chance.uniform(1, 900) * HOUR) if one in later else one
        for one in lessons
    ]
    said = []
    for history in (lessons, other):
        memory = Remembering()
        replay(sorted(history, key=lambda one: one.delivered_at), memory, at("1 00:00", 1), at("28 00:00", 3))
        said.append(sorted((one for one in memory.said if one[0] <= now), key=str))
    assert len(said[0]) > 100
    assert said[0] == said[1]
    assert replayed_loss(lessons) != replayed_loss(other), "and what was said after it does change"


def replayed_loss(history):
    known = sorted(history, key=lambda one: one.delivered_at)
    return replay(known, Remembering(), at("21 00:00", 1), at("28 00:00", 3)).hours


def test_what_is_asked_before_the_first_scan_is_learned_as_it_was_asked():
    """Nobody knows at purchase whether it comes from here or from abroad, or with which service; history does."""
    teller = taught(Foreteller())
    parcel = Parcel(teller)
    at_purchase = parcel.waits("2 09:00")
    took = 8 + 50  # hours from purchase to the carrier, and on to the door
    assert abs(at_purchase.spread.point - took) < 20, "it was 31 hours off with a yardstick of its own"
    assert at_purchase.spread.hours[1] < took < at_purchase.spread.hours[5]
    named = Parcel(teller, service="Ground").waits("2 09:00")
    assert named.parcels == at_purchase.parcels, "a service never seen is told by all of them"
