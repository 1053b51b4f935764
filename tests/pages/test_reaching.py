"""How to reach a carrier, as a person reads it: dates, phones with hours, sources, and what nobody knows."""

from dataclasses import replace
from datetime import date

from milepost.model.reach import ContactKind, CountsFrom, Topic
from milepost.record.journey import derive
from milepost.show.reaching import Parcel, helps
from tests.react.stories import scans
from tests.react.test_reach import CARD, TODAY, rule, way

NUMBER = "A/1 2"


def read(text, *, card=CARD, country="US", reader="buyer", today=TODAY, kinds=()):
    parcel = Parcel(
        card=card,
        number=NUMBER,
        journey=derive(scans(text)),
        kinds=kinds,
        promises=(),
        service="Ground",
        country=country,
    )
    return helps(parcel, reader, today)


def test_an_attempt_leads_to_the_carriers_pages_and_its_phone_with_hours():
    card = replace(
        CARD, contacts=(*CARD.contacts[:2], way(ContactKind.REDIRECT, "https://acme.example/r/{n}"))
    )
    (found,) = read("5 15:00 attempted", card=card)
    assert [(one.words, one.address, one.shown, one.hours) for one in found.ways] == [
        ("Change the delivery", "https://acme.example/r/A%2F1%202", "", ""),
        ("Call", "tel:1-800-1", "1-800-1", "8 to 6"),
        ("Its page about this parcel", "https://acme.example/A%2F1%202", "", ""),
    ]


def test_a_claim_names_its_last_day_what_it_counts_from_and_where_we_have_it_from():
    (found,) = read("3 08:00 accepted\n8 08:00 lost", country="GB")
    assert found.title == "Claim the loss by 2 May 2026"
    told = found.rules[0]
    assert told.when == (
        "From 18 March 2026 to 2 May 2026: 60 days from the hand-over to the carrier, 3 March 2026."
    )
    assert told.checked == "Looked up 5 January 2026; we are fairly sure."
    assert told.source_page == "", "a note of ours is no page that a buyer could read"


def test_a_window_that_closed_says_when():
    (found,) = read("3 08:00 accepted\n8 08:00 lost", today=date(2026, 5, 3))
    assert found.title == "Claim the loss: the last day was 2 May 2026"
    assert found.rules[0].when.startswith("Over since 2 May 2026")


def test_a_day_nobody_knows_is_said_to_be_unknown():
    (found,) = read("8 08:00 in_transit carrier.damaged")
    assert found.title == "Claim the damage"
    assert found.rules[0].when == "No day: it counts from the day first promised, and that day is not known."
    card = replace(CARD, policies=(rule(Topic.CLAIM_DAMAGE, within=30),))
    (found,) = read("8 08:00 in_transit carrier.damaged", card=card)
    assert found.rules[0].when == "No day: from when it counts is not known."


def test_a_phone_nobody_knows_is_said_to_be_unknown():
    (found,) = read("5 08:00 held customs.papers_missing", country="FR")
    assert found.lacks == "We know no phone number of Acme in France."
    assert [one.words for one in found.ways] == ["Its page about this parcel"]


def test_where_the_receivers_country_is_not_known_a_way_says_for_which_one_it_is():
    (found,) = read("5 15:00 attempted", country="")
    assert [one.doubt for one in found.ways] == ["", "for United States", ""]


def test_what_lies_ready_says_until_when_to_either_reader():
    card = replace(
        CARD, policies=(rule(Topic.HOLD_FOR_PICKUP, within=7, counts_from=CountsFrom.ARRIVED_FOR_PICKUP),)
    )
    (buyers,) = read("6 09:00 available_for_pickup", card=card)
    (sellers,) = read("6 09:00 available_for_pickup", card=card, reader="seller")
    assert buyers.title == sellers.title == "Collect it by Friday 13 March"
    assert buyers.lead != sellers.lead
