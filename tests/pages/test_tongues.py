"""No sentence of a buyer's page or message escapes the catalogs, and each reader is spoken to in theirs."""

import re
from dataclasses import replace
from html.parser import HTMLParser

from milepost.model.notices import Audience, Notice
from milepost.model.people import View
from milepost.model.statuses import Status
from milepost.notify.render import Links, render, template_names
from milepost.react.words import WORDS
from milepost.tongues.catalogs import OFFERED, tongue
from milepost.tongues.pseudo import PSEUDO
from tests.pages.buyer_stage import START
from tests.sim.tiers import TIER
from tests.tidy.tree import told as told_all

DISGUISED = re.compile(r"⟦[^⟦⟧]*⟧")
PLAIN_WORD = re.compile(r"[A-Za-z]{3,}")
SHOWN_TO_PEOPLE = ("aria-label", "alt", "title", "placeholder")
ZONE = re.compile(r"[A-Z]{3,5}")  # of a clock: `CEST`
UNSAID = ("style", "script", "code")
OURS = {"Milepost", "UTC", "JPEG", "PNG", "WebP", "CSV", "com", "example", "org"}
OPEN_ENDED = {"br", "input", "meta", "link", "img", "hr", "path", "rect", "circle", "use", "stop", "source"}


class Said(HTMLParser):
    """What a page says: its texts and labels, but for what is in another language and says so."""

    def __init__(self, page):
        super().__init__()
        self.told, self._open = [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        quiet = self._is_quiet or told.get("lang", "-") in ("", "en", *OFFERED) or tag in UNSAID
        quiet = quiet or told.get("aria-hidden") == "true"  # signs on the map, which are names
        if not quiet:
            self.told += [told[name] for name in SHOWN_TO_PEOPLE if told.get(name)]
        if tag not in OPEN_ENDED:
            self._open.append((tag, quiet))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in OPEN_ENDED:
            self._open.pop()

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, text):
        if text.strip() and not self._is_quiet:
            self.told.append(" ".join(text.split()))

    @property
    def _is_quiet(self):
        return bool(self._open) and self._open[-1][1]


def escaped(page, known):
    """Plain words outside every sentence of a catalog, and what stands around them."""
    return [
        f"{word}: {text[:80]}"
        for text in Said(page).told
        for word in PLAIN_WORD.findall(without_sentences(text))
        if word not in known and not ZONE.fullmatch(word)
    ]


def without_sentences(text):
    """Sentences stand in brackets, sometimes one in another; what is left was said by nobody's catalog."""
    while DISGUISED.search(text):
        text = DISGUISED.sub(" ", text)
    return text


def names_of(site, row):
    """What is no sentence: shops, things, people, towns and carriers."""
    store, facts = site.milepost.app.store, row.facts
    contact = site.call(store.contact(facts.shop_id, facts.order_number))
    to = facts.destination
    told = [to.city, to.region, *(f"{one.title} {one.variant}" for one in facts.items)]
    told += [contact.name or "", contact.address or "", contact.email or ""]
    told += [shop.name for shop in site.call(store.shops())]
    for shipment in site.shipments(row):
        told += [shipment.shipment.service, shipment.shipment.provider_name]
        events = site.call(store.shipment_events([shipment.shipment.shipment_id]))
        for event in (one for found in events.values() for one in found):
            place = event.event.place if hasattr(event, "event") else event.place
            told += [place.raw.city, place.raw.region, place.raw.text]
            told += [place.located.city, place.located.region] if place.located else []
    told += [carrier.card.name for carrier in site.milepost.app.carriers.values()]
    words = {word for text in told for word in PLAIN_WORD.findall(text or "")}
    return OURS | words | {word.title() for word in words} | {word.upper() for word in words}


FACTS = {
    "happened_at": "2026-11-22T14:31:00-05:00",
    "place": "Indianapolis",
    "code": "12345678",
    "act_by": "2026-11-27T01:00:00+00:00",
    "placed_at": "2026-11-20T01:00:00+00:00",
    "promised_from": "2026-11-23T01:00:00+00:00",
    "promised_to": "2026-11-24T01:00:00+00:00",
    "now_to": "2026-11-26T01:00:00+00:00",
    "to": "Indianapolis",
    "items": "2 × Mug",
}


