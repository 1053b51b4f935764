"""What is kept in English is said anew in the reader's language: why a forecast moved, what is wrong, a mail."""

from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from milepost.carry.sending import with_reason
from milepost.model.forecasts import Basis, Why, WhyKind
from milepost.model.notices import Audience, Notice
from milepost.model.promises import Promise, Promiser
from milepost.notify.channels.sms.words import compose
from milepost.notify.render import Links, render
from milepost.react.words import WORDS
from milepost.show.buyer.windows import reason_of
from milepost.tongues.catalogs import tongue
from milepost.tongues.speech import speaking

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
MOVED = Basis(
    hours=(1.0,) * 7,
    stage="moving",
    since=NOW,
    model="rule",
    why=(Why(WhyKind.CLOSED, 48.0, "the weekend"), Why(WhyKind.ROUTE, 5.0)),
)
IN_ENGLISH = (
    "Nothing is delivered on the weekend: 2 days more. A part of the way took 5 hours longer than expected."
)
IN_GERMAN = (
    "Am Wochenende wird nicht zugestellt: 2 Tage mehr. "
    "Ein Teil des Weges hat 5 Stunden länger gedauert als erwartet."
)


def notice(template, **facts):
    return Notice(
        key="k",
        shop_id="shop",
        order_number="1001",
        shipment_id=None,
        audience=Audience.BUYER,
        channel="email",
        template=template,
        facts=facts,
        created_at=NOW,
    )


def test_a_reason_on_a_page_is_said_from_its_causes():
    promise = Promise(
        order_number="1001",
        shop_id="shop",
        shipment_id=None,
        promiser=Promiser.MILEPOST,
        source="forecast",
        name="delivery",
        kind="rule",
        from_at=None,
        to_at=NOW,
        offset_minutes=None,
        said_at=NOW,
        reason=IN_ENGLISH,
        basis=msgspec.json.encode(MOVED).decode(),
    )
    assert reason_of(promise) == IN_ENGLISH
    with speaking(tongue("de")):
        assert reason_of(promise) == IN_GERMAN


def test_a_reason_in_a_mail_is_said_from_its_causes():
    later = notice(
        "promise_later",
        why=IN_ENGLISH,
        basis=msgspec.json.encode(MOVED).decode(),
        now_to="2026-03-09T12:00:00+00:00",
        promised_to="2026-03-07T12:00:00+00:00",
    )
    sent = render(with_reason(later, "de"), Links(order="https://x.example"), language="de")
    assert sent.subject == "Jetzt erwartet: Montag, 9. März, später als gesagt"
    assert IN_GERMAN in sent.text
    assert IN_ENGLISH not in sent.text


def test_the_words_of_an_exception_kept_with_a_notice_are_looked_up_again():
    words = WORDS["customs_duties"]
    wrong = notice("exception_customs_duties", title=words.title, what=words.what, to_do=words.buyer)
    sent = render(wrong, Links(order="https://x.example"), language="es")
    assert sent.subject == "Hay aranceles o impuestos por pagar"
    assert "Paga el importe en la página del propio transportista" in sent.html


def test_a_seller_is_told_in_english_whatever_the_buyers_read():
    seller = replace(notice("carrier_back", carrier="Acme"), audience=Audience.SELLER)
    assert render(seller, Links(order="https://x.example"), language="de").subject == "Acme answers again"


def test_a_text_message_says_how_to_end_it_in_its_own_language_and_stop_stays_stop():
    with speaking(tongue("de")):
        text = compose("Mugs", "Zugestellt", "https://x.example/t/1")
    assert text == "Mugs: Zugestellt https://x.example/t/1 Abmelden mit STOP."


def test_a_mail_in_arabic_is_written_from_right_to_left():
    sent = render(notice("returned"), Links(order="https://x.example"), language="ar")
    assert '<html lang="ar" dir="rtl">' in sent.html
    assert "text-align: right" in sent.html
