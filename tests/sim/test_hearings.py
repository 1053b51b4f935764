"""One fixed set of reports, heard in any order, repeated, differently batched, on both engines: the same bytes.

Hundreds of hearings share one database and one another's batches; each has order and tracking numbers of its own,
which are taken out again before bytes are compared, and so are the moments of hearing, which are not the story's.
No two scans of a parcel have the same minute: their order would be that of their ids, which hold the numbers.
"""

import asyncio
import hashlib
import itertools
import json
import random

import msgspec
import pytest

from milepost.record.journey import derive
from tests.flow.house import NOW, house, order, order_scans, scans
from tests.sim.results import keep
from tests.sim.tiers import TIER
from tests.stores import fresh_url

SEED = 6
TOGETHER = 250  # hearings in one database, at most
REPEATS_MAX = 3
BATCH_MAX = 60
PAGE = 500
OF_HEARING = ("heard_at", "report_hash", "event_id")
IN_ORDER = 0  # the hearing that is told in order, one report at a time


def told(mark):
    """Two orders, three parcels: late, early, twice told, contradictory, without offset, unknown, combined."""
    one, two = f"1001{mark}", f"1002{mark}"
    home, customs, both = f"AC1{mark}", f"AC2{mark}", f"AC3{mark}"
    first = ("2026-03-01T18:00+01:00  NEW  Lyon FR", "2026-03-02T09:00+01:00  PU  Lyon FR")
    way = ("2026-03-02T20:10+01:00  DEP  Lyon FR", "2026-03-03T06:40+01:00  ARR  Paris FR")
    tries = ("2026-03-03T08:00+01:00  OFD  Paris FR", "2026-03-03T11:20+01:00  ATT  Paris FR")
    end = ("2026-03-04T08:00+01:00  OFD  Paris FR", "2026-03-04T10:05+01:00  DEL  Paris FR")
    return [
        order(one, [home, customs], state="confirmed", updated="2026-03-01T10:00+00:00"),
        order(one, [home, customs], state="shipped", updated="2026-03-02T10:00+00:00"),
        order(two, {both: [one, two]}, updated="2026-03-02T12:00+00:00"),
        scans(home, *first),
        scans(home, *first, *way),
        scans(home, *way, *tries),
        scans(home, *first, *way, *tries, *end),
        scans(home, "2026-03-02T23:00+01:00  WX  Dijon FR"),
        scans(home, "2026-03-04T15:00+01:00  RTS  Paris FR"),
        order_scans(one, *way, "2026-03-03T06:41+01:00  ARR  Paris FR"),
        scans(customs, "2026-03-02T07:00  PU  New York NY US", "2026-03-03T07:00  CUS  Paris FR"),
        scans(customs, "2026-03-03T07:00  CUS  Paris FR", "2026-03-03T09:00  ZZZ  Paris FR"),
        scans(customs, "2026-03-03T19:30+01:00  CLR  Paris FR", "2026-03-04T09:30+01:00  DEL  Paris FR"),
        scans(customs, "2026-03-04T10:30+01:00  ADR  Paris FR", "no line at all"),
        scans(both, "2026-03-03T07:00+01:00  PU  Lille FR", "2026-03-03T07:00+01:00  PU  Lille FR"),
        scans(both, "2026-03-04T07:00+01:00  OFD  Lille FR", "2026-03-03T23:59+01:00  DEP  Lille FR"),
        order_scans(two, "2026-03-04T07:01+01:00  OFD  Lille FR"),
    ]


