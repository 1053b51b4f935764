"""What of a parcel's story goes on the map: towns at most, countries by name, and nothing finer than was scanned."""

from datetime import UTC, datetime, timedelta

from milepost.model.events import TrackingEvent
from milepost.model.instants import Instant
from milepost.model.people import View
from milepost.model.places import Located, Place, Precision, RawPlace
from milepost.model.statuses import Evidence, Status
from milepost.record.journey import derive
from milepost.show.buyer.sight import Sight
from milepost.show.buyer.way import way_of

BEGINNING = datetime(2026, 3, 4, 8, tzinfo=UTC)
SHENZHEN = ("Shenzhen", "CN", 114.06, 22.54, Precision.CITY)
HONG_KONG = ("Hong Kong", "HK", 113.92, 22.31, Precision.AIRPORT)
UNITED_STATES = ("", "US", None, None, Precision.COUNTRY)
CHICAGO = ("Chicago", "US", -87.65, 41.85, Precision.CITY)
MADISON = ("Madison", "US", -89.4, 43.07, Precision.CITY)
MY_ZIP = ("Madison", "US", -89.5217, 43.0411, Precision.POSTCODE)
NEXT_ZIP = ("Fitchburg", "US", -89.4233, 43.0102, Precision.POSTCODE)
MEMPHIS_ZIP = ("Memphis", "US", -89.92, 35.05, Precision.POSTCODE)


def located(place):
    city, country, longitude, latitude, precision = place
    return Located(
        city=city,
        region="",
        country=country,
        latitude=latitude,
        longitude=longitude,
        zone=None,
        precision=precision,
        method="test",
    )


def scan(number, place, status=Status.IN_TRANSIT, evidence=Evidence.PHYSICAL):
    moment = BEGINNING + timedelta(hours=number)
    return TrackingEvent(
        source="acme",
        shop_id="s",
        order_number=None,
        tracking_number="1",
        occurred=Instant.reported(moment),
        heard_at=moment,
        status=status,
        reason=None,
        responsible=None,
        evidence=evidence,
        code=status.value,
        description="",
        place=Place(raw=RawPlace(text=f"{place[0]} {place[1]}"), located=located(place)),
        report_hash="0" * 64,
    )


def way(*places, door=MADISON, view=View.TOWN, last=Status.IN_TRANSIT):
    """The way after scans at these places; the last one has this status."""
    scans = [scan(number, place) for number, place in enumerate(places[:-1])]
    scans.append(scan(len(places), places[-1], last))
    return way_of(derive(scans), located(door) if door else None, Sight(view=view), "good")


def told(route):
    """Names, a star at the last scanned stop."""
    return [f"{stop.name}{'*' * (number == route.scanned)}" for number, stop in enumerate(route.stops)]


def test_it_goes_from_scan_to_scan_and_on_to_the_town_of_delivery():
    assert told(way(SHENZHEN, HONG_KONG, CHICAGO)) == ["Shenzhen", "Hong Kong", "Chicago*", "Madison"]


def test_scans_at_one_place_are_one_stop():
    assert told(way(SHENZHEN, SHENZHEN, CHICAGO, CHICAGO)) == ["Shenzhen", "Chicago*", "Madison"]


def test_delivered_it_ends_where_it_was_scanned():
    assert told(way(CHICAGO, MADISON, last=Status.DELIVERED)) == ["Chicago", "Madison*"]


def test_delivered_somewhere_in_the_country_means_the_town_of_delivery():
    assert told(way(SHENZHEN, UNITED_STATES, last=Status.DELIVERED)) == ["Shenzhen", "Madison*"]


def test_a_return_goes_back_to_where_it_came_from():
    assert told(way(SHENZHEN, CHICAGO, last=Status.RETURN_IN_TRANSIT)) == ["Shenzhen", "Chicago*", "Shenzhen"]


def test_a_country_is_named_and_never_a_dot():
    here = way(SHENZHEN, UNITED_STATES).stops[1]
    assert (here.name, here.longitude, here.precision) == ("United States", None, Precision.COUNTRY)


def test_a_country_beside_a_town_in_it_says_nothing_unless_it_is_the_last_that_is_known():
    assert told(way(SHENZHEN, UNITED_STATES, CHICAGO)) == ["Shenzhen", "Chicago*", "Madison"]
    assert told(way(CHICAGO, UNITED_STATES)) == ["Chicago", "United States*", "Madison"]


def test_a_postcode_that_may_be_the_buyers_own_is_drawn_as_the_town():
    for place in (MY_ZIP, NEXT_ZIP):
        here = way(CHICAGO, place, last=Status.DELIVERED).stops[-1]
        assert (here.longitude, here.latitude) == MADISON[2:4]
        assert here.precision is Precision.CITY


def test_where_the_town_is_unknown_a_postcode_is_no_finer_than_a_town():
    here = way(CHICAGO, MY_ZIP, door=None, last=Status.DELIVERED).stops[-1]
    assert (here.longitude, here.latitude, here.precision) == (-89.5, 43.0, Precision.CITY)


def test_another_towns_postcode_is_its_area():
    here = way(MEMPHIS_ZIP, CHICAGO).stops[0]
    assert (here.longitude, here.latitude, here.precision) == (-89.92, 35.05, Precision.POSTCODE)


def test_a_number_alone_has_no_map():
    assert way(SHENZHEN, CHICAGO, view=View.PUBLIC) is None


def test_without_any_place_there_is_no_map():
    nowhere = way_of(derive([]), located(MADISON), Sight(view=View.TOWN), "good")
    assert nowhere is None


def test_a_label_alone_is_the_beginning_of_a_way_nobody_scanned():
    printed = scan(0, CHICAGO, Status.LABEL_CREATED, Evidence.LOGICAL)
    route = way_of(derive([printed]), located(MADISON), Sight(view=View.TOWN), "good")
    assert told(route) == ["Chicago", "Madison"]
    assert route.scanned == -1
