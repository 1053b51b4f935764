"""However a tracking number is pasted, it is the same number."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import milepost
from milepost.identify.candidates import Identifier
from milepost.identify.numbers import READINGS_MAX, readings, without_routing
from milepost.sources.cards import card
from milepost.sources.posts import with_posts

FOLDERS = Path(milepost.__file__).parent / "sources/carriers"
identify = Identifier(with_posts({path.parent.name: card(path) for path in FOLDERS.glob("*/carrier.toml")}))


@pytest.mark.parametrize(
    "text",
    [
        "1Z5R89390357567127",
        " 1z 5r8 939 03 5756 7127 ",
        "1Z-5R89-3903-5756-7127",
        "1Z5R8939\u2011035756\u20137127",
        "1 Z 5 R 8 9 3 9 0 3 5 7 5 6 7 1 2 7",
        "１Ｚ５Ｒ８９３９０３５７５６７１２７",  # full-width, as a Japanese or Chinese keyboard writes it
        "1Z5R\u00a08939\u20090357\u200b567127",
        "1Z5R89390\n357567127",
        "Tracking number: 1Z5R89390357567127",
        "Numéro de suivi : 1Z5R 8939 0357 5671 27",
        "№1Z5R89390357567127",
        "<td>2026-11-03</td><td>1Z5R89390357567127</td><td>€ 12,90</td>",
        "tracking_number%3D1Z5R89390357567127%0A",
        "Tracking:&nbsp;1Z5R89390357567127<br/>",
        "Order 576461413038785752 shipped 2026-11-03, tracking 1Z5R89390357567127, total $23.99",
        "我的包裹1Z5R89390357567127还没有收到",
        "Shop ơi đơn 1z5r89390357567127 của mình sao chưa giao vậy?",
        "Wo bleibt 1Z5R89390357567127? Rufen Sie mich an: +49 151 23456789",
        "https://www.ups.com/track?loc=en_US&tracknum=1Z5R89390357567127",
        "ups.com/track?loc=de_DE&requester=QUIC&tracknum=1Z5R%208939%200357%205671%2027/trackdetails",
        "www.ups.com/track?tracknum=1Z5R89390357567127",
        "see https://t.17track.net/en#nums=1Z5R89390357567127",
        "https://www.royalmail.com/track-your-item#/tracking-results/1Z5R89390357567127",
        "https://www.evri.com/track/parcel/1Z5R89390357567127",
        '<a href="https://www.ups.com/track?tracknum=1Z5R89390357567127">here</a>',
        "https://tools.usps.com/go/TrackConfirmAction?tLabels=1Z5R89390357567127,9400111206206406260787",
    ],
)
def test_a_number_is_the_same_however_it_is_pasted(text):
    assert identify(text).number == "1Z5R89390357567127"


@pytest.mark.parametrize(
    "text",
    ["", "   ", "—", "https://www.example.com/en/track", "buyer94001112@example.com", "where is my lamp?"],
)
def test_no_number_is_an_empty_text(text):
    assert identify(text).number == ""


@pytest.mark.parametrize(
    "text",
    [
        "420981019400111206206406260787",
        "420 98101 9400 1112 0620 6406 2607 87",
        "(420) 98101 (94) 00111206206406260787",
        "]C1420981019400111206206406260787",
        "42098101\x1d9400111206206406260787",
    ],
)
def test_a_postal_labels_routing_is_no_part_of_the_number_and_is_told_without_the_zip_code(text):
    found = identify(text)
    assert (found.number, found.answer) == ("9400111206206406260787", "usps")
    assert "it carries a postal label's routing before it" in found.candidates[0].reasons
    assert "98101" not in str(found.candidates)


@pytest.mark.parametrize(
    ("number", "zip_code", "rest"),
    [
        ("420981019400111206206406260787", "98101", "9400111206206406260787"),
        ("4201002334249200190132607600833457", "100233424", "9200190132607600833457"),
        ("9400111206206406260787", None, "9400111206206406260787"),
        ("420123", None, "420123"),
    ],
)
def test_routing_is_split_off(number, zip_code, rest):
    assert without_routing(number) == (zip_code, rest)


def test_dots_that_belong_to_a_number_stay():
    assert identify("đơn GHTK S22148965.SG4.J13.860123401 đâu rồi").number == "S22148965.SG4.J13.860123401"


@given(st.text(max_size=3_000))
def test_any_text_at_all_gives_a_bounded_plain_number(text):
    number = identify(text).number
    assert len(number) <= 60
    assert number == number.upper()
    assert identify(number).number == number


def test_a_text_made_to_be_slow_is_read_within_bounds():
    for text in (
        "1 " * 1_000,
        "1Z" * 1_000,
        "420" * 600,
        "http://" * 300,
        "(" * 2_000,
        "<a" * 1_000,
        "1.1" * 600,
    ):
        assert len(readings(text)) <= READINGS_MAX
