"""Every made-up tracking number passes the carriers' own check, and the published samples do too."""

from random import Random

import pytest

from milepost_sandbox.world import numbers
from milepost_sandbox.world.providers import PROVIDERS, provider_for


def test_the_published_samples_have_the_check_digits_we_compute():
    assert numbers.mod10("5R8939035756712", odds=2) == "7"  # UPS 1Z5R89390357567127
    assert numbers.weighted("98657878885", numbers.FEDEX_WEIGHTS) == "5"  # FedEx 986578788855
    assert numbers.mod10("940011120620640626078", evens=3, reverse=True) == "7"  # USPS 9400111206206406260787
    assert numbers.mod7("331881002") == "5"  # DHL 3318810025
    assert numbers.s10_digit("12345678") == "5"  # RB123456785GB


@pytest.mark.parametrize("serial", [1, 77, 12_345, 9_999_999])
def test_a_made_number_has_the_right_shape_and_check_digit(serial):
    rng = Random(f"numbers/{serial}")
    ups = numbers.ups(rng, "ground", serial)
    assert (len(ups), ups[:2], ups[8:10]) == (18, "1Z", "03")
    assert ups[-1] == numbers.mod10(ups[2:-1], odds=2)
    fedex = numbers.fedex(rng, "express", serial)
    assert (len(fedex), fedex[0] in "6789") == (12, True)
    assert fedex[-1] == numbers.weighted(fedex[:-1], numbers.FEDEX_WEIGHTS)
    usps = numbers.usps(rng, "ground", serial)
    assert (len(usps), usps[:2]) == (22, "94")
    assert usps[-1] == numbers.mod10(usps[:-1], evens=3, reverse=True)
    dhl = numbers.dhl(rng, "international", serial)
    assert len(dhl) == 10
    assert dhl[-1] == str(int(dhl[:-1]) % 7)
    royal_mail = provider_for("royal_mail", "GB").make_number(rng, "ground", serial)
    assert (len(royal_mail), royal_mail[:2], royal_mail[-2:]) == (13, "RB", "GB")
    assert royal_mail[-3] == numbers.s10_digit(royal_mail[2:10])


def test_different_serials_give_different_numbers_for_every_provider():
    for provider in PROVIDERS:
        made = {provider.make_number(Random("same"), "ground", serial) for serial in range(200)}
        assert len(made) == 200, provider.name


def test_every_provider_has_a_tiktok_id_of_its_own():
    assert len({provider.provider_id for provider in PROVIDERS}) == len(PROVIDERS)
