"""Who is told what, how often, and what nobody is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from milepost.model.changes import Decision
from milepost.model.promises import Promiser
from milepost.react import exceptions, notices, silence
from tests.react.stories import SHIPMENT, at, change, promise

CHANNELS = ("email", "inbox")


def heard(news, now):
    decision = exceptions.decide(news, at(now))
    return [
        f"{one.template} {one.audience} {one.channel}"
        for one in notices.decide(news, decision, CHANNELS, at(now))
    ]


TOLD = """
out_for_delivery            | out_for_delivery buyer email
delivered                   | delivered buyer email
attempted                   | attempted buyer email, exception_attempted seller email, exception_attempted seller inbox
available_for_pickup        | available_for_pickup buyer email, exception_pickup seller email, exception_pickup seller inbox
held customs.duties_due     | exception_customs_duties buyer email, exception_customs_duties seller email, exception_customs_duties seller inbox
held customs.papers_missing | exception_customs_papers seller email, exception_customs_papers seller inbox
lost carrier.lost           | exception_lost buyer email, exception_lost seller email, exception_lost seller inbox
in_transit external.weather |
in_transit                  |
accepted                    |
label_created               |
note                        |
unknown                     |
"""


@pytest.mark.parametrize("row", TOLD.strip().splitlines())
def test_who_hears_of_a_scan(row):
    line, expected = (part.strip() for part in row.split("|"))
    assert heard(change("2 08:00 label_created", f"4 08:00 {line}"), "4 09:00") == [
        part for part in expected.split(", ") if part
    ]


def test_a_late_burst_tells_the_buyer_only_the_latest():
    news = change("3 08:00 accepted", "4 05:00 attempted\n4 07:00 out_for_delivery\n4 12:00 delivered")
    assert heard(news, "4 13:00") == ["delivered buyer email"]


def test_what_happened_more_than_two_days_ago_is_told_to_nobody():
    news = change("", "1 08:00 held customs.duties_due")
    assert heard(news, "3 08:00") != []
    assert heard(news, "3 08:01") == []


def test_news_of_the_past_does_not_tell_of_the_present_again():
    known = "4 07:00 out_for_delivery\n4 12:00 delivered"
    assert heard(change(known, "4 06:00 in_transit"), "4 13:00") == []
    assert heard(change("4 12:00 delivered", "4 07:00 out_for_delivery"), "4 13:00") == []


def test_the_same_milestone_told_by_another_source_has_the_same_key():
    first = notices.decide(change("", "4 12:00 delivered"), Decision(), CHANNELS, at("4 13:00"))
    again = notices.decide(change("", "4 12:09 delivered"), Decision(), CHANNELS, at("4 13:00"))
    assert [one.key for one in first] == [one.key for one in again]


def test_out_for_delivery_on_the_next_day_is_told_again():
    day_before = "4 07:00 out_for_delivery"
    news = change(day_before, "4 12:00 attempted\n5 07:00 out_for_delivery")
    (second,) = (one for one in notices.decide(news, Decision(), CHANNELS, at("5 08:00")))
    (first,) = notices.decide(change("", day_before), Decision(), CHANNELS, at("4 08:00"))
    assert first.template == second.template == "out_for_delivery"
    assert first.key != second.key


def test_a_false_delivery_is_taken_back_and_the_true_one_told_anew():
    false = change("4 08:00 out_for_delivery", "4 09:00 delivered")
    (first,) = notices.decide(false, Decision(), CHANNELS, at("4 10:00"))
    known = "4 08:00 out_for_delivery\n4 09:00 delivered"
    assert "exception_delivery_retracted buyer email" in heard(change(known, "4 12:00 in_transit"), "4 13:00")
    true = change(f"{known}\n4 12:00 in_transit", "4 17:00 delivered")
    (second,) = notices.decide(true, Decision(), CHANNELS, at("4 18:00"))
    assert second.template == "delivered"
    assert second.key != first.key


def test_our_forecast_that_moves_later_by_a_day_is_told_once_and_says_why():
    before = promise("5 20:00", by=Promiser.MILEPOST, since="5 08:00")
    later = promise("6 20:00", by=Promiser.MILEPOST, since="6 08:00", said="4 10:00")
    news = change("4 08:00 in_transit", promises=[before], new_promises=[later])
    (notice,) = notices.decide(news, Decision(), CHANNELS, at("4 10:00"))
    assert (notice.template, notice.channel) == ("promise_later", "email")
    assert notice.facts["promised_to"].startswith("2026-03-05T20:00")
    assert notice.facts["now_to"].startswith("2026-03-06T20:00")
    assert notice.facts["why"] == "It was named."


@pytest.mark.parametrize("until", ["5 23:00", "5 10:00"])
def test_a_forecast_that_trembles_or_gets_earlier_is_not_told(until):
    before = promise("5 20:00", by=Promiser.MILEPOST)
    news = change(
        "4 08:00 in_transit",
        promises=[before],
        new_promises=[promise(until, by=Promiser.MILEPOST, said="4 10:00")],
    )
    assert notices.decide(news, Decision(), CHANNELS, at("4 10:00")) == ()


def test_a_first_forecast_is_not_told():
    news = change(
        "4 08:00 in_transit", new_promises=[promise("5 20:00", by=Promiser.MILEPOST, said="4 10:00")]
    )
    assert notices.decide(news, Decision(), CHANNELS, at("4 10:00")) == ()


def test_silence_is_told_to_the_seller_alone():
    news = change("3 08:00 in_transit")
    decision = silence.decide(news, at("6 08:00"), timedelta(days=3))
    decided = notices.decide(news, decision, CHANNELS, at("6 08:00"))
    assert [f"{one.template} {one.audience} {one.channel}" for one in decided] == [
        "exception_silent seller email",
        "exception_silent seller inbox",
    ]


def test_each_order_of_a_combined_parcel_gets_its_own_notice_and_the_seller_one():
    shipment = replace(SHIPMENT, order_numbers=("1", "2"))
    news = change("", "4 08:00 held customs.duties_due", shipment=shipment)
    decided = notices.decide(news, exceptions.decide(news, at("4 09:00")), CHANNELS, at("4 09:00"))
    assert [(one.order_number, one.audience.value, one.channel) for one in decided] == [
        ("1", "buyer", "email"),
        ("2", "buyer", "email"),
        ("1", "seller", "email"),
        ("1", "seller", "inbox"),
    ]
    assert len({one.key for one in decided}) == 4


def test_without_channels_nobody_is_told():
    assert notices.decide(change("", "4 08:00 delivered"), Decision(), (), at("4 09:00")) == ()


def test_a_replaced_number_tells_the_buyer_nothing():
    news = change("", "4 08:00 delivered", shipment=replace(SHIPMENT, superseded=True))
    assert notices.decide(news, Decision(), CHANNELS, at("4 09:00")) == ()


def test_who_asked_for_problems_only_hears_no_good_news():
    for line, is_problem in (
        ("delivered", False),
        ("out_for_delivery", False),
        ("attempted", True),
        ("held customs.duties_due", True),
    ):
        news = change("", f"4 08:00 {line}")
        notice = notices.decide(news, exceptions.decide(news, at("4 09:00")), ("email",), at("4 09:00"))[0]
        assert notices.is_problem(notice) is is_problem
