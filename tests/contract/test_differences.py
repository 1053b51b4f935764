"""What differs between two bodies is little when they are alike, and leads back to the second, byte for byte."""

import random

import pytest

from milepost.store.difference import STRETCH_BYTES_MAX, difference, with_difference

ROUNDS = 400
SIZE_MAX = 20_000


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (b"", b""),
        (b"", b"something"),
        (b"something", b""),
        (b"same", b"same"),
        (b"aaaa", b"aaaaaaaa"),
        (b"aaaaaaaa", b"aaaa"),
        (b"abcabc", b"abcabcabc"),
        (b"x" * 4096, b"x" * 4095),
        (b"x" * 10_000 + b"y", b"x" * 10_000 + b"z"),
    ],
)
def test_it_leads_back(earlier, later):
    assert with_difference(earlier, difference(earlier, later)) == later


def test_it_leads_back_from_anything_to_anything():
    seed = 2026
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        earlier = chance.randbytes(chance.randint(0, SIZE_MAX))
        start, end = sorted(chance.randint(0, len(earlier)) for _ in range(2))
        later = earlier[:start] + chance.randbytes(chance.choice([0, 1, 40, 5_000])) + earlier[end:]
        assert with_difference(earlier, difference(earlier, later)) == later


@pytest.mark.parametrize("size", [200, 6_000, 900_000])
def test_an_id_that_differs_is_few_bytes_however_large_the_body(size):
    body = b'{"request_id": "%s", "data": ' + random.Random(size).randbytes(size) + b"}"
    earlier, later = (body.replace(b"%s", b"%032X" % (2**120 + one), 1) for one in (1, 2**100))
    assert len(difference(earlier, later)) <= 40


def test_bodies_that_differ_over_a_long_stretch_have_no_difference_worth_keeping():
    stretch = bytes(STRETCH_BYTES_MAX)
    longest = difference(b"a body", b"a " + stretch + b"body")
    assert with_difference(b"a body", longest) == b"a " + stretch + b"body"
    assert difference(b"a body", b"a" + stretch + b"b" + b"body") is None


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"x",
        b"\x93\x01\xc4\x01x\x01",
        b"\xff" * 50,
        b"\x93\xff\xc4\x02\x03\x00\x01",
        b"\x93\x05\xc4\x02\x03\x00\x05",
    ],
    ids=["nothing", "a letter", "cut", "noise", "less than no bytes", "of a longer body"],
)
def test_what_is_no_difference_is_said_to_be_none(told):
    with pytest.raises(ValueError, match=r"cannot be read|another body, or is cut"):
        with_difference(b"a body", told)
