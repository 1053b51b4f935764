"""What all scans together come to, row by row: the table anybody can read."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from milepost.model.events import TrackingEvent
from milepost.model.instants import Instant
from milepost.model.places import Place, RawPlace
from milepost.model.statuses import Evidence, Status
from milepost.record.journey import derive

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
NOWHERE = Place(raw=RawPlace(), located=None)

ENDS = """
label_created                                             → label_created
label_created accepted in_transit                         → in_transit
accepted label_created                                    → accepted
label_created expected                                    → label_created
in_transit unknown                                        → in_transit
unknown                                                   → unknown
unknown note                                              → unknown
note                                                      → expected
held note                                                 → held
out_for_delivery delivered                                → delivered
delivered in_transit                                      → in_transit
delivered logical:in_transit                              → delivered
delivered message:cancelled                               → delivered
delivered logical:attempted                               → attempted
delivered out_for_delivery delivered                      → delivered
delivered return_in_transit                               → return_in_transit
return_in_transit in_transit                              → return_in_transit
return_in_transit out_for_delivery delivered              → returned
return_in_transit lost                                    → lost
available_for_pickup delivered                            → delivered
cancelled accepted                                        → accepted
lost in_transit                                           → in_transit
"""


def cases():
    for line in ENDS.strip().splitlines():
        scans, _, end = line.partition("→")
        yield pytest.param(scans.split(), end.strip(), id=line.replace("  ", " "))


def event(word, number):
    evidence, _, status = word.rpartition(":")
    return TrackingEvent(
        source="acme",
        shop_id="shop",
        order_number=None,
        tracking_number="AC1",
        occurred=Instant.reported(START + timedelta(hours=number)),
        heard_at=START,
        status=None if status == "note" else Status(status),
        reason=None,
        responsible=None,
        evidence=Evidence(evidence or "physical"),
        code=f"{status}-{number}",
        description=status,
        place=NOWHERE,
        report_hash="0" * 64,
    )


@pytest.mark.parametrize(("words", "end"), list(cases()))
def test_scans_in_this_order_end_as(words, end):
    events = [event(word, number) for number, word in enumerate(words)]
    assert derive(events).status == end
    assert derive(reversed(events)).status == end


def test_of_one_instant_the_later_stage_stands():
    both = [event("delivered", 1), event("out_for_delivery", 1)]
    assert derive(both).status is Status.DELIVERED


def test_a_retracted_delivery_says_so_until_it_is_delivered_again():
    words = ["delivered", "attempted", "delivered"]
    events = [event(word, number) for number, word in enumerate(words)]
    assert derive(events[:2]).delivery_retracted
    assert derive(events[:2]).delivered_at is None
    assert not derive(events).delivery_retracted


def test_attempts_are_counted():
    events = [event(word, number) for number, word in enumerate(["attempted", "in_transit", "attempted"])]
    assert derive(events).attempts == 2


@pytest.mark.parametrize(
    ("told", "steps"),
    [
        ("acme@0 shop@5", "0 0"),  # two sources, one scan
        ("acme@0 shop@5 shop@10", "0 0 2"),  # the second source tells of another one
        ("acme@0 acme@5 shop@10 shop@12", "0 1 1 0"),  # each of theirs joins one of the first source's
        ("acme@0 shop@5 yard@10", "0 0 0"),
        ("acme@0 shop@16", "0 1"),  # too long after it
    ],
)
def test_a_step_is_told_once_by_each_source(told, steps):
    events = []
    for number, word in enumerate(told.split()):
        source, _, minute = word.partition("@")
        at = Instant.reported(START + timedelta(minutes=int(minute)))
        events.append(
            structs.replace(
                event("in_transit", 0),
                source=source,
                occurred=at,
                code=f"code {number}",
                event_id=f"{number}",
            )
        )
    assert " ".join(scan.step for scan in derive(events).events) == steps
    assert derive(reversed(events)) == derive(events)
