"""Check digits of every formula, against numbers that real carriers printed (carriers.md §8.1, §8.2)."""

import pytest

from milepost.identify.checks import FORMULAS, expected
from milepost.model.carriers import NumberPattern


def pattern(check, **parameters):
    return NumberPattern(name="a shape", regex="", check=check, **parameters)


@pytest.mark.parametrize(
    ("shape", "serial", "check"),
    [
        (pattern("mod10", odds=2), "5R8939035756712", "7"),  # 1Z5R89390357567127
        (pattern("mod10", odds=2), "150623562", "0"),  # K1506235620: its letter does not count
        (pattern("mod10", odds=3), "04144176022896", "4"),
        (pattern("mod10", evens=3), "0307179000052348374", "1"),
        (pattern("mod10", evens=3, reverse=True), "940011120620640626078", "7"),
        (pattern("mod10", evens=3, prefix="91"), "7196901075600307738", "5"),
        (pattern("mod7"), "331881002", "5"),
        (pattern("mod7"), "7389105114", "6"),
        (pattern("s10"), "12345678", "5"),  # RB123456785GB
        (pattern("weighted", weights=(3, 1, 7)), "98657878885", "5"),
        (pattern("weighted", weights=(1, 7, 3)), "0077901797269", "7"),
        (pattern("luhn"), "32059546393", "8"),
        (pattern("luhn"), "0720956276", "3"),
        (pattern("mod37_36"), "09980000020033", "F"),
    ],
)
def test_a_printed_number_ends_in_its_check_digit(shape, serial, check):
    assert expected(shape, serial) == check


def test_every_formula_has_a_printed_number_above():
    assert sorted(FORMULAS) == ["luhn", "mod10", "mod37_36", "mod7", "s10", "weighted"]


@pytest.mark.parametrize(("rest", "digit"), [(0, "5"), (1, "0")])
def test_the_postal_unions_two_rests_apart(rest, digit):
    serial = next(f"{n:08d}" for n in range(1, 10_000) if weighted_rest(f"{n:08d}") == rest)
    assert expected(pattern("s10"), serial) == digit


def weighted_rest(serial):
    return sum(int(d) * w for d, w in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
