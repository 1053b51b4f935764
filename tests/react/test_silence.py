"""What time alone makes of a parcel: never scanned, silent, late."""

from dataclasses import replace
from datetime import timedelta

import pytest

from milepost.model.promises import Promiser
from milepost.react.silence import decide, next_watch
from tests.react.stories import SHIPMENT, at, change, promise, told

DAYS = timedelta(days=3)


def test_a_parcel_without_a_scan_for_three_days_is_silent_from_then_on():
    news = change("2 08:00 accepted\n3 08:00 in_transit")
    assert decide(news, at("6 07:59"), DAYS).opened == ()
    (silent,) = decide(news, at("6 08:00"), DAYS).opened
    assert (silent.kind, silent.opened_at, silent.event_id) == ("silent", at("6 08:00"), None)


def test_computed_scans_and_messages_break_no_silence():
    news = change("3 08:00 in_transit\n5 08:00 in_transit logical\n5 09:00 note message")
    assert told(decide(news, at("6 08:00"), DAYS).opened) == ["silent action seller"]


def test_a_scan_ends_the_silence_and_says_so():
    standing = decide(change("3 08:00 in_transit"), at("6 08:00"), DAYS).opened
    decision = decide(
        change("3 08:00 in_transit", "7 10:00 in_transit", exceptions=standing), at("7 11:00"), DAYS
    )
    assert [(one.resolution, one.resolved_at) for one in decision.resolved] == [
        ("It was scanned again.", at("7 10:00"))
    ]
    assert decision.opened == ()


def test_an_old_scan_told_late_moves_no_silence_that_still_holds():
    standing = decide(change("3 08:00 in_transit"), at("6 08:00"), DAYS).opened
    decision = decide(
        change("3 08:00 in_transit", "3 12:00 in_transit", exceptions=standing), at("7 08:00"), DAYS
    )
    assert (decision.opened, decision.resolved) == ((), ())


@pytest.mark.parametrize("end", ["delivered", "returned", "lost", "cancelled", "available_for_pickup"])
def test_a_parcel_that_waits_for_nobody_is_never_silent(end):
    assert decide(change(f"3 08:00 {end}"), at("30 08:00"), DAYS).opened == ()


def test_a_label_that_nobody_scanned_is_noticed_after_three_days():
    news = change("2 08:00 label_created logical")
    assert decide(news, at("5 07:00"), DAYS).opened == ()
    assert told(decide(news, at("5 08:00"), DAYS).opened) == ["no_first_scan action seller"]


def test_a_number_nobody_knows_is_noticed_three_days_after_we_heard_of_it():
    assert told(decide(change(""), at("4 09:00"), DAYS).opened) == ["no_first_scan action seller"]


def test_a_parcel_of_a_carrier_we_cannot_ask_is_not_called_unscanned():
    news = change("", promises=[promise("3 18:00")], shipment=replace(SHIPMENT, carrier=None))
    assert decide(news, at("20 09:00"), DAYS).opened == ()
    assert next_watch(news, at("1 09:00"), DAYS) is None


def test_a_parcel_of_a_carrier_that_is_only_known_is_silent_once_somebody_told_of_it():
    assert decide(change(""), at("9 08:00"), DAYS, can_be_asked=False).opened == ()
    assert next_watch(change(""), at("2 08:00"), DAYS, can_be_asked=False) is None
    news = change("3 08:00 in_transit")
    assert told(decide(news, at("6 08:00"), DAYS, can_be_asked=False).opened) == ["silent action seller"]


def test_the_first_scan_resolves_it():
    standing = decide(change("2 08:00 label_created logical"), at("5 08:00"), DAYS).opened
    news = change("2 08:00 label_created logical", "5 10:00 accepted", exceptions=standing)
    assert [one.resolution for one in decide(news, at("5 11:00"), DAYS).resolved] == ["It was scanned."]


def test_past_the_carriers_window_it_is_late_once_a_delivery_would_have_been_heard():
    news = change("3 08:00 in_transit", promises=[promise("4 20:00", since="4 08:00")])
    assert decide(news, at("4 23:59"), DAYS).opened == ()
    (late,) = decide(news, at("5 00:00"), DAYS).opened
    assert (late.kind, late.opened_at) == ("late", at("4 20:00"))


def test_the_carriers_word_counts_before_the_marketplaces_and_that_before_ours():
    ours = promise("4 20:00", by=Promiser.MILEPOST)
    market = promise("5 20:00", by=Promiser.MARKETPLACE, name="delivery_sla_time")
    cancel = promise("3 20:00", by=Promiser.MARKETPLACE, name="shipping_due_time")
    carrier = promise("6 20:00")
    for promises, due in (
        ([ours], "4 20:00"),
        ([ours, market, cancel], "5 20:00"),
        ([ours, market, carrier], "6 20:00"),
    ):
        (late,) = decide(change("4 08:00 in_transit", promises=promises), at("7 00:00"), DAYS).opened
        assert late.opened_at == at(due)


def test_a_new_date_ends_the_lateness_and_delivery_does_too():
    standing = decide(change("4 08:00 in_transit", promises=[promise("4 20:00")]), at("5 00:00"), DAYS).opened
    newer = change("4 08:00 in_transit", promises=[promise("6 20:00")], exceptions=standing)
    assert [one.resolution for one in decide(newer, at("4 22:00"), DAYS).resolved] == [
        "A later date was named."
    ]
    done = change(
        "4 08:00 in_transit", "5 08:00 delivered", promises=[promise("4 20:00")], exceptions=standing
    )
    assert [one.resolution for one in decide(done, at("5 09:00"), DAYS).resolved] == ["It was delivered."]


def test_deciding_twice_opens_nothing_twice():
    news = change("3 08:00 in_transit")
    first = decide(news, at("6 08:00"), DAYS)
    assert decide(replace(news, exceptions=first.opened), at("8 08:00"), DAYS) == type(first)()
    assert decide(news, at("8 08:00"), DAYS).opened[0].key == first.opened[0].key


def test_the_next_look_is_when_something_would_be_news():
    news = change("3 08:00 in_transit", promises=[promise("4 20:00")])
    assert next_watch(news, at("3 09:00"), DAYS) == at("5 00:00")
    assert next_watch(news, at("5 00:00"), DAYS) == at("6 08:00")
    assert next_watch(news, at("6 08:00"), DAYS) is None
    assert next_watch(change("3 08:00 delivered"), at("3 09:00"), DAYS) is None
    assert next_watch(change(""), at("1 10:00"), DAYS) == at("4 09:00")


def test_an_old_parcel_we_hear_of_today_is_given_time_to_tell_its_story():
    bought_today = replace(SHIPMENT, created_at=at("20 08:00"))
    news = change("3 08:00 in_transit", promises=[promise("4 20:00")], shipment=bought_today)
    assert decide(news, at("20 11:59"), DAYS).opened == ()
    assert next_watch(news, at("20 08:00"), DAYS) == at("20 12:00")
    assert told(decide(news, at("20 12:00"), DAYS).opened) == ["late watch carrier", "silent action seller"]
