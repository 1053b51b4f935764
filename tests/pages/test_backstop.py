"""If it never comes: the shop's own promise and the three steps, each with its day."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from milepost.model.journeys import EMPTY_JOURNEY
from milepost.model.promises import Promise, Promiser
from milepost.model.reach import Confidence, Policy, Topic, Unit
from milepost.model.statuses import Status
from milepost.react.reach import Advice, Matter, Term
from milepost.settings import ShopPolicy
from milepost.show.buyer.backstop import backstop, first_due, overdue_steps

DUE = date(2026, 11, 19)  # a Thursday
POLICY = ShopPolicy(backstop_days=7, makes_good="refunds or resends it")
MOVING = replace(EMPTY_JOURNEY, status=Status.IN_TRANSIT)


def promise(to_at, said_at, **more):
    return Promise(
        **{
            "order_number": "1",
            "shop_id": "s",
            "shipment_id": "p",
            "promiser": Promiser.CARRIER,
            "source": "x",
            "name": "delivery",
            "kind": "estimated",
            "from_at": None,
            "to_at": to_at,
            "offset_minutes": None,
            "said_at": said_at,
            "reason": "",
            **more,
        }
    )


def test_the_backstop_counts_from_the_day_first_named_and_not_from_a_later_one():
    said = [
        promise(datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 18, tzinfo=UTC)),
        promise(datetime(2026, 11, 20, 1, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC)),
    ]
    assert first_due(said, "America/New_York") == DUE  # by the clock at the door
    assert first_due([], None) is None


def test_the_line_names_the_shop_what_it_does_and_the_day():
    told = backstop(MOVING, DUE, POLICY, "Mugs & Co", date(2026, 11, 20))
    assert told.sentence == "Not here by <b>Thursday 26 November</b>? Mugs &amp; Co refunds or resends it."
    assert not told.is_over
    assert backstop(MOVING, DUE, POLICY, "", date(2026, 11, 27)).is_over


@pytest.mark.parametrize(
    ("journey", "due", "policy"),
    [
        (MOVING, None, POLICY),
        (MOVING, DUE, ShopPolicy(backstop_days=0)),
        (replace(MOVING, status=Status.DELIVERED), DUE, POLICY),
        (replace(MOVING, status=Status.CANCELLED), DUE, POLICY),
    ],
)
def test_nothing_is_promised_where_no_day_is_known_or_its_way_is_over(journey, due, policy):
    assert backstop(journey, due, policy, "Mugs", date(2026, 11, 20)) is None


@pytest.mark.parametrize(
    ("today", "states"),
    [
        (date(2026, 11, 20), ["at", "ahead", "ahead"]),
        (date(2026, 11, 22), ["done", "at", "ahead"]),
        (date(2026, 11, 26), ["done", "done", "at"]),
    ],
)
def test_three_steps_each_from_its_day(today, states):
    steps = overdue_steps(MOVING, (), DUE, policy=POLICY, advice=(), today=today)
    assert [step.state for step in steps] == states
    assert [step.when for step in steps] == [
        "From Friday 20 November",
        "From Sunday 22 November",
        "From Thursday 26 November",
    ]


def test_a_parcel_that_is_not_late_or_is_there_has_no_such_steps():
    assert overdue_steps(MOVING, (), DUE, policy=POLICY, advice=(), today=DUE) == ()
    there = replace(MOVING, status=Status.DELIVERED)
    assert overdue_steps(there, (), DUE, policy=POLICY, advice=(), today=date(2026, 12, 1)) == ()


def test_the_carriers_last_day_for_a_claim_is_named():
    rule = Policy(
        topic=Topic.CLAIM_LOSS,
        text="",
        source="",
        checked_on=DUE,
        confidence=Confidence.HIGH,
        unit=Unit.DAYS,
    )
    claim = date(2027, 1, 18)
    term = Term(policy=rule, counted_from=DUE, first_on=None, last_on=claim)
    advice = (Advice(matter=Matter.LOST, ways=(), terms=(term,), last_on=claim),)
    *_, last = overdue_steps(MOVING, (), DUE, policy=POLICY, advice=advice, today=date(2026, 11, 21))
    assert "The carrier takes their claim until Monday 18 January." in last.what
