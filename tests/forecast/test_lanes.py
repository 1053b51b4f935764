"""Which past parcels a parcel is compared with, and how long a delivered one took."""

from dataclasses import replace

from msgspec import structs

from milepost.forecast.lanes import hours_on_the_way, lanes_of, origin_country
from milepost.model.orders import Destination
from milepost.model.places import Located, Place, Precision, RawPlace
from milepost.record.journey import derive
from tests.react.stories import SHIPMENT, scans

NEW_YORK = Destination(country="US", region="New York", city="Brooklyn")
GROUND = replace(SHIPMENT, service="Ground")


def in_kentucky(text):
    located = Located(
        city="Louisville",
        region="KY",
        country="US",
        latitude=38.2,
        longitude=-85.7,
        zone="America/Kentucky/Louisville",
        precision=Precision.CITY,
        method="test",
    )
    return [
        structs.replace(scan, place=Place(raw=RawPlace(text="Louisville KY"), located=located))
        for scan in scans(text)
    ]


def test_lanes_go_from_the_finest_to_the_coarsest():
    journey = derive(in_kentucky("2 08:00 accepted"))
    assert lanes_of(GROUND, journey, NEW_YORK) == (
        "acme|ground|us-ky>us-new york",
        "acme|ground|us>us-new york",
        "acme|ground|us>us",
        "acme||us>us",
        "acme|ground|>us",
        "acme||>us",
        "||>us",
    )


def test_before_the_first_scan_the_origin_is_left_open():
    assert lanes_of(GROUND, derive([]), NEW_YORK) == ("acme|ground|>us", "acme||>us", "||>us")


def test_the_lanes_known_before_the_first_scan_are_among_those_that_learn_later():
    later = lanes_of(GROUND, derive(in_kentucky("2 08:00 accepted")), NEW_YORK)
    assert set(lanes_of(GROUND, derive([]), NEW_YORK)) <= set(later)


def test_without_a_destination_there_is_no_lane():
    assert lanes_of(GROUND, derive([]), Destination()) == ()


def test_letters_that_separate_a_lanes_parts_cannot_come_from_outside():
    odd = replace(SHIPMENT, carrier=None, provider_name="A|B>C-D", service="x" * 500)
    assert lanes_of(odd, derive([]), Destination(country="US"))[0] == f"a b c d|{'x' * 40}|>us"


def test_the_origin_is_the_country_of_the_first_scan():
    assert origin_country(derive(in_kentucky("1 08:00 label_created\n2 08:00 accepted"))) == "US"
    assert origin_country(derive(scans("2 08:00 accepted"))) == ""


def test_hours_count_from_acceptance_to_doorstep():
    assert (
        hours_on_the_way(derive(scans("1 08:00 label_created\n2 08:00 accepted\n4 20:00 delivered"))) == 60.0
    )


def test_a_parcel_that_is_not_delivered_or_was_never_accepted_teaches_nothing():
    assert hours_on_the_way(derive(scans("2 08:00 accepted"))) is None
    assert hours_on_the_way(derive(scans("4 20:00 delivered"))) is None
    assert (
        hours_on_the_way(derive(scans("2 08:00 accepted\n3 08:00 return_in_transit\n4 20:00 returned")))
        is None
    )
