"""However a tracking number is pasted, it is the same number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milepost.identify.numbers import normalize, without_routing


@pytest.mark.parametrize(
    "text",
    [
        "1Z5R89390357567127",
        " 1z 5r8 939 03 5756 7127 ",
        "1Z-5R89-3903-5756-7127",
        "１Ｚ５Ｒ８９３９０３５７５６７１２７",  # full-width, as a Japanese or Chinese keyboard writes it
        "1Z5R\u00a08939\u20090357\u200b567127",
        "Tracking number: 1Z5R89390357567127",
        "https://www.ups.com/track?loc=en_US&tracknum=1Z5R89390357567127",
        "www.ups.com/track?tracknum=1Z5R89390357567127",
        "see https://t.17track.net/en#nums=1Z5R89390357567127",
        "https://www.royalmail.com/track-your-item#/tracking-results/1Z5R89390357567127",
        "https://www.evri.com/track/parcel/1Z5R89390357567127",
        "https://tools.usps.com/go/TrackConfirmAction?tLabels=1Z5R89390357567127,9400111206206406260787",
    ],
)
def test_a_number_is_the_same_however_it_is_pasted(text):
    assert normalize(text) == "1Z5R89390357567127"


@pytest.mark.parametrize("text", ["", "   ", "—", "https://www.example.com/en/track"])
def test_no_number_is_an_empty_text(text):
    assert normalize(text) == ""


@pytest.mark.parametrize(
    ("number", "zip_code", "rest"),
    [
        ("420981019400111206206406260787", "98101", "9400111206206406260787"),
        ("4201002334249200190132607600833457", "100233424", "9200190132607600833457"),
        ("9400111206206406260787", None, "9400111206206406260787"),
        ("420123", None, "420123"),
    ],
)
def test_routing_is_understood_and_stays_in_the_number(number, zip_code, rest):
    assert normalize(number) == number
    assert without_routing(number) == (zip_code, rest)


@given(st.text(max_size=3_000))
def test_any_text_at_all_gives_a_bounded_plain_number(text):
    number = normalize(text)
    assert len(number) <= 60
    assert number == "" or (number.isascii() and number.isalnum() and number == number.upper())
    assert normalize(number) == number
