"""A slip of the pen is forgiven only where one great town can be meant."""

import pytest

from milepost.places.postal import prefixes_of
from milepost.places.slips import meant_by, slips
from milepost.places.towns import Town, among_namesakes


def town(key, *, people=100_000, admin1="GD", at=(0, 0), country="CN"):
    return Town(key, 1, key.title(), country, admin1, *at, 0, people)


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [("SHENZEN", "SHENZHEN", 1), ("ANGLES", "ANGELES", 1), ("TEH", "THE", 1), ("AB", "AB", 0), ("", "AB", 2)],
)
def test_slips_are_letters_put_in_left_out_changed_or_swapped(one, other, count):
    assert slips(one, other) == count


def test_the_one_town_that_is_near_is_meant_and_none_between_equals():
    shenzhen, guangzhou, quanzhou = town("SHENZHEN"), town("GUANGZHOU"), town("QUANZHOU", admin1="FJ")
    every = [shenzhen, guangzhou, quanzhou]
    assert meant_by("SHENZEN", every, is_state_told=False) == shenzhen
    assert meant_by("GUANZHOU", every, is_state_told=False) == guangzhou
    assert meant_by("GUNGZHOU", [*every, town("GANGZHOU")], is_state_told=False) is None
    assert meant_by("SHENZN", every, is_state_told=False) is None
    assert meant_by("XHENZHEN", every, is_state_told=True) is None  # nobody mistakes the first letter
    assert meant_by("ROMA", [town("ROME")], is_state_told=True) is None


def test_a_town_listed_twice_is_no_namesake_of_itself():
    towns = [town("HAT", people=50_000), town("HAT", people=40_000, at=(500, 500))]
    assert among_namesakes(towns, None).town == towns[0]
    far = [towns[0], town("HAT", people=40_000, at=(50_000, 0))]
    assert among_namesakes(far, None).town is None
    assert among_namesakes(far, (5.0, 0.0)).town == far[1]


@pytest.mark.parametrize(
    ("code", "country", "prefixes"),
    [
        ("NW10", "GB", ("NW10", "NW")),
        ("SW1A", "GB", ("SW1A", "SW1", "SW")),
        ("B49", "GB", ("B49", "B")),
        ("K1A", "CA", ("K1A", "K1")),
        ("36286", "DE", ("3628", "362", "36", "3")),
        ("ABC", "GB", ()),
        ("LAX1", "DE", ()),
        ("7", "FR", ()),
    ],
)
def test_a_postal_code_is_looked_up_by_its_beginnings(code, country, prefixes):
    assert prefixes_of(code, country) == prefixes
