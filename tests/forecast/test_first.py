"""The first forecaster: what it rests on, in which order, and when it says nothing."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.forecast.commitments import commitment_for, read
from milepost.forecast.days import working_days_after
from milepost.forecast.first import FirstForecaster, hours_given, shrunk
from milepost.model.promises import Promiser
from milepost.ports.forecast import ForecastFacts, LaneStats
from milepost.record.journey import derive
from tests.react.stories import at, promise, scans

ACCEPTED = "2 15:00 accepted"  # a Monday, 10:00 in New York
LANE = LaneStats(lane="acme||us>us", deliveries=400, p10_h=40, median_h=60, p90_h=90)
DEADLINE = promise("8 23:00", by=Promiser.MARKETPLACE, name="delivery_sla_time")


def facts(
    story=ACCEPTED,
    *,
    now="2 16:00",
    promises=(),
    lanes=(),
    service="",
    origin="US",
    country="US",
    zone="America/New_York",
):
    return ForecastFacts(
        now=at(now),
        placed_at=at("1 12:00"),
        carrier="acme",
        service=service,
        origin_country=origin,
        destination_country=country,
        destination_region="New York",
        destination_zone=zone,
        journey=derive(scans(story)),
        promises=promises,
        lanes=lanes,
    )


def read_aloud(forecast):
    if forecast is None:
        return None
    return f"{forecast.model} {forecast.low_at:%d %H:%M} to {forecast.high_at:%d %H:%M}"


@pytest.fixture(scope="module")
def forecaster():
    return FirstForecaster()


def test_the_carriers_window_comes_first_as_the_carrier_told_it(forecaster):
    told = [promise("4 22:00", since="4 14:00"), DEADLINE]
    found = forecaster.forecast(facts(promises=told, lanes=[LANE], service="Ground"))
    assert read_aloud(found) == "carrier_window 04 14:00 to 04 22:00"
    assert found.point_at == at("4 18:00")


def test_a_carriers_window_that_has_passed_counts_no_more(forecaster):
    told = [promise("4 22:00", since="4 14:00")]
    found = forecaster.forecast(facts(now="4 23:00", promises=told, lanes=[LANE]))
    assert found.model == "lane_median"


def test_the_newest_of_the_carriers_windows_counts(forecaster):
    told = [promise("4 22:00"), promise("6 22:00", said="2 12:00")]
    assert forecaster.forecast(facts(promises=told)).high_at == at("6 22:00")


def test_out_for_delivery_means_today(forecaster):
    found = forecaster.forecast(facts(f"{ACCEPTED}\n4 13:00 out_for_delivery", now="4 13:05", lanes=[LANE]))
    assert read_aloud(found) == "out_for_delivery 04 13:00 to 05 01:00"  # 8 in the evening, New York
    assert found.reason == "It is out for delivery today."


def test_past_parcels_of_the_lane_give_whole_days_at_the_doorstep(forecaster):
    found = forecaster.forecast(facts(lanes=[LANE], promises=[DEADLINE]))
    assert read_aloud(found) == "lane_median 04 13:00 to 07 01:00"
    assert found.sample_size == 400
    assert found.reason == "Half of 400 parcels like it took 2.5 days or less from the first scan."
    assert found.confidence is None


def test_a_lane_with_fewer_than_twenty_parcels_says_nothing(forecaster):
    assert forecaster.forecast(facts(lanes=[replace(LANE, deliveries=19)])) is None


def test_a_young_lane_is_drawn_towards_the_one_above_it():
    young = LaneStats(lane="fine", deliveries=20, p10_h=20, median_h=30, p90_h=40)
    assert (shrunk([young, LANE]).p10_h, shrunk([young, LANE]).median_h, shrunk([young, LANE]).p90_h) == (
        30,
        45,
        65,
    )
    assert shrunk([replace(young, deliveries=1980), LANE]).median_h == pytest.approx(30.3)
    assert shrunk([young, LANE]).lane == "fine"


def test_the_longer_a_parcel_takes_the_later_it_is_expected():
    at_start = hours_given(LANE, 0, 0.5)
    assert at_start == pytest.approx(60)
    assert at_start < hours_given(LANE, 50, 0.5) < hours_given(LANE, 80, 0.5) < hours_given(LANE, 200, 0.5)
    for elapsed in (0, 10, 80, 500):
        low, middle, high = (hours_given(LANE, elapsed, share) for share in (0.1, 0.5, 0.9))
        assert elapsed <= low <= middle <= high


def test_the_services_guide_counts_working_days(forecaster):
    found = forecaster.forecast(facts(service="Acme Ground®", promises=[DEADLINE]))
    assert read_aloud(found) == "commitment 03 13:00 to 10 00:00"  # Tuesday to Monday; clocks went forward
    assert (
        found.reason
        == "Acme Ground® takes 1 to 5 working days after its first scan, says its published guide."
    )


def test_before_it_is_handed_over_the_window_reaches_to_the_deadline_for_that(forecaster):
    collect_by = promise("5 17:00", by=Promiser.MARKETPLACE, name="tts_sla_time")
    found = forecaster.forecast(
        facts("1 08:00 label_created", service="Next Day Air", origin="", promises=[collect_by])
    )
    assert read_aloud(found) == "commitment 03 13:00 to 07 01:00"
    assert (
        found.reason == "Next Day Air takes 1 working day after it is handed over, says its published guide."
    )


@pytest.mark.parametrize(
    ("service", "is_abroad", "days"),
    [
        ("Ground", False, (1, 5)),
        ("GROUND ECONOMY", False, (2, 7)),
        ("USPS Ground Advantage™", False, (2, 5)),
        ("UPS 2nd Day Air A.M.", False, (2, 2)),
        ("PRIORITY_OVERNIGHT", False, (1, 1)),
        ("Priority Mail International®", True, (6, 10)),
        ("EXPRESS WORLDWIDE", True, (1, 4)),
        ("Ground", True, None),
        ("Ground", None, (1, 5)),
        ("Priority Mail International", None, (6, 10)),
        ("Underground", False, None),
        ("", False, None),
    ],
)
def test_a_service_is_found_by_its_words(service, is_abroad, days):
    found = commitment_for(service, is_abroad=is_abroad, table=read())
    assert (found and (found.days_min, found.days_max)) == days


def test_a_first_scan_without_a_place_changes_nothing_about_the_guide(forecaster):
    with_place = forecaster.forecast(facts(service="Ground", promises=[DEADLINE]))
    without = forecaster.forecast(facts(service="Ground", origin="", promises=[DEADLINE]))
    assert without == with_place


def test_the_marketplaces_deadline_does_not_move_from_day_to_day(forecaster):
    days = [forecaster.forecast(facts(now=f"{day} 16:00", promises=[DEADLINE])) for day in (3, 5, 8)]
    assert len({(found.low_at, found.high_at) for found in days}) == 1


def test_the_marketplaces_deadline_is_the_last_resort(forecaster):
    found = forecaster.forecast(facts(promises=[DEADLINE]))
    assert read_aloud(found) == "marketplace_deadline 03 15:00 to 08 23:00"


def test_other_clocks_of_the_marketplace_promise_no_delivery(forecaster):
    clock = promise("8 23:00", by=Promiser.MARKETPLACE, name="delivery_due_time")
    assert forecaster.forecast(facts(promises=[clock])) is None


@pytest.mark.parametrize(
    "end",
    ["delivered", "returned", "cancelled", "lost", "destroyed", "available_for_pickup", "return_in_transit"],
)
def test_nothing_is_forecast_for_a_parcel_that_nobody_will_bring(forecaster, end):
    told = [promise("4 22:00"), DEADLINE]
    assert (
        forecaster.forecast(
            facts(f"{ACCEPTED}\n3 08:00 {end}", promises=told, lanes=[LANE], service="Ground")
        )
        is None
    )


def test_nothing_is_forecast_from_nothing(forecaster):
    assert forecaster.forecast(facts("", origin="")) is None


def test_a_window_never_lies_wholly_in_the_past(forecaster):
    for now in ("2 16:00", "5 12:00", "12 12:00", "30 12:00"):
        found = forecaster.forecast(facts(now=now, lanes=[LANE], service="Ground", promises=[DEADLINE]))
        assert found is None or found.low_at <= found.point_at <= found.high_at > at(now)


def test_an_unknown_zone_is_read_as_utc(forecaster):
    assert (
        read_aloud(forecaster.forecast(facts(lanes=[LANE], zone="Not/AZone")))
        == "lane_median 04 08:00 to 06 20:00"
    )


def test_working_days_leave_out_the_weekend():
    friday = at("6 12:00").date()
    assert [working_days_after(friday, days).day for days in (0, 1, 2, 5)] == [6, 9, 10, 13]
    assert working_days_after(at("7 12:00").date(), 1).day == 9
    assert working_days_after(at("8 12:00").date(), 1).day == 9


def test_every_row_of_the_table_is_sane():
    for row in read():
        assert 1 <= row.days_min <= row.days_max <= 21
        assert row.note
        assert row.words == row.words.lower()


HOURS = st.floats(0.1, 5_000)
ONE_FOR_ALL = FirstForecaster()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10**6), HOURS, HOURS, HOURS), max_size=4),
    st.integers(2, 30),
    st.sampled_from(
        [
            "",
            ACCEPTED,
            f"{ACCEPTED}\n4 13:00 out_for_delivery",
            "1 08:00 label_created",
            f"{ACCEPTED}\n3 08:00 held",
        ]
    ),
    st.sampled_from(["", "Ground", "Next Day Air"]),
    st.sampled_from(["America/New_York", "Asia/Shanghai", None]),
)
def test_a_window_is_always_in_order_and_ends_in_the_future(lanes, day, story, service, zone):
    rows = [
        LaneStats(lane=str(number), deliveries=seen, p10_h=low, median_h=middle, p90_h=high)
        for number, (seen, *hours) in enumerate(lanes)
        for low, middle, high in [sorted(hours)]
    ]
    found = ONE_FOR_ALL.forecast(
        facts(story, now=f"{day} 16:00", lanes=rows, service=service, zone=zone, promises=[DEADLINE])
    )
    if found is not None:
        assert found.low_at <= found.point_at <= found.high_at
        assert found.high_at > at(f"{day} 16:00")
        assert found.reason.endswith(".")
