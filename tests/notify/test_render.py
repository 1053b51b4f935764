"""What messages say, in both audiences, and that no fact can become markup."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from milepost.model.notices import Audience, Notice
from milepost.notify.render import Links, TemplateError, render, template_names
from milepost.react.notices import MILESTONES
from milepost.react.words import WORDS

LINKS = Links(order="https://track.example/t/abc?a=1&b=2", unsubscribe="https://track.example/u/abc")
FACTS = {
    "happened_at": "2026-11-22T14:31:00-05:00",
    "place": "Indianapolis, IN",
    "offset_minutes": "-300",
    "title": "Duties or taxes are due",
    "what": "Customs released the parcel, but a fee has to be paid.",
    "to_do": "Pay the amount.",
    "act_by": "2026-11-27T01:00:00+00:00",
    "promised_to": "2026-11-24T01:00:00+00:00",
    "now_to": "2026-11-26T01:00:00+00:00",
    "why": "The carrier named it.",
}


def notice(template, audience=Audience.BUYER, **facts):
    return Notice(
        key="k",
        shop_id="shop",
        order_number="576461413038785752",
        shipment_id="s1",
        audience=audience,
        channel="email",
        template=template,
        facts=FACTS | facts,
        created_at=datetime(2026, 11, 22, 19, 31, tzinfo=UTC),
    )


def test_the_whole_text_of_a_message_reads_like_this():
    message = render(notice("exception_customs_duties"), LINKS, shop_name="Marlow & Finch")
    assert message.subject == "Duties or taxes are due"
    assert message.text == (
        "Marlow & Finch · 576461413038785752\n"
        "\n"
        "Duties or taxes are due\n"
        "Sunday 22 November, 2:31 PM, last seen in Indianapolis, IN\n"
        "\n"
        "Customs released the parcel, but a fee has to be paid.\n"
        "\n"
        "What to do: Pay the amount. Best by Thursday 26 November.\n"
        "\n"
        "See what happens next: https://track.example/t/abc?a=1&b=2\n"
        "\n"
        "--\n"
        "You get this because you asked for news of this order.\n"
        "Stop these messages: https://track.example/u/abc\n"
    )


@pytest.mark.parametrize(
    ("template", "subject"),
    [
        ("delivered", "Delivered Sunday 22 November, 2:31 PM"),
        ("out_for_delivery", "Out for delivery Sunday 22 November"),
        ("attempted", "Nobody could take your parcel on Sunday 22 November"),
        ("available_for_pickup", "Ready to be collected in Indianapolis, IN"),
        ("returned", "Your parcel came back to the sender"),
        ("promise_later", "Now expected Wednesday 25 November, later than we said"),
    ],
)
def test_the_subject_carries_the_fact(template, subject):
    assert render(notice(template), LINKS).subject == subject


def test_there_are_words_for_everything_that_can_be_decided():
    about_ourselves = {"webhook_failing", "webhook_disabled", "sms_stopped", "carrier_broken", "carrier_back"}
    about_ourselves |= {"windows_drifted", "windows_back"}
    assert set(template_names()) == {
        *MILESTONES.values(),
        "promise_later",
        "passcode",
        "feedback",
        "confirmation",
        "my_orders",
        *about_ourselves,
    }
    for kind, words in WORDS.items():
        message = render(notice(f"exception_{kind}", title=words.title, what=words.what), LINKS)
        assert words.title in message.text


@pytest.mark.parametrize("template", [*template_names(), "exception_lost"])
def test_a_message_without_any_fact_still_reads(template):
    bare = render(replace(notice(template), facts={}), Links(order="https://track.example/t/abc"))
    assert bare.subject
    assert "None" not in bare.text + bare.html
    assert "Stop these messages" not in bare.text


def test_what_has_no_words_names_the_file_to_write():
    with pytest.raises(TemplateError, match=r"write notify/templates/words/teleported\.jinja"):
        render(notice("teleported"), LINKS)


@pytest.mark.parametrize("name", ["../../secret", "mail", "words/delivered"])
def test_a_template_name_cannot_lead_elsewhere(name):
    with pytest.raises(TemplateError):
        render(notice(name), LINKS)


def test_facts_cannot_become_markup_or_template():
    evil = '<script>alert(1)</script>{{ 7 * 7 }}"onload="x\r\nBcc: eve@example.com'
    message = render(notice("exception_held", title=evil, what=evil, place=evil), LINKS, shop_name=evil)
    assert "<script" not in message.html
    assert "{{ 7 * 7 }}" in message.text
    assert "\n" not in message.subject
    assert "\r" not in message.text


def test_styles_stand_in_the_tags_and_dark_mode_in_its_sheet():
    html = render(notice("delivered"), LINKS).html
    assert re.search(r'<a class="button"[^>]* style="[^"]*background', html)
    assert "prefers-color-scheme: dark" in html
    assert 'href="https://track.example/t/abc?a=1&amp;b=2"' in html
    assert "<img" not in html
    assert len(html) < 20_000


def test_a_scan_keeps_the_time_of_its_own_place_and_a_window_gets_the_doors():
    far = notice("delivered", happened_at="2026-11-22T14:31:00+08:00")
    assert "2:31 PM" in render(far, LINKS, zone="America/New_York").subject
    window = notice("promise_later", offset_minutes="")
    assert "Wednesday 25 November" in render(window, LINKS, zone="America/New_York").subject
    assert "Thursday 26 November" in render(window, LINKS, zone="Europe/Berlin").subject


def test_a_time_without_a_known_zone_says_so_or_stays_as_told():
    utc = notice("delivered", happened_at="2026-11-22T14:31:00+00:00", offset_minutes="")
    assert render(utc, LINKS).subject == "Delivered Sunday 22 November, 2:31 PM UTC"
    wall_clock = notice("delivered", happened_at="2026-11-22T14:31:00", offset_minutes="")
    assert render(wall_clock, LINKS, zone="Not/AZone").subject == "Delivered Sunday 22 November, 2:31 PM"


def test_an_unknown_language_gets_english():
    assert render(notice("delivered"), LINKS, language="xx").subject.startswith("Delivered Sunday")
    assert '<html lang="en" dir="ltr">' in render(notice("delivered"), LINKS, language="xx").html


def test_the_seller_hears_as_a_seller():
    message = render(
        notice("exception_lost", Audience.SELLER, title="Lost by the carrier"),
        Links(order="https://console.example/orders/1"),
    )
    assert message.subject == "Lost by the carrier: order needs you"
    assert "Open the order: https://console.example/orders/1" in message.text
    assert "because your shop's parcels are tracked" in message.text
    assert message.unsubscribe_url == ""