def test_no_sentence_of_a_buyers_mail_escapes_the_catalogs():
    for_sellers = {"feedback", "sms_stopped", "windows_back", "windows_drifted"}
    names = [one for one in template_names() if not one.startswith(("carrier_", "webhook_"))]
    told = [(name, {}) for name in names if name not in for_sellers]
    told += [
        (f"exception_{kind}", {"title": words.title, "what": words.what, "to_do": words.buyer})
        for kind, words in WORDS.items()
    ]
    wrong = []
    for name, facts in told:
        notice = Notice(
            key="k",
            shop_id="shop",
            order_number="1001",
            shipment_id=None,
            audience=Audience.BUYER,
            channel="email",
            template=name,
            facts=FACTS | facts,
            created_at=START,
        )
        for place in ("Indianapolis", ""):
            sent = replace(notice, facts={**notice.facts, "place": place})
            message = render(
                sent, Links(order="https://x.example", unsubscribe="https://x.example"), language=PSEUDO
            )
            assert f'<html lang="{PSEUDO}" dir="ltr">' in message.html
            wrong += [f"{name}: {one}" for one in escaped(message.html, {"Indianapolis", "Mug"})]
            text = without_sentences(f"{message.subject} {message.text}").replace("https://x.example", "")
            wrong += [
                f"{name}, text: {one}" for one in set(PLAIN_WORD.findall(text)) - {"Indianapolis", "Mug"}
            ]
    assert not wrong, told_all(wrong)


def test_a_reader_is_spoken_to_in_the_language_they_chose_or_their_browser_did(site):
    other = next(one for one in OFFERED if one != "en")
    with site.visitor() as reader:
        plain = reader.get("/")
        of_browser = reader.get("/", headers={"accept-language": f"{other}-XX,en;q=0.5"})
        chosen = reader.get(f"/?lang={other}")
        kept = reader.get("/no/page", headers={"accept-language": "en"})
        unknown = reader.get("/?lang=../../en")
        console = reader.get("/console", headers={"accept-language": other})
        refused = reader.post("/track", data={"number": "?"})
    assert '<html lang="en" dir="ltr"' in plain.text
    assert "set-cookie" not in of_browser.headers
    assert [f'<html lang="{other}"' in one.text for one in (of_browser, chosen, kept, unknown)] == [True] * 4
    assert '<html lang="en"' in console.text or console.is_redirect
    assert f'href="/?lang={other}"' in refused.text  # an address that only takes forms has no page of its own


def test_an_order_is_shown_in_the_language_its_messages_were_asked_for_in(site):
    row = site.order_with(Status.IN_TRANSIT)
    number, wish = row.facts.order_number, {"address": "reader@example.com", "do": "on", "language": "de"}
    with site.visitor() as reader, site.visitor() as other:
        for one in (reader, other):
            one.get(f"/t/{site.token(row)}")
        assert reader.post(f"/orders/{number}/notices", data=wish).status_code == 303
        known = other.get(f"/orders/{number}", headers={"accept-language": "fr"}).text
        other.cookies.set("lang", "es")
        chosen = other.get(f"/orders/{number}").text
        other.post(f"/orders/{number}/notices", data={"do": "off"})
    assert '<html lang="de"' in known
    assert '<html lang="es"' in chosen


def test_the_catalogs_are_asked_once_and_kept():
    assert all(tongue(one) is tongue(one) for one in OFFERED)


def looked_at(site):
    """One order of each status and one of several parcels; every order in the large run."""
    if TIER.name == "sim":
        return site.orders()
    found = {}
    for row in site.orders():
        statuses = [one.status for one in site.shipments(row)]
        found.setdefault(statuses[0] if len(statuses) == 1 else len(statuses) > 1, row)
    return list(found.values())


def test_no_sentence_of_a_buyers_page_escapes_the_catalogs(site):
    wrong = []
    with site.visitor() as reader:
        reader.cookies.set("lang", PSEUDO)
        for row in looked_at(site):
            known = names_of(site, row)
            number = row.facts.order_number
            for view in (View.FULL, View.TOWN) if TIER.name == "sim" else (View.FULL,):
                reader.get(f"/t/{site.token(row, view)}")
                for path in ("", "/confirmation", "/problem?field=address", "/passcode"):
                    page = reader.get(f"/orders/{number}{path}")
                    assert f'<html lang="{PSEUDO}"' in page.text, path
                    wrong += [f"/orders/…{path}: {one}" for one in escaped(page.text, known)]
        for path in (
            "/",
            "/claim",
            "/mine",
            "/passcode",
            "/track/1Z5R89390357567127",
            "/t/nobody",
            "/no/page",
        ):
            wrong += [f"{path}: {one}" for one in escaped(reader.get(path).text, OURS)]
    assert not wrong, told_all(sorted(set(wrong)))


def test_only_pages_in_vietnamese_ask_for_its_letters(site):
    with site.visitor() as browser:
        asks = {
            tag: "hanken-grotesk-vietnamese" in browser.get(f"/?lang={tag}", follow_redirects=True).text
            for tag in OFFERED
        }
    assert [tag for tag, does in asks.items() if does] == ["vi"]
