"""The audit itself: a right Milepost passes, and every kind of damage is counted as what it is.

The Milepost here is a tiny real server that answers from the truth, so that each damage can be done by hand.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from litestar import Litestar, Request, get
from litestar.exceptions import NotAuthorizedException

from milepost_sandbox.audit.journey import Told, journey_status
from milepost_sandbox.audit.words import RESULT_KEYS
from milepost_sandbox.clock import WorldClock
from milepost_sandbox.control import Desk, control_app
from milepost_sandbox.door import AuditError, audit
from milepost_sandbox.faults import Faults
from milepost_sandbox.servers.platforms import PLATFORMS
from milepost_sandbox.serving import listen, serving, url_of
from milepost_sandbox.stories.library import all_stories
from milepost_sandbox.truth import Truth
from milepost_sandbox.world.generate import Plan, make_world
from milepost_sandbox.world.words import Credentials

START = datetime(2026, 11, 22, tzinfo=UTC)
KEY = "an api key"
FAULTS_TO_MEET = ("missing_offset", "unknown_code", "late")


class Milepost:
    """Events and shipments as the public API gives them, two pages of each at least."""

    def __init__(self, desk):
        now = desk.world.now()
        self.events = [event_row(n, event) for n, event in enumerate(desk.truth.events(now))]
        self.shipments = [
            {
                "id": f"s{n}",
                "confirmation_numbers": list(parcel.order_ids),
                "tracking_number": parcel.tracking_number,
                "status": parcel.status,
            }
            for n, parcel in enumerate(desk.truth.parcels(now))
        ]

    def app(self):
        @get("/api/v1/events")
        async def events(request: Request) -> dict:
            return page(request, self.events)

        @get("/api/v1/shipments")
        async def shipments(request: Request) -> dict:
            return page(request, self.shipments)

        return Litestar([events, shipments], openapi_config=None)


def page(request, rows):
    if request.headers.get("authorization") != f"Bearer {KEY}":
        raise NotAuthorizedException
    begin = int(request.query_params.get("cursor", "0"))
    size = min(int(request.query_params["limit"]), len(rows) // 2 + 1)
    more = begin + size < len(rows)
    return {"data": rows[begin : begin + size], "next_cursor": str(begin + size) if more else None}


def event_row(number, event):
    wall = datetime.fromisoformat(event.wall_clock)
    offset = None
    if event.instant_utc is not None:
        offset = round((wall.replace(tzinfo=UTC) - event.instant_utc).total_seconds() / 60)
    return {
        "id": f"e{number}",
        "confirmation_numbers": [event.order_id] if event.order_id else [],
        "tracking_number": event.tracking_number,
        "source": event.source,
        "occurred_at": event.instant_utc.isoformat() if event.instant_utc else None,
        "wall_clock": event.wall_clock,
        "offset_minutes": offset,
        "offset_source": event.offset_source,
        "status": event.status,
        "reason": event.reason,
        "code": event.code,
        "description": event.description,
    }


class NoWebhooks:
    """The audit needs none."""


def a_desk(faults):
    """A world and its truth behind a control server, without the platforms' servers: the audit asks none."""
    switches, clock = Faults(5, faults), WorldClock(START)
    plan = Plan(seed=5, orders=40, start=START, days_back=4, days_ahead=1, late=switches.on("late"))
    world = make_world(plan, all_stories(), clock)
    codes = {shop.shop_id: "a code" for shop in world.shops}
    names = (name for name in Credentials.__slots__ if name != "tiktok_auth_codes")
    return Desk(
        world=world,
        faults=switches,
        truth=Truth(world, switches, PLATFORMS),
        credentials=Credentials(tiktok_auth_codes=codes, **dict.fromkeys(names, "a key")),
        urls={},
        webhooks=NoWebhooks(),
    )


async def audited(damage=None, *, faults=("none",), at=None, served=None):
    """The audit of a right Milepost after `damage` was done to it; `at` None is the end of the world."""
    desk = a_desk(faults)
    desk.world.clock.advance(at or desk.world.ends_at)
    if served is not None:
        served(desk)
    milepost = Milepost(desk)
    if damage is not None:
        damage(milepost)
    control, api = listen("127.0.0.1", 0), listen("127.0.0.1", 0)
    async with serving([(control_app(desk), control), (milepost.app(), api)]):
        return await audit(url_of(api), KEY, url_of(control))


def counts(result):
    return {key: n for key in RESULT_KEYS[3:] if key != "unzoned" and (n := getattr(result, key))}


async def test_a_milepost_that_says_what_the_reports_said_is_right():
    result = await audited()
    assert counts(result) == {}
    assert result.is_right
    assert result.expected > 300
    assert (result.seed, result.orders) == (5, 40)
    assert result.details == []
    assert list(json.loads(result.to_json())) == [
        "seed",
        "orders",
        "expected",
        "missing",
        "duplicate",
        "invented",
        "wrong_instant",
        "unzoned",
        "wrong_status",
    ]


async def test_it_is_right_with_every_fault_that_shapes_rows_and_unzoned_ones_are_counted_apart():
    result = await audited(faults=FAULTS_TO_MEET)
    assert counts(result) == {}
    assert result.unzoned > 0


async def test_a_dropped_event_is_missing():
    result = await audited(lambda milepost: milepost.events.pop(100))
    assert counts(result) == {"missing": 1}
    assert result.details[0].startswith("missing: ")


