"""The places are real, their clocks are right, and parcels travel plausible ways between them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from milepost_sandbox.world.places import at_local, distance_km, homes, local, place_named, spots, unambiguous
from milepost_sandbox.world.routes import leg_hours, route


def test_there_are_more_than_a_hundred_places_each_with_a_zone_and_a_postal_code():
    assert len(spots()) > 110
    for spot in spots():
        ZoneInfo(spot.place.zone)
        assert spot.place.postal_code
        assert -90 < spot.place.lat < 90
        assert -180 < spot.place.lon < 180


@pytest.mark.parametrize(
    ("city", "country"),
    [
        ("Memphis", "US"),
        ("Louisville", "US"),
        ("Cincinnati", "US"),
        ("Anchorage", "US"),
        ("Leipzig", "DE"),
        ("Shenzhen", "CN"),
        ("Hong Kong", "HK"),
    ],
)
def test_the_great_hubs_are_there(city, country):
    assert place_named(city, country).facility.endswith("Hub")


@pytest.mark.parametrize("country", ["US", "GB", "DE", "FR", "CN", "ID", "TH", "VN"])
def test_buyers_live_in_every_market(country):
    assert len(homes(country)) >= 3


def test_memphis_to_london_is_about_seven_thousand_kilometers():
    assert 6_900 < distance_km(place_named("Memphis", "US"), place_named("London", "GB")) < 7_100


def test_a_local_time_carries_the_offset_of_its_place_and_season():
    louisville = place_named("Louisville", "US")
    assert local(datetime(2026, 7, 1, 12, tzinfo=UTC), louisville).isoformat() == "2026-07-01T08:00:00-04:00"
    assert local(datetime(2026, 12, 1, 12, tzinfo=UTC), louisville).isoformat() == "2026-12-01T07:00:00-05:00"


def test_no_step_falls_into_the_hour_that_autumn_repeats():
    denver = place_named("Denver", "US")
    twice = datetime(2026, 11, 1, 7, 30, tzinfo=UTC)  # 01:30 for the first time
    assert unambiguous(twice, denver) == twice + timedelta(hours=2)
    assert unambiguous(twice - timedelta(hours=2), denver) == twice - timedelta(hours=2)


def test_eight_in_the_morning_is_at_another_instant_in_another_city():
    day = datetime(2026, 12, 1, 18, tzinfo=UTC)
    assert at_local(day, 8, 0, place_named("Denver", "US")) == datetime(2026, 12, 1, 15, tzinfo=UTC)
    assert at_local(day, 8, 0, place_named("Jakarta", "ID"), 1) == datetime(2026, 12, 3, 1, tzinfo=UTC)


def test_an_express_parcel_flies_over_its_carriers_great_hub():
    way = route("fedex", "express", place_named("Reno", "US"), place_named("Boston", "US"))
    assert [place.city for place in way.places] == ["Reno", "Memphis", "Boston"]


def test_a_parcel_from_abroad_leaves_by_one_gateway_and_enters_by_another():
    way = route("dhl", "international", place_named("Dongguan", "CN"), place_named("Omaha", "US"))
    assert way.places[way.export_index].country == "CN"
    assert way.places[way.customs_index].country == "US"
    assert way.customs_index == way.export_index + 1


def test_a_truck_takes_longer_for_a_longer_way_and_a_plane_less_than_a_truck():
    reno, boston, fresno = (place_named(city, "US") for city in ("Reno", "Boston", "Fresno"))
    assert leg_hours(reno, fresno, "ground") < leg_hours(reno, place_named("Denver", "US"), "ground")
    assert leg_hours(reno, place_named("Memphis", "US"), "express") < leg_hours(
        reno, place_named("Denver", "US"), "ground"
    )
    assert leg_hours(reno, boston, "ground") < 12