def groups(engine):
    """The hearings of an engine by number, so many to a database; each group also has the one told in order."""
    half = range(1, TIER.hearings // 2 + 1)
    return [(engine, list(half[first : first + TOGETHER])) for first in range(0, len(half), TOGETHER)]


@pytest.mark.parametrize(
    ("engine", "hearings"),
    [
        pytest.param(*one, marks=[pytest.mark.postgres] if one[0] == "postgres" else [])
        for one in [*groups("sqlite"), *groups("postgres")]
    ],
    ids=lambda value: value if isinstance(value, str) else str(value[0]),
)
async def test_whatever_order_it_is_heard_in_the_journeys_are_the_same_bytes(
    engine, hearings, expected, tmp_path
):
    ends = await heard(engine, hearings, tmp_path)
    different = [number for number in hearings if ends[number] != expected]
    if different:
        assert ends[different[0]] == expected, f"seed {SEED}, hearing {different[0]} on {engine}"
    digest = hashlib.sha256(expected).hexdigest()[:16]
    keep(
        "hearings",
        {"engine": engine, "count": len(hearings), "seed": SEED, "journeys": digest, "different": 0},
    )


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What the set comes to when it is told in order, one report at a time, on SQLite."""
    ends = asyncio.run(heard("sqlite", [IN_ORDER], tmp_path_factory.mktemp("in-order")))
    return ends[IN_ORDER]


def test_the_set_is_worth_shuffling(expected):
    journeys = json.loads(expected)
    assert {one["status"] for one in journeys["shipments"].values()} == {
        "return_in_transit",
        "held",
        "out_for_delivery",
    }
    scans_told = [scan["event"] for one in journeys["shipments"].values() for scan in one["events"]]
    assert len(scans_told) > 15
    assert {"reported", "inferred"} <= {event["occurred"]["source"] for event in scans_told}
    assert any(one["unknown_events"] for one in journeys["shipments"].values())


async def heard(engine, hearings, folder):
    """Each hearing's journeys, as bytes."""
    chance = random.Random(f"{SEED} {engine} {hearings[0]}")
    async with fresh_url(engine, folder) as url, house(folder, url=url) as milepost:
        for batch in batches(hearings, chance):
            await milepost.hear(*batch)
        return await journeys(milepost.app.store, hearings)


def batches(hearings, chance):
    """The reports of all hearings, each hearing's in an order of its own, cut anywhere."""
    if hearings == [IN_ORDER]:
        return [[report] for report in told(mark(IN_ORDER))]
    piles = [shuffled(number) for number in hearings]
    turns = [place for place, pile in enumerate(piles) for _ in pile]
    chance.shuffle(turns)  # hearings meet in one batch, and none waits for another
    reports = iter([piles[place].pop() for place in turns])
    return list(iter(lambda: list(itertools.islice(reports, chance.randint(1, BATCH_MAX))), []))


def shuffled(number):
    """Each report once to `REPEATS_MAX` times, in any order."""
    chance = random.Random(f"{SEED} {number}")
    many = [report for report in told(mark(number)) for _ in range(chance.randint(1, REPEATS_MAX))]
    chance.shuffle(many)
    return many


def mark(number):
    return f"N{number:05d}"


async def journeys(store, hearings):
    """Every shipment's and every order's own journey, canonical, by hearing."""
    found = {number: {"shipments": {}, "orders": {}} for number in hearings}
    rows = await every(store.shipments)
    events = {}
    for some in range(0, len(rows), PAGE):
        ids = [row.shipment.shipment_id for row in rows[some : some + PAGE]]
        events |= await store.shipment_events(ids)
    for row in rows:
        name, _, number = row.shipment.tracking_number.partition("N")
        journey = canonical(derive(events[row.shipment.shipment_id]), number)
        journey |= {"orders": [one.partition("N")[0] for one in sorted(row.shipment.order_numbers)]}
        assert journey["status"] == row.status, "the summary says another status than the journey"
        found[int(number)]["shipments"][f"{name} {row.shipment.superseded}"] = journey
    for row in await every(store.orders):
        name, _, number = row.facts.order_number.partition("N")
        own = await store.order_events(row.facts.shop_id, row.facts.order_number)
        about = {"state": row.facts.state, "updated_at": row.facts.updated_at.isoformat()}
        found[int(number)]["orders"][name] = canonical(derive(own), number) | about
    return {number: json.dumps(one, sort_keys=True, indent=1).encode() for number, one in found.items()}


async def every(listed):
    rows, cursor = [], None
    while True:
        page = await listed(shop_ids=None, cursor=cursor, limit=PAGE)
        rows += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return rows


def canonical(journey, number):
    """All it says, without the hearing: ids are places in the journey, numbers those of the set."""
    places = {scan.event_id: place for place, scan in enumerate(journey.events)}
    plain = json.loads(msgspec.json.encode(journey).decode().replace(f"N{number}", ""))
    plain.pop("last_heard_at")
    for scan, made in zip(plain["events"], journey.events, strict=True):
        scan["event_id"], scan["step"] = places[made.event_id], places[made.step]
        scan.pop("first_heard_at")
        for name in OF_HEARING:
            scan["event"].pop(name)
    return plain


def test_a_set_with_one_scan_more_has_other_bytes(expected, tmp_path):
    """Shows that the comparison can fail."""

    async def one_more():
        async with house(tmp_path) as milepost:
            for report in told(mark(IN_ORDER)):
                await milepost.hear(report)
            await milepost.hear(scans(f"AC1{mark(IN_ORDER)}", f"{NOW.isoformat()}  RET  Lyon FR"))
            return await journeys(milepost.app.store, [IN_ORDER])

    assert asyncio.run(one_more())[IN_ORDER] != expected