async def test_a_doubled_event_is_a_duplicate():
    def double(milepost):
        milepost.events.append({**milepost.events[100], "id": "again"})

    assert counts(await audited(double)) == {"duplicate": 1}


async def test_an_event_nobody_reported_is_invented():
    def invent(milepost):
        milepost.events.append({**milepost.events[100], "id": "new", "description": "Beamed up"})

    assert counts(await audited(invent)) == {"invented": 1}


async def test_an_event_of_a_strangers_older_parcel_is_invented():
    def inherit(milepost):
        old = datetime.fromisoformat(milepost.events[100]["occurred_at"]) - timedelta(days=180)
        milepost.events.append({**milepost.events[100], "id": "old", "occurred_at": old.isoformat()})

    assert counts(await audited(inherit)) == {"invented": 1}


@pytest.mark.parametrize("shift", [timedelta(hours=5), timedelta(seconds=-90), timedelta(seconds=61)])
async def test_a_shifted_event_has_a_wrong_instant(shift):
    def move(milepost):
        row = milepost.events[100]
        row["occurred_at"] = (datetime.fromisoformat(row["occurred_at"]) + shift).isoformat()

    assert counts(await audited(move)) == {"wrong_instant": 1}


async def test_giving_up_an_offset_that_was_reported_is_a_wrong_instant():
    def forget(milepost):
        milepost.events[100].update(occurred_at=None, offset_minutes=None, offset_source="unzoned")

    assert counts(await audited(forget)) == {"wrong_instant": 1}


async def test_an_inferred_offset_may_be_left_open_but_must_not_be_wrong():
    def inferred(milepost):
        return [row for row in milepost.events if row["offset_source"] == "inferred"]

    def leave_open(milepost):
        inferred(milepost)[0].update(occurred_at=None, offset_minutes=None, offset_source="unzoned")

    def guess(milepost):
        row = inferred(milepost)[0]
        wrong = datetime.fromisoformat(row["occurred_at"]) + timedelta(hours=1)
        row["occurred_at"] = wrong.isoformat()

    right = await audited(faults=FAULTS_TO_MEET)
    left_open = await audited(leave_open, faults=FAULTS_TO_MEET)
    assert counts(left_open) == {}
    assert left_open.unzoned == right.unzoned + 1
    assert counts(await audited(guess, faults=FAULTS_TO_MEET)) == {"wrong_instant": 1}


async def test_a_wrong_status_of_an_event_is_counted():
    def change(milepost):
        row = next(row for row in milepost.events if row["status"] == "out_for_delivery")
        row["status"] = "delivered"

    assert counts(await audited(change)) == {"wrong_status": 1}


async def test_a_wrong_reason_of_an_event_is_counted():
    def change(milepost):
        row = next(row for row in milepost.events if row["reason"])
        row["reason"] = None

    assert counts(await audited(change)) == {"wrong_status": 1}


async def test_a_wrong_final_status_is_counted():
    def change(milepost):
        next(one for one in milepost.shipments if one["status"] == "delivered")["status"] = "lost"

    result = await audited(change)
    assert counts(result) == {"wrong_status": 1}
    assert "lost heard" in result.details[0]


async def test_a_shipment_that_is_not_there_is_a_wrong_status():
    result = await audited(lambda milepost: milepost.shipments.pop(3))
    assert counts(result) == {"wrong_status": 1}
    assert "no such shipment" in result.details[0]


async def test_two_shipments_that_disagree_are_a_wrong_status():
    def double(milepost):
        milepost.shipments.append({**milepost.shipments[3], "id": "again", "status": "held"})

    assert counts(await audited(double)) == {"wrong_status": 1}


async def test_in_a_running_world_what_nobody_served_yet_is_not_missing_for_a_day():
    def drop_young(milepost):
        milepost.events = [row for row in milepost.events if not is_young(row)]
        for shipment in milepost.shipments:
            shipment["status"] = milepost_status(milepost, shipment)

    result = await audited(drop_young, at=START)
    assert counts(result) == {}


async def test_in_a_running_world_what_was_served_is_missing():
    def serve_all(desk):
        for event in desk.truth.events(desk.world.now()):
            desk.world.served(event.source, event.step_key)

    def drop(milepost):
        milepost.events = [row for row in milepost.events if not is_young(row)]

    result = await audited(drop, at=START, served=serve_all)
    assert result.missing > 0


def is_young(row):
    # Published less than a day before START: what happened in the last twenty hours surely is.
    return row["occurred_at"] is not None and datetime.fromisoformat(row["occurred_at"]) > START - timedelta(
        hours=20
    )


def milepost_status(milepost, shipment):
    return journey_status(
        Told(at=datetime.fromisoformat(row["occurred_at"]), status=row["status"], physical=True)
        for row in milepost.events
        if row["tracking_number"] == shipment["tracking_number"]
    )


async def test_a_refused_key_and_a_silent_address_end_the_audit_with_the_reason():
    desk = a_desk(["none"])
    control, api, closed = (listen("127.0.0.1", 0) for _ in range(3))
    async with serving([(control_app(desk), control), (Milepost(desk).app(), api)]):
        with pytest.raises(AuditError, match=r"/api/v1/events answered 401"):
            await audit(url_of(api), "another key", url_of(control))
        silent = url_of(closed)
        closed.close()
        with pytest.raises(AuditError, match="does not answer"):
            await audit(silent, KEY, url_of(control))
