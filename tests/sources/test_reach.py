"""How to reach a carrier: every card's links, contacts and rules are whole, dated and tell nothing of people."""

import re
from datetime import date
from urllib.parse import urlsplit

import pytest

from milepost.model.carriers import CarrierCard, NumberPattern
from milepost.model.reach import Confidence, ContactKind, ContactPoint, CountsFrom, Policy, Topic, Unit
from milepost.sources.cards import CatalogError, card
from milepost.sources.catalog import SOURCES

CARDS = {path.parent.name: card(path) for path in sorted(SOURCES.glob("carriers/*/carrier.toml"))}
EVERY_CARD = pytest.mark.parametrize("told", CARDS.values(), ids=CARDS)
ODD_NUMBER = "A/B?1&2#3 4"
QUOTED = "A%2FB%3F1%262%233%204"
WRITTEN_ON = date(2026, 11, 22)
LENGTHS_MAX = {Unit.DAYS: 400, Unit.BUSINESS_DAYS: 60, Unit.MONTHS: 24}
SOMEBODYS_MAIL = re.compile(r"[^\s@\"]+@[^\s@\"]+\.[a-z]{2,}")
CARD = 'name = "Acme"\ntracking_url = "https://acme.example/{n}"\n'
DATED = 'source = "a page"\nchecked_on = 2026-11-22\nconfidence = "low"\n'
CONTACT = f'[[contacts]]\nkind = "chat"\nto = "https://acme.example/chat"\n{DATED}'
POLICY = f'[[policies]]\ntopic = "claim_loss"\ntext = "Soon."\n{DATED}'


@EVERY_CARD
def test_a_cards_link_carries_the_number_quoted(told):
    countries = {country for one in told.contacts for country in one.countries}
    pages = {told.page_of(ODD_NUMBER, country) for country in {"", "US", *countries}} - {""}
    assert pages, "no page about a number, anywhere"
    for page in pages:
        assert QUOTED in page
        assert "{n}" not in page
        assert urlsplit(page).scheme == "https"


@EVERY_CARD
def test_a_cards_facts_have_a_source_and_a_date_that_is_past(told):
    facts = [*told.contacts, *told.policies]
    assert told.source
    assert told.checked_on
    assert all(fact.source for fact in facts)
    assert all(date(2026, 1, 1) <= fact.checked_on <= WRITTEN_ON for fact in [told, *facts])


@EVERY_CARD
def test_what_is_sure_of_a_number_shape_has_a_source(told):
    wrong = [one.name for one in told.patterns if one.confidence.is_confirmed and not one.source]
    assert not wrong


@EVERY_CARD
def test_a_cards_numbers_are_of_a_likely_size(told):
    for policy in told.policies:
        assert len(policy.text) <= 240, policy.text
        assert policy.count is None or 1 <= policy.count <= 5
        assert policy.within is None or 1 <= policy.within <= LENGTHS_MAX[policy.unit], policy.text
        assert policy.amount is None or 1 <= policy.amount <= 5_000, policy.text
        numbers = [n for n in (policy.count, policy.within, policy.not_before, policy.amount) if n and n > 1]
        assert not numbers or re.search(r"\d|one|two|three|seven|ten", policy.text.casefold()), policy.text
    assert len(told.contacts) <= 20
    assert len(told.policies) <= 30


@EVERY_CARD
def test_a_card_holds_nobodys_address(told):
    text = (SOURCES / "carriers" / told.key / "carrier.toml").read_text("utf-8")
    assert not SOMEBODYS_MAIL.findall(text)


def acme(folder, text):
    (folder / "acme").mkdir()
    path = folder / "acme" / "carrier.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CARD + CONTACT.replace("chat", "fax", 1), r"Invalid enum value 'fax'.*contacts\[0\].kind"),
        (CARD + CONTACT.replace("https:", "http:"), r"contact 1: to: write `http://acme"),
        (
            CARD + CONTACT.replace('"chat"', '"phone"'),
            r"contact 1: to: `https://acme.example/chat` is no phone",
        ),
        (CARD + CONTACT.replace('"chat"', '"tracking"'), r"contact 1: to: put \{n\} where"),
        (CARD + CONTACT.replace('"a page"', '""'), r"contact 1: source: say where it is from"),
        (CARD + CONTACT + 'countries = ["usa"]', r"contact 1: countries: write `usa` as two capital letters"),
        (CARD + CONTACT + 'fax = "1"', r"contact 1: `fax` is not a key"),
        (CARD + CONTACT.replace("2026-11-22", '"lately"'), r"contacts\[0\].checked_on"),
        (CARD + POLICY.replace("claim_loss", "claims"), r"Invalid enum value 'claims'.*policies\[0\].topic"),
        (CARD + POLICY.replace('"low"', '"quite"'), r"Invalid enum value 'quite'.*policies\[0\].confidence"),
        (CARD + POLICY.replace('source = "a page"\n', ""), r"`source` - at `\$.policies\[0\]"),
        (CARD + POLICY + 'within = "60"', r"policies\[0\].within"),
        (CARD + POLICY + "within = 10\nnot_before = 20", r"policy 1: not_before: later than `within`"),
        (CARD + POLICY + "within = -1", r"policy 1: within, not_before, count: zero or more"),
        (CARD + POLICY + 'counts_from = "shipped"', r"policy 1: counts_from: say how long"),
        (CARD + POLICY + "amount = 100", r"policy 1: amount, currency: one needs the other"),
        (CARD + POLICY + 'amount = 100\ncurrency = "$"', r"policy 1: currency: write `\$` as three capital"),
    ],
)
def test_a_wrong_fact_is_refused_with_its_file_and_its_field(tmp_path, text, said):
    with pytest.raises(CatalogError, match=rf"carrier.toml.*{said}"):
        card(acme(tmp_path, text))


