"""The right contacts and rules at the right moment, each day counted from what really happened."""

from datetime import date, timedelta

from msgspec.structs import replace

from milepost.model.carriers import CarrierCard
from milepost.model.events import BY_HAND, RETRACTS
from milepost.model.promises import COLLECTION, Promise, Promiser
from milepost.model.reach import Confidence, ContactKind, ContactPoint, CountsFrom, Policy, Topic, Unit
from milepost.react.reach import Matter, advise, days_of, matters
from milepost.record.journey import derive
from tests.react.stories import at, scans

TODAY = date(2026, 3, 9)
FACT = {"source": "a page", "checked_on": date(2026, 1, 5), "confidence": Confidence.MEDIUM}


def way(kind, to, **more):
    return ContactPoint(kind=kind, to=to, **FACT, **more)


def rule(topic, **more):
    return Policy(topic=topic, text=topic.value, **FACT, **more)


CARD = CarrierCard(
    key="acme",
    name="Acme",
    tracking_url="https://acme.example/{n}",
    contacts=(
        way(ContactKind.PHONE, "1-800-1", hours="8 to 6", countries=("US",)),
        way(ContactKind.PHONE, "020 1", countries=("GB",)),
        way(ContactKind.CLAIMS, "https://acme.example/claims"),
        way(ContactKind.REDIRECT, "https://acme.example/change"),
    ),
    policies=(
        rule(Topic.DELIVERY_ATTEMPTS, count=3),
        rule(
            Topic.HOLD_FOR_PICKUP, within=5, unit=Unit.BUSINESS_DAYS, counts_from=CountsFrom.ARRIVED_FOR_PICKUP
        ),
        rule(Topic.HOLD_FOR_PICKUP, applies_to="access point", within=4, counts_from=CountsFrom.ARRIVED_FOR_PICKUP),
        rule(Topic.CLAIM_DAMAGE, within=60, counts_from=CountsFrom.PROMISED),
        rule(Topic.CLAIM_LOSS, within=60, not_before=15, counts_from=CountsFrom.SHIPPED, applies_to="Ground"),
        rule(Topic.CLAIM_LOSS, within=30, not_before=7, counts_from=CountsFrom.SHIPPED, applies_to="Ground Express"),
        rule(Topic.CLAIM_LOSS, within=9, unit=Unit.MONTHS, crosses_border=True, counts_from=CountsFrom.SHIPPED),
        rule(Topic.LIABILITY, amount=100, currency="USD"),
    ),
)  # fmt: skip


def advice(text, *, kinds=(), promises=(), country="US", service="", today=TODAY):
    journey = derive(scans(text))
    return {
        one.matter: one
        for one in advise(journey, kinds, CARD, promises, country=country, service=service, today=today)
    }


def promise(day, said):
    return Promise(
        order_number="1",
        shop_id="shop",
        shipment_id="s1",
        promiser=Promiser.CARRIER,
        source="acme",
        name="delivery",
        kind="estimated",
        from_at=None,
        to_at=at(f"{day} 23:00"),
        offset_minutes=-300,
        said_at=at(f"{said} 08:00"),
        reason="",
    )


def test_an_attempt_shows_how_to_change_the_delivery_and_how_often_it_is_tried():
    found = advice("5 08:00 out_for_delivery\n5 15:00 attempted receiver.absent")
    assert set(found) == {Matter.MISSED}
    missed = found[Matter.MISSED]
    assert [one.kind for one in missed.ways] == [ContactKind.REDIRECT, ContactKind.PHONE]
    assert [one.policy.count for one in missed.terms] == [3]
    assert missed.last_on is None


def test_what_lies_ready_is_kept_until_the_earliest_of_its_days():
    found = advice("5 15:00 attempted\n6 09:00 available_for_pickup\n6 18:00 available_for_pickup")
    collect = found[Matter.COLLECT]
    assert [term.last_on for term in collect.terms] == [date(2026, 3, 13), date(2026, 3, 10)]
    assert collect.last_on == date(2026, 3, 10)


def kept(day, said):
    return replace(promise(day, said), name=COLLECTION, kind="held_until")


def test_what_the_carrier_said_of_this_parcel_stands_above_its_rules():
    text = "6 09:00 available_for_pickup"
    told = [kept("20", "6"), kept("19", "7"), promise("12", "1")]
    assert advice(text, promises=told)[Matter.COLLECT].last_on == date(2026, 3, 19), "what it said last"
    assert advice(text, promises=[kept("5", "2")])[Matter.COLLECT].last_on == date(2026, 3, 10), (
        "an earlier stay"
    )
    assert Matter.COLLECT not in advice("6 09:00 in_transit", promises=told)


def test_how_long_it_is_kept_is_no_day_of_delivery():
    found = advice("5 08:00 accepted\n8 08:00 in_transit carrier.damaged", promises=[kept("20", "6")])
    assert found[Matter.DAMAGED].last_on is None


