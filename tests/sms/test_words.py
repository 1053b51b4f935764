"""What a text message says and costs: segments as providers count them, numbers as the world writes them."""

import pytest

from milepost.notify.channels.sms.callbacks import sign
from milepost.notify.channels.sms.numbers import country_of, e164
from milepost.notify.channels.sms.words import SEGMENTS_MAX, compose, segments

LINK = "https://milepost.example/t/" + "x" * 32


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # no pair is torn apart
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
    ],
)
def test_segments_are_counted_like_this(text, count):
    assert segments(text) == count


@pytest.mark.parametrize(
    ("shop", "told"),
    [
        ("Marlow & Finch", "Delivered Sunday 22 November, 2:31 PM"),
        ("Café “Zoë”", "Livré à l’instant…"),
        ("商店" * 30, "已送达" * 60),
        ("🙂" * 50, "🙂" * 200),
        ("", "x" * 2_000),
        ("A\nB\u202eC", "one\r\ntwo\x00three"),
    ],
)
def test_a_message_has_two_segments_at_most_and_its_whole_link(shop, told):
    text = compose(shop, told, LINK)
    assert segments(text) <= SEGMENTS_MAX
    assert LINK in text
    assert text.endswith("STOP ends these.")
    assert "\n" not in text
    assert "\u202e" not in text


def test_accents_give_way_to_a_cheaper_message():
    assert compose("", "Livré à l’instant: çà et là", LINK).startswith("Livré à l'instant: cà et là")
    assert compose("", "Đã giao: đang chờ bạn", LINK).startswith("Da giao: dang cho ban")


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+1 (212) 555-0142", "", "+12125550142"),
        ("(+1)2125550142", "", "+12125550142"),
        ("212-555-0142", "US", "+12125550142"),
        ("1 212 555 0142", "US", "+12125550142"),
        ("0044 20 7946 0018", "", "+442079460018"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("8 701 234 56 78", "", None),
        ("7012345678", "KZ", "+77012345678"),
        ("", "US", None),
        ("911", "US", None),
        ("+1 112 555 0142", "", None),
        ("+12125550142x9", "", None),
        ("+1" * 40, "", None),
        ("٢١٢٥٥٥٠١٤٢", "US", None),
    ],
)
def test_a_number_is_read_like_this(text, country, number):
    assert e164(text, country) == number


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+12125550142", "US"),
        ("+14165550142", "CA"),
        ("+18765550142", "JM"),
        ("+18095550142", "DO"),
        ("+19005550142", None),
        ("+18005550142", None),
        ("+447911123456", "GG"),
        ("+447400123456", "GB"),
        ("+447012345678", None),
        ("+74951234567", "RU"),
        ("+77012345678", "KZ"),
        ("+881612345678", None),
        ("+97912345678", None),
        ("+999123456789", None),
    ],
)
def test_a_number_rings_in_this_country(number, country):
    assert country_of(number) == country


def test_the_published_example_of_a_signature_comes_out():
    fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ]
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert sign(url, fields, "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
