"""The three views: what a number alone, a look-up and a signed link may see. Nothing more leaks anywhere."""

import re

import pytest

from milepost.model.orders import Contact
from milepost.model.people import View
from milepost.model.places import Located, Place, Precision, RawPlace
from milepost.model.scans import ProofTold
from milepost.model.statuses import Status
from milepost.show.buyer.sight import HIDDEN, Sight

ADA = Contact(
    name="Ada Lovelace",
    email="ada@example.invalid",
    phone="+1 555 010 4477",
    address="12 Analytical Row, Hartford, CT",
    postal_code="06103",
)


def markers(contact):
    """What would give a person away, as it would stand in HTML."""
    street = (contact.address or "").split(",")[0]
    digits = re.sub(r"\D", "", contact.phone or "")[-7:]
    told = [contact.name, contact.email, contact.phone, street, digits]
    return [part for part in told if part and len(part) > 3]


@pytest.mark.parametrize("view", [View.TOWN, View.PUBLIC])
def test_no_page_of_a_lesser_view_names_a_person_or_a_street(site, view):
    looked_at = 0
    for row in site.orders():
        found = markers(site.contact(row))
        body = site.opened(row, view).text
        assert not [part for part in found if part in body], row.facts.order_number
        looked_at += len(found)
    assert looked_at > 20, "the world has no people in it, so this looked for nothing"


def test_a_tracking_number_alone_says_no_town_no_words_and_no_order(site):
    row = site.order_with(Status.IN_TRANSIT)
    number = site.shipments(row)[0].shipment.tracking_number
    events = site.call(site.milepost.app.store.shipment_events(row.shipment_ids))[row.shipment_ids[0]]
    with site.visitor() as browser:
        body = browser.get(f"/track/{number}").text
    towns = {event.place.located.city for event in events if event.place.located and event.place.located.city}
    words = {event.description for event in events if event.description}
    assert towns
    assert words
    assert not [told for told in towns | words if told in body]
    assert row.facts.order_number not in body
    assert not [item.title for item in row.facts.items if item.title in body]


def test_a_signed_link_shows_who_gets_it_and_the_proof(site):
    row = site.order_with(Status.DELIVERED)
    body = site.opened(row, View.FULL).text
    assert site.contact(row).name in body
    assert "Proof of delivery" in body
    assert "Proof of delivery" not in site.opened(row, View.TOWN).text


def test_no_address_bar_or_cookie_holds_personal_data(site):
    row = site.order_with_email()
    with site.visitor() as browser:
        answer = browser.post("/", data={"order": row.facts.order_number, "factor": site.contact(row).email})
    shown = answer.headers["location"] + answer.headers["set-cookie"]
    assert not [part for part in markers(site.contact(row)) if part in shown]


@pytest.mark.parametrize(
    ("wrote", "read"),
    [
        ("Delivered, signed by: J. SAMPLE", f"Delivered, signed by {HIDDEN}"),
        ("Left with Ada Lovelace at the door", f"Left with {HIDDEN}"),
        ("Handed over to ada lovelace", f"Handed over to {HIDDEN}"),
        ("Call +44 20 7946 0123 for a new day", f"Call {HIDDEN} for a new day"),
        ("Ask ada@example.invalid", f"Ask {HIDDEN}"),
        ("Brought to 12 Analytical Row", f"Brought to {HIDDEN}"),
        ("Left with a neighbor", "Left with a neighbor"),
        ("Departed from Facility", "Departed from Facility"),
    ],
)
def test_the_carriers_own_words_are_shown_without_people(wrote, read):
    assert Sight(view=View.TOWN, contact=ADA).scrubbed(wrote) == read
    assert Sight(view=View.FULL, contact=ADA).scrubbed(wrote) == wrote
    assert Sight(view=View.PUBLIC, contact=ADA).scrubbed(wrote) == ""


def test_who_took_it_is_hidden_wherever_it_is_written():
    assert Sight(view=View.TOWN, received_by=("B. MUSTER",)).scrubbed("OK b. muster") == f"OK {HIDDEN}"


def test_only_the_full_view_hands_out_contact_and_proof():
    proof = ProofTold(tracking_number="1", received_by="Ada", left_at="door")
    for view in (View.PUBLIC, View.TOWN):
        assert Sight(view=view, contact=ADA).recipient() is None
        assert Sight(view=view, contact=ADA).proof(proof) is None
    assert Sight(view=View.FULL, contact=ADA).recipient() == ADA


def test_a_place_is_a_town_a_country_or_nothing_as_the_view_allows():
    place = Place(
        raw=RawPlace(text="12 Analytical Row, HARTFORD CT 06103", postal_code="06103"),
        located=Located(
            city="HARTFORD",
            region="CT",
            country="US",
            latitude=None,
            longitude=None,
            zone="America/New_York",
            precision=Precision.CITY,
            method="test",
        ),
    )
    assert Sight(view=View.TOWN).town(place) == "Hartford, CT"
    assert Sight(view=View.PUBLIC).town(place) == ""
    assert Sight(view=View.PUBLIC).country(place) == "United States"
    nowhere = Place(raw=RawPlace(text="12 Analytical Row"), located=None)
    assert Sight(view=View.TOWN).town(nowhere) == ""