def test_the_days_of_a_second_wait_are_counted_anew():
    text = "2 09:00 available_for_pickup\n4 09:00 in_transit\n6 09:00 available_for_pickup"
    assert advice(text)[Matter.COLLECT].last_on == date(2026, 3, 10)


def test_customs_shows_who_to_call_in_the_receivers_country():
    text = "5 08:00 held customs.duties_due"
    assert [one.to for one in advice(text)[Matter.CUSTOMS].ways] == ["1-800-1"]
    assert [one.to for one in advice(text, country="GB")[Matter.CUSTOMS].ways] == ["020 1"]
    assert advice(text, country="FR")[Matter.CUSTOMS].ways == ()


def test_a_lost_parcel_has_the_claims_page_and_the_day_of_its_own_service():
    text = "2 08:00 label_created\n3 08:00 accepted\n8 08:00 lost carrier.lost"
    lost = advice(text, service="ACME GROUND EXPRESS")[Matter.LOST]
    assert lost.ways[0].kind is ContactKind.CLAIMS
    terms = [term for term in lost.terms if term.policy.topic is Topic.CLAIM_LOSS]
    assert [term.policy.within for term in terms] == [30, 9]  # nothing says whether it crosses a border
    assert terms[0].first_on == date(2026, 3, 10)
    assert lost.last_on == date(2026, 4, 2)


def test_without_a_service_the_earliest_day_of_all_is_the_safe_one():
    assert advice("3 08:00 accepted\n8 08:00 lost")[Matter.LOST].last_on == date(2026, 4, 2)


def test_a_day_that_counts_from_something_unknown_stays_unknown():
    damaged = advice("3 08:00 accepted\n8 08:00 held carrier.damaged", kinds=["damaged"])[Matter.DAMAGED]
    assert damaged.last_on is None
    assert damaged.terms[0].counted_from is None


def test_a_damage_claim_counts_from_the_first_day_that_was_promised():
    text = "3 08:00 accepted\n8 08:00 in_transit carrier.damaged"
    told = [promise(20, 5), promise(6, 3)]
    assert advice(text, promises=told)[Matter.DAMAGED].last_on == date(2026, 3, 6) + timedelta(days=60)


def test_a_damaged_parcel_that_was_delivered_can_be_claimed_until_the_window_closes():
    text = "3 08:00 accepted\n5 08:00 in_transit carrier.damaged\n6 09:00 delivered"
    told = [promise(6, 3)]
    assert set(advice(text, promises=told)) == {Matter.DAMAGED}
    assert not advice(text, promises=told, today=date(2026, 5, 6))


def test_a_parcel_on_its_way_or_done_needs_nobody():
    assert not advice("3 08:00 accepted\n4 08:00 in_transit\n5 08:00 out_for_delivery")
    assert not advice("5 15:00 attempted\n6 09:00 delivered", kinds=["attempted"])
    assert not advice("5 15:00 return_in_transit\n6 09:00 returned", kinds=["returning"])


def test_a_silent_parcel_shows_who_can_look_for_it_and_from_when_a_claim_is_possible():
    search = advice("3 08:00 accepted", kinds=["silent"], service="Ground")[Matter.SEARCH]
    assert [one.kind for one in search.ways] == [ContactKind.PHONE]
    assert search.terms[0].first_on == date(2026, 3, 18)
    assert search.last_on is None  # nothing is lost yet, so nothing is urgent


def test_a_day_is_that_of_the_place_where_it_happened():
    journey = derive(scans("3 23:30 accepted\n5 08:00 attempted"))
    assert days_of(journey, [])[CountsFrom.SHIPPED] == date(2026, 3, 3)
    assert days_of(journey, [promise(6, 1)])[CountsFrom.PROMISED] == date(2026, 3, 6)


def test_an_entry_that_was_taken_back_asks_for_nothing_and_no_day_counts_from_it():
    text = "3 08:00 accepted\n5 08:00 in_transit carrier.damaged\n6 09:00 attempted\n7 09:00 attempted"
    accepted, damaged, first, again = scans(text)
    damaged, first = (replace(one, source=BY_HAND, event_id="") for one in (damaged, first))
    back = [
        replace(one, status=None, reason=None, code=f"{RETRACTS}{one.event_id}", event_id="")
        for one in (damaged, first)
    ]
    assert Matter.DAMAGED in matters(derive([accepted, damaged]), ())
    assert matters(derive([accepted, damaged, *back]), ()) == []
    assert CountsFrom.ATTEMPTED in days_of(derive([accepted, first]), ())
    assert CountsFrom.ATTEMPTED not in days_of(derive([accepted, first, *back]), ())
    assert days_of(derive([accepted, first, again, *back]), ())[CountsFrom.ATTEMPTED] == date(2026, 3, 7)
