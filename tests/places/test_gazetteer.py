"""Written places, as carriers print them, and where we say they are."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.model.places import Precision, RawPlace
from milepost.places.gazetteer import PlacesError, SqliteGazetteer
from milepost.places.zones import one_zone


@pytest.fixture(scope="module")
def gazetteer():
    return SqliteGazetteer()


def read_aloud(located):
    """`Memphis TN US postcode America/Chicago`, with `-` for what is not known."""
    if located is None:
        return "-"
    words = (located.city, located.region, located.country, located.precision.value, located.zone)
    return (
        " ".join(str(word) for word in words if word)
        if located.zone
        else " ".join((*filter(None, words), "-"))
    )


@pytest.mark.parametrize(
    ("text", "latitude", "longitude", "zone"),
    [
        ("MEMPHIS, TN, US 38118", 35.0514, -89.9265, "America/Chicago"),
        ("CINCINNATI HUB - OH - USA", 39.1271, -84.5144, "America/New_York"),
        ("Shenzhen, CN", 22.5455, 114.0683, "Asia/Shanghai"),
        ("CVG", 39.0488, -84.6678, "America/New_York"),
    ],
)
def test_the_four_samples_of_the_reference_lie_where_it_says(gazetteer, text, latitude, longitude, zone):
    located = gazetteer.locate(RawPlace(text=text))
    assert located.latitude == pytest.approx(latitude, abs=0.0001)
    assert located.longitude == pytest.approx(longitude, abs=0.0001)
    assert located.zone == zone


LINES = """
MEMPHIS, TN, US 38118                   | Memphis TN US postcode America/Chicago
Jamaica, NY 11430                       | Jamaica NY US postcode America/New_York
10001                                   | New York NY US postcode America/New_York
38118-1234                              | Memphis TN US postcode America/Chicago
JFK                                     | New York NY US airport America/New_York
HEATHROW, GB                            | London GB airport Europe/London
EAST MIDLANDS - UK                      | Nottingham GB airport Europe/London
CINCINNATI HUB - OH - USA               | Cincinnati OH US city America/New_York
JACKSONVILLE FL DISTRIBUTION CENTER     | Jacksonville FL US city America/New_York
ST LOUIS MO NETWORK DISTRIBUTION CENTER | St. Louis MO US city America/Chicago
OPA LOCKA FL                            | Opa-locka FL US city America/New_York
ISC NEW YORK NY(USPS)                   | New York NY US city America/New_York
LOUISVILLE, KY, United States           | Louisville KY US city America/Kentucky/Louisville
CITY OF INDUSTRY, CA                    | City Of Industry CA US city America/Los_Angeles
FT WORTH, TX, US                        | Fort Worth TX US city America/Chicago
Washington DC                           | Washington DC US city America/New_York
Teaneck NJ US                           | Teaneck NJ US city America/New_York
New York NY US                          | New York NY US city America/New_York
Paris FR                                | Paris FR city Europe/Paris
75001 Paris                             | Paris FR city Europe/Paris
Köln, DE                                | Cologne DE city Europe/Berlin
Koeln, Germany                          | Cologne DE city Europe/Berlin
LEIPZIG - GERMANY                       | Leipzig DE city Europe/Berlin
Munich, Bavaria, Germany                | Munich DE city Europe/Berlin
São Paulo, Brazil                       | São Paulo SP BR city America/Sao_Paulo
Shenzhen, Guangdong, China Mainland     | Shenzhen CN city Asia/Shanghai
Seoul, KOREA, REPUBLIC OF               | Seoul KR city Asia/Seoul
Sydney NSW Australia                    | Sydney NSW AU city Australia/Sydney
Toronto, ON, CA                         | Toronto ON CA city America/Toronto
HONG KONG SAR                           | Hong Kong HK city Asia/Hong_Kong
SINGAPORE                               | Singapore SG city Asia/Singapore
London                                  | London GB city Europe/London
Germany                                 | DE country Europe/Berlin
KOREA, SOUTH                            | KR country Asia/Seoul
Ohio, US                                | OH US country America/New_York
Tennessee, US                           | TN US country -
United States                           | US country -
USA                                     | US country -
Warehouse A                             | -
Birmingham                              | -
"""


@pytest.mark.parametrize("line", LINES.strip().splitlines())
def test_a_line_as_carriers_print_it_is_found_or_rightly_not(gazetteer, line):
    text, expected = (part.strip() for part in line.split("|"))
    assert read_aloud(gazetteer.locate(RawPlace(text=text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INDIANAPOLIS, IN", "Indianapolis IN US city America/Indiana/Indianapolis"),
        ("Bombay, IN", "Mumbai IN city Asia/Kolkata"),
        ("Wilmington, DE", "Wilmington DE US city America/New_York"),
        ("Hamburg, DE", "Hamburg DE city Europe/Berlin"),
        ("Boise, ID", "Boise ID US city America/Boise"),
        ("Jakarta, ID", "Jakarta ID city Asia/Jakarta"),
        ("Denver, CO", "Denver CO US city America/Denver"),
        ("Bogota, CO", "Bogotá CO city America/Bogota"),
        ("VANCOUVER, CA", "Vancouver BC CA city America/Vancouver"),
        ("LOS ANGELES, CA", "Los Angeles CA US city America/Los_Angeles"),
    ],
)
def test_two_letters_that_are_a_state_and_a_country_are_read_both_ways(gazetteer, text, expected):
    assert read_aloud(gazetteer.locate(RawPlace(text=text))) == expected


@pytest.mark.parametrize("text", ["Richmond, CA", "Smallville, DE", "IN", "Georgia", "Perth WA"])
def test_two_readings_that_are_as_good_as_each_other_or_unproved_give_nothing(gazetteer, text):
    assert gazetteer.locate(RawPlace(text=text)) is None


def test_a_town_name_that_many_towns_of_the_country_share_gives_the_country_only(gazetteer):
    located = gazetteer.locate(RawPlace(text="SPRINGFIELD, US"))
    assert (located.country, located.precision, located.zone) == ("US", Precision.COUNTRY, None)


def test_the_likeliest_of_several_towns_is_shown_but_no_instant_is_computed_from_it(gazetteer):
    located = gazetteer.locate(RawPlace(city="COLUMBUS", country="US"))
    assert (located.city, located.region, located.zone) == ("Columbus", "OH", None)


PARTS = [
    (
        "ups: everything apart",
        RawPlace(city="Louisville", region="KY", country="US"),
        "Louisville KY US city America/Kentucky/Louisville",
    ),
    ("ups: the country alone", RawPlace(country="US"), "US country -"),
    (
        "ups: a village with its state",
        RawPlace(city="Hodgkins", region="IL", country="US"),
        "Hodgkins IL US city America/Chicago",
    ),
    (
        "fedex: with postcode",
        RawPlace(city="MEMPHIS", region="TN", postal_code="38118", country="US"),
        "Memphis TN US postcode America/Chicago",
    ),
    (
        "fedex: Chinese province",
        RawPlace(city="SHENZHEN", region="Guangdong", country="CN"),
        "Shenzhen CN city Asia/Shanghai",
    ),
    (
        "usps: country left blank",
        RawPlace(city="BOISE", region="ID", postal_code="83708"),
        "Boise ID US postcode America/Boise",
    ),
    (
        "usps: a building",
        RawPlace(city="JACKSONVILLE FL DISTRIBUTION CENTER"),
        "Jacksonville FL US city America/New_York",
    ),
    (
        "usps: a building, and the state again",
        RawPlace(city="JACKSONVILLE FL DISTRIBUTION CENTER", region="FL"),
        "Jacksonville FL US city America/New_York",
    ),
    (
        "usps: nine digits",
        RawPlace(city="BOISE", region="ID", postal_code="837085555"),
        "Boise ID US postcode America/Boise",
    ),
    ("usps: San Juan", RawPlace(city="SAN JUAN", region="PR"), "San Juan PR US city America/Puerto_Rico"),
    (
        "dhl: a line in the town's place",
        RawPlace(city="CINCINNATI HUB - OH - USA", country="US"),
        "Cincinnati OH US city America/New_York",
    ),
    (
        "dhl: town and country",
        RawPlace(city="LEIPZIG - GERMANY", country="DE"),
        "Leipzig DE city Europe/Berlin",
    ),
    (
        "dhl: service area",
        RawPlace(country="US", facility="CVG"),
        "Cincinnati OH US airport America/New_York",
    ),
    (
        "dhl: town before service area",
        RawPlace(city="Ulm", country="DE", facility="ULM"),
        "Ulm DE city Europe/Berlin",
    ),
    (
        "a German postcode is not a US one",
        RawPlace(city="Hamburg", postal_code="20095", country="DE"),
        "Hamburg DE city Europe/Berlin",
    ),
    (
        "a postcode of another state is not believed",
        RawPlace(city="Memphis", region="TN", postal_code="10001", country="US"),
        "Memphis TN US city America/Chicago",
    ),
    ("an airport abroad is not meant", RawPlace(country="DE", facility="CVG"), "DE country Europe/Berlin"),
    (
        "a town that is not in our list",
        RawPlace(city="Kleinkleckersdorf", country="DE"),
        "DE country Europe/Berlin",
    ),
    ("alpha-3", RawPlace(city="Paris", country="FRA"), "Paris FR city Europe/Paris"),
    ("country by name", RawPlace(city="Paris", country="France"), "Paris FR city Europe/Paris"),
    ("Hong Kong district", RawPlace(city="Nowhere Depot", country="HK"), "HK country Asia/Hong_Kong"),
]


@pytest.mark.parametrize(("place", "expected"), [row[1:] for row in PARTS], ids=[row[0] for row in PARTS])
def test_parts_given_apart_are_read_as_such(gazetteer, place, expected):
    assert read_aloud(gazetteer.locate(place)) == expected


@pytest.mark.parametrize(
    "place",
    [
        RawPlace(),
        RawPlace(facility="CVG"),
        RawPlace(text=",,, - ( )"),
        RawPlace(text="x" * 100_000),
        RawPlace(text="a, " * 50_000),
        RawPlace(text="'; DROP TABLE city; --"),
        RawPlace(text="\x00\ud800\N{REPLACEMENT CHARACTER}"),
        RawPlace(city="Perth", region="WA"),
    ],
    ids=["empty", "facility", "marks", "long", "many", "sql", "garbage", "Perth"],
)
def test_what_cannot_be_told_is_not_told(gazetteer, place):
    assert gazetteer.locate(place) is None


def test_the_look_up_remembers_only_so_many_places(gazetteer):
    assert gazetteer._cached.cache_info().maxsize == 20_000


def test_asking_from_several_threads_is_safe(gazetteer):
    from concurrent.futures import ThreadPoolExecutor

    places = [RawPlace(city="Memphis", region="TN", country="US", text=str(number)) for number in range(200)]
    with ThreadPoolExecutor(4) as pool:
        assert {located.city for located in pool.map(gazetteer.locate, places)} == {"Memphis"}


def test_missing_place_data_names_the_command_that_makes_it(tmp_path):
    with pytest.raises(PlacesError, match="run `make setup`"):
        SqliteGazetteer(tmp_path / "gazetteer.sqlite")


def test_place_data_that_is_no_database_names_the_command_too(tmp_path):
    broken = tmp_path / "gazetteer.sqlite"
    broken.write_bytes(b"not a database" * 100)
    with pytest.raises(PlacesError, match="delete it and run `make setup`"):
        SqliteGazetteer(broken)


def test_the_data_says_whose_it_is(gazetteer):
    assert "GeoNames" in gazetteer.attribution
    assert "CC BY 4.0" in gazetteer.attribution


def test_zones_that_show_the_same_time_count_as_one():
    assert one_zone(("Asia/Kuala_Lumpur", "Asia/Kuching")) == "Asia/Kuala_Lumpur"
    assert one_zone(("Europe/Madrid", "Atlantic/Canary")) is None
    assert one_zone(()) is None
    assert one_zone(("Not/AZone",)) is None


ANYTHING = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                "MEMPHIS",
                "TN",
                "US",
                "CA",
                "IN",
                "DE",
                "38118",
                "HUB",
                "GEORGIA",
                "HONG KONG",
                "-",
                ",",
                "(",
                "USA",
            ]
        )
    ).map(" ".join),
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_whatever_is_written_nothing_breaks_and_a_finer_place_has_coordinates(text, city, region, country):
    located = one_for_all().locate(RawPlace(text=text, city=city, region=region, country=country))
    if located is not None:
        assert (located.latitude is None) == (located.precision is Precision.COUNTRY)
        assert len(located.country) == 2


@cache
def one_for_all():
    return SqliteGazetteer()