def policy(**words):
    return Policy(
        topic=Topic.CLAIM_LOSS,
        text="",
        source="a page",
        checked_on=WRITTEN_ON,
        confidence=Confidence.LOW,
        **words,
    )


@pytest.mark.parametrize(
    ("words", "counted_from", "first", "last"),
    [
        ({"within": 60, "counts_from": CountsFrom.SHIPPED}, "2026-01-13", None, "2026-03-14"),
        ({"within": 60, "not_before": 15, "counts_from": CountsFrom.SHIPPED}, "2026-01-13", "2026-01-28", "2026-03-14"),
        ({"within": 5, "unit": Unit.BUSINESS_DAYS, "counts_from": CountsFrom.ATTEMPTED}, "2026-11-20", None, "2026-11-27"),
        ({"within": 1, "unit": Unit.BUSINESS_DAYS, "counts_from": CountsFrom.ATTEMPTED}, "2026-11-21", None, "2026-11-23"),
        ({"within": 9, "unit": Unit.MONTHS, "counts_from": CountsFrom.SHIPPED}, "2026-05-31", None, "2027-02-28"),
        ({"within": 1, "unit": Unit.MONTHS, "counts_from": CountsFrom.SHIPPED}, "2026-11-30", None, "2026-12-30"),
        ({"within": 60}, "2026-01-13", None, None),
        ({}, "2026-01-13", None, None),
    ],
)  # fmt: skip
def test_a_deadline_is_a_day_in_the_calendar(words, counted_from, first, last):
    told, start = policy(**words), date.fromisoformat(counted_from)
    assert [str(day) if day else None for day in (told.first_day(start), told.last_day(start))] == [
        first,
        last,
    ]


def contact(kind, to, *countries):
    return ContactPoint(
        kind=kind,
        to=to,
        countries=countries,
        source="a page",
        checked_on=WRITTEN_ON,
        confidence=Confidence.MEDIUM,
    )


def test_the_countrys_own_way_to_reach_a_carrier_comes_first_and_another_countrys_never():
    told = CarrierCard(
        key="acme",
        name="Acme",
        tracking_url="https://acme.example/{n}",
        contacts=(
            contact(ContactKind.TRACKING, "https://acme.example/th/{n}", "TH"),
            contact(ContactKind.CHAT, "https://acme.example/chat"),
            contact(ContactKind.CHAT, "https://acme.example/chat/th", "TH"),
            contact(ContactKind.PHONE, "1-800-000-0000", "US"),
        ),
    )
    assert told.page_of("1 2", "TH") == "https://acme.example/th/1%202"
    assert told.page_of("1 2", "US") == told.page_of("1 2") == "https://acme.example/1%202"
    assert told.contact(ContactKind.CHAT, "th").to.endswith("/th")
    assert told.contact(ContactKind.CHAT, "US").to.endswith("/chat")
    assert told.contact(ContactKind.PHONE, "TH") is None
    assert told.contact(ContactKind.PHONE).to == "1-800-000-0000"


def test_a_card_says_what_is_not_confirmed_and_the_worst_of_several_counts():
    told = CarrierCard(
        key="acme",
        name="Acme",
        tracking_url="https://acme.example/{n}",
        confidence=Confidence.HIGH,
        patterns=(NumberPattern(name="acme_nine", regex=r"ACM\d{9}"),),
        contacts=(contact(ContactKind.CHAT, "https://acme.example/chat"),),
        policies=(policy(), policy()),
    )
    assert told.trust() == {
        "tracking page": True,
        "number acme nine": False,
        "chat": True,
        "claim loss": False,
    }
