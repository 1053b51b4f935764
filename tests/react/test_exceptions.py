"""Delivery exceptions: which scan opens which, and what resolves it."""

import random
from dataclasses import replace

import pytest
from msgspec import structs

from milepost.model.statuses import REASONS, Evidence, Responsible, Status
from milepost.react.exceptions import _is_plain, _is_same, decide, of_journey
from milepost.react.kinds import KINDS, kind_of
from milepost.react.words import WORDS
from milepost.record.journey import derive
from tests.react.stories import SHIPMENT, at, change, promise, scan, scans, told

NOW = at("9 12:00")

OPENS = """
in_transit external.weather          | weather watch carrier
in_transit external.disaster         | disaster watch carrier
in_transit carrier.mechanical        | mechanical watch carrier
in_transit carrier.late_linehaul     | carrier_late watch carrier
in_transit carrier.capacity          | carrier_late watch carrier
in_transit carrier.misrouted         | misrouted watch carrier
held external.security_event         | security watch carrier
held customs.in_progress             | customs watch carrier
held customs.duties_due              | customs_duties action buyer
held customs.papers_missing          | customs_papers action seller
held customs.government_hold         | customs_seized action seller
held address.wrong                   | address action buyer
held address.no_unit                 | address action buyer
held carrier.damaged                 | damaged critical seller
held carrier.lost                    | missing action seller
held                                 | held watch carrier
lost carrier.lost                    | lost critical seller
destroyed                            | destroyed critical seller
attempted receiver.refused           | refused action seller
attempted receiver.absent            | attempted action buyer
attempted access.no_access           | attempted action buyer
attempted                            | attempted action buyer
available_for_pickup                 | pickup action buyer
return_in_transit                    | returning action seller
held shipper.prohibited_goods        | prohibited critical seller
unknown                              | unknown_code watch seller
"""


@pytest.mark.parametrize("row", OPENS.strip().splitlines())
def test_a_scan_opens_the_exception_it_tells_of(row):
    line, expected = (part.strip() for part in row.split("|"))
    decision = decide(change("3 08:00 accepted", f"4 08:00 {line}"), NOW)
    assert told(decision.opened) == [expected]
    assert decision.resolved == ()


@pytest.mark.parametrize(
    "line",
    [
        "in_transit",
        "out_for_delivery",
        "delivered",
        "label_created",
        "returned",
        "cancelled",
        "note",
        "note external.weather message",
    ],
)
def test_an_ordinary_scan_opens_nothing(line):
    assert decide(change("3 08:00 accepted", f"4 08:00 {line}"), NOW).opened == ()


def test_a_row_without_any_code_is_not_a_code_we_do_not_know():
    row = structs.replace(scan("4 08:00 unknown"), code="")
    assert (kind_of(row), kind_of(structs.replace(row, code="X9"))) == (None, "unknown_code")


def test_every_reason_and_every_kind_has_rules_and_words():
    for reason in REASONS:
        for status in Status:
            kind = kind_of(structs.replace(scan("4 08:00 held"), status=status, reason=reason))
            assert kind is None or (kind in KINDS and kind in WORDS)
    assert set(KINDS) == set(WORDS)


ENDS = """
in_transit external.weather      | 5 08:00 in_transit                | It moved on.
in_transit external.weather      | 5 08:00 out_for_delivery          | It went out for delivery.
in_transit carrier.mechanical    | 5 08:00 delivered                 | It was delivered.
held customs.duties_due          | 5 08:00 in_transit                | It moved on.
held customs.in_progress         | 5 08:00 in_transit logical        | It moved on.
held customs.in_progress         | 5 08:00 held customs.duties_due   | More is known now.
held                             | 5 08:00 held address.wrong        | More is known now.
attempted receiver.absent        | 5 08:00 out_for_delivery          | It went out for delivery.
attempted receiver.absent        | 5 08:00 available_for_pickup      | It is ready to be collected.
attempted receiver.absent        | 5 08:00 attempted receiver.refused| More is known now.
attempted receiver.refused       | 5 08:00 return_in_transit         | It was turned round to the sender.
available_for_pickup             | 5 08:00 delivered                 | It was delivered.
return_in_transit                | 5 08:00 returned                  | It came back to the sender.
return_in_transit                | 5 08:00 delivered                 | It came back to the sender.
lost carrier.lost                | 5 08:00 in_transit                | It moved on.
held carrier.lost                | 5 08:00 lost carrier.lost         | It was given up as lost.
unknown                          | 5 08:00 in_transit                | It moved on.
"""


@pytest.mark.parametrize("row", ENDS.strip().splitlines())
def test_a_later_scan_resolves_it(row):
    opening, ending, how = (part.strip() for part in row.split("|"))
    before = f"3 08:00 accepted\n4 08:00 {opening}"
    standing = decide(change("3 08:00 accepted", f"4 08:00 {opening}"), NOW).opened
    decision = decide(change(before, ending, exceptions=standing), NOW)
    assert [(one.key, one.resolution, one.resolved_at) for one in decision.resolved] == [
        (standing[0].key, how, at("5 08:00"))
    ]


STAYS = """
in_transit external.weather      | 5 08:00 in_transit logical
in_transit external.weather      | 5 08:00 in_transit carrier.mechanical
in_transit external.weather      | 5 08:00 note
attempted receiver.absent        | 5 08:00 in_transit
held carrier.damaged             | 5 08:00 in_transit
available_for_pickup             | 5 08:00 in_transit
held address.wrong               | 3 12:00 in_transit
"""


@pytest.mark.parametrize("row", STAYS.strip().splitlines())
def test_what_is_no_progress_resolves_nothing(row):
    opening, later = (part.strip() for part in row.split("|"))
    standing = decide(change("3 08:00 accepted", f"4 08:00 {opening}"), NOW).opened
    decision = decide(change(f"3 08:00 accepted\n4 08:00 {opening}", later, exceptions=standing), NOW)
    assert decision.resolved == ()


def test_a_delivery_taken_back_is_an_exception_until_it_is_really_delivered():
    seen_again = decide(change("4 08:00 delivered", "4 20:00 in_transit"), NOW)
    assert told(seen_again.opened) == ["delivery_retracted critical seller"]
    delivered = decide(
        change("4 08:00 delivered\n4 20:00 in_transit", "5 09:00 delivered", exceptions=seen_again.opened),
        NOW,
    )
    assert [one.resolution for one in delivered.resolved] == ["It was delivered."]


def test_a_computed_scan_after_delivery_takes_nothing_back():
    assert decide(change("4 08:00 delivered", "4 20:00 in_transit logical"), NOW).opened == ()


def test_deciding_twice_opens_nothing_twice():
    news = change("3 08:00 accepted", "4 08:00 held customs.duties_due")
    first, second = decide(news, NOW), decide(news, NOW)
    assert [one.key for one in first.opened] == [one.key for one in second.opened]
    standing = replace(news, exceptions=first.opened)
    assert decide(standing, NOW).opened == ()


def test_the_same_scan_told_by_push_and_poll_opens_one():
    first = decide(change("", "4 08:00 held customs.duties_due"), NOW).opened
    pushed = scans("4 08:00 held customs.duties_due")
    polled = scans("4 08:02 held customs.duties_due", source="market")
    news = replace(
        change("4 08:00 held customs.duties_due", "", exceptions=first),
        after=derive([*pushed, *polled]),
        new_events=tuple(polled),
    )
    decision = decide(news, NOW)
    assert (decision.opened, decision.resolved) == ((), ())


def test_a_second_attempt_is_a_second_exception():
    first = decide(change("", "4 08:00 attempted"), NOW).opened
    decision = decide(
        change("4 08:00 attempted", "5 07:00 out_for_delivery\n5 09:00 attempted", exceptions=first), NOW
    )
    assert [one.opened_at for one in decision.opened] == [at("5 09:00")]
    assert [one.opened_at for one in decision.resolved] == [at("4 08:00")]


def test_trouble_told_late_that_was_already_over_is_kept_as_over():
    decision = decide(change("6 08:00 delivered", "4 08:00 in_transit external.weather"), NOW)
    assert [(one.kind, one.resolution) for one in decision.opened] == [("weather", "It was delivered.")]


def test_an_exception_says_when_it_happened_when_we_knew_and_until_when_to_act():
    (pickup,) = decide(change("", "4 08:00 available_for_pickup"), NOW).opened
    assert (pickup.opened_at, pickup.noticed_at, pickup.act_by) == (at("4 08:00"), NOW, at("9 08:00"))
    assert pickup.event_id == scan("4 08:00 available_for_pickup").event_id


def test_what_is_kept_for_collection_has_to_be_collected_when_the_carrier_says():
    kept = [promise("12 23:59", name="collection"), promise("20 23:59")]
    (pickup,) = decide(change("", "4 08:00 available_for_pickup", promises=kept), NOW).opened
    assert pickup.act_by == at("12 23:59")


STORY = """
1 08:00 label_created
2 08:00 accepted
3 08:00 in_transit external.weather
3 20:00 in_transit
4 08:00 held customs.in_progress
4 12:00 held customs.duties_due
5 08:00 in_transit
6 07:00 out_for_delivery
6 12:00 attempted receiver.absent
7 07:00 out_for_delivery
7 12:00 delivered
7 18:00 in_transit
8 07:00 out_for_delivery
8 12:00 delivered
"""


@pytest.mark.parametrize("seed", range(30))
def test_scans_told_in_any_order_end_in_the_same_exceptions(seed):
    expected = of_journey(derive(scans(STORY)), SHIPMENT, NOW)
    lines = STORY.strip().splitlines()
    random.Random(seed).shuffle(lines)
    known, book = [], {}
    for line in lines:
        news = replace(
            change("\n".join(known), line), exceptions=tuple(one for one in book.values() if one.is_open)
        )
        decision = decide(news, NOW)
        book |= {one.key: one for one in (*decision.opened, *decision.resolved)}
        known.append(line)
    missing = [one.key for one in expected if not any(_is_same(known, one) for known in book.values())]
    assert missing == []
    assert [key for key, one in book.items() if one.is_open] == []


def test_papers_wanted_of_the_receiver_are_the_buyers_move():
    asked = structs.replace(scan("5 08:10 held customs.papers_missing"), responsible=Responsible.RECEIVER)
    (found,) = of_journey(derive([asked]), SHIPMENT, NOW)
    assert (found.kind, found.mover, found.responsible) == ("customs_papers", "buyer", "receiver")


def test_a_journey_passed_over_as_plain_opens_nothing_when_looked_at():
    seed, plain = 7, 0
    some = random.Random(seed)
    for _ in range(1_500):
        lines = [
            f"{day} 08:00 {some.choice(WORDS_OF_PLAIN)} {some.choice(tuple(Evidence))}"
            for day in range(2, 2 + some.randint(1, 6))
        ]
        journey = derive(scans("\n".join(lines)))
        if _is_plain(journey):
            plain += 1
            assert of_journey(journey, SHIPMENT, NOW) == [], f"seed {seed}: {lines}"
    assert plain > 400, "too few were plain to prove anything"


WORDS_OF_PLAIN = (
    *("note", "label_created", "in_transit", "out_for_delivery", "in_transit", "accepted", "delivered"),
    *("delivered", "returned", "cancelled", "attempted", "unknown", "in_transit carrier.late_linehaul"),
)
