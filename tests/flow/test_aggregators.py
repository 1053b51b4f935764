"""Aggregators push what carriers told them: proved, taken in once, and one line with the carrier's own scan."""

import json
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from milepost.carry.hands import carry_out_due
from milepost.desk.carriers import choose_carrier
from milepost.desk.entries import By
from milepost.model.carriers import Identification
from milepost.model.reports import Report, ReportKind
from milepost.record.journey import derive
from milepost.settings import AggregatorAccess, Settings, Web
from milepost.sources.aggregator_catalog import aggregators
from milepost.web import build
from tests.flow.house import house, order, scans
from tests.journeys.acme import Acme
from tests.sources.scripted_server import HandClock
from tests.sources.test_aggregators import KEY, PUSHING, SECRET, sample, signed

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBERS = {
    "aftership": "9400100000000000000001",
    "easypost": "9400100000000000000001",
    "shippo": "9400100000000000000001",
    "seventeen_track": "RR123456785CN",
    "ship24": "9400100000000000000001",
}
DELIVERED_AT = "2026-03-05T13:22:10-08:00"


def told(key, number):
    """The sample push, about a parcel of its own, with an id of its own where pushes have one."""
    body = json.loads(sample(key).replace(NUMBERS[key].encode(), number.encode()))
    body |= {name: f"push-{number}" for name in ("id", "event_id") if name in body}
    return json.dumps(body).encode()


def nobody_knows(number, _provider="", _country="", _clues=None):
    return Identification(given=number, number=number, valid_format=True, answer=None, candidates=())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory):
    """A Milepost that hears of five aggregators, with a parcel each, and one that is its carrier's too."""
    keys = {key: AggregatorAccess(client_id=KEY, push=True, push_secret=SECRET) for key in PUSHING}
    settings = Settings(aggregators=keys, web=Web(public_url="https://track.example.com"))
    others = {"aggregators": aggregators(settings, HandClock())}
    async with house(tmp_path_factory.mktemp("aggregators"), **others) as milepost:
        milepost.milepost = replace(milepost.milepost, app=replace(milepost.app, identify=nobody_knows))
        await milepost.hear(*(order(f"order-{key}", (f"parcel-{key}",)) for key in PUSHING))
        transport = httpx.ASGITransport(app=build(milepost.app, milepost.milepost.counters))
        async with httpx.AsyncClient(transport=transport, base_url="http://milepost") as http:

            async def push(key, body, headers=None):
                proof = signed(key, body) if headers is None else headers
                token = {"token": proof.pop("x-milepost-token", "")} if key == "shippo" else {}
                address = f"/hooks/aggregators/{key}"
                return await http.post(address, content=body, headers=proof, params=token)

            milepost.push, milepost.http = push, http
            yield milepost


async def journey_of(town, number):
    (row,) = [row for row in await town.shipments() if row.shipment.tracking_number == number]
    events = await town.app.store.shipment_events([row.shipment.shipment_id])
    return row.shipment, derive(events[row.shipment.shipment_id])


async def test_each_ones_push_is_taken_in_once_and_the_parcel_is_delivered(town):
    for key in PUSHING:
        number, body = f"parcel-{key}", told(key, f"parcel-{key}")
        for _ in range(3):
            answer = await town.push(key, body)
            assert (answer.status_code, answer.content) == (200, b""), (key, answer.text)
        _, journey = await journey_of(town, number)
        assert journey.status == "delivered", key
        assert {scan.event.source for scan in journey.events} == {key}
        assert [scan.copies for scan in journey.events] == [1] * len(journey.events), key


async def test_whose_parcel_it_is_is_learned_from_who_knows_and_nobody_else_had_said(town):
    body = told("aftership", "parcel-aftership")
    await town.push("aftership", body)
    shipment, _ = await journey_of(town, "parcel-aftership")
    assert shipment.carrier == json.loads(body)["msg"]["slug"] == "usps"


async def test_a_scan_heard_from_the_carrier_and_from_an_aggregator_is_one_line(town):
    await town.hear(order("order-both", ("BOTH1",)), scans("BOTH1", f"{DELIVERED_AT} DEL Portland OR US"))
    await town.push("aftership", told("aftership", "BOTH1"))
    _, journey = await journey_of(town, "BOTH1")
    delivered = [scan for scan in journey.events if scan.event.status == "delivered"]
    assert sorted(scan.event.source for scan in delivered) == ["acme", "aftership"]
    assert len({scan.step for scan in delivered}) == 1


async def test_what_is_not_proved_not_switched_on_or_nobody_is_refused_and_nothing_is_kept(town):
    before = len((await town.kept())["reports"])
    for key in PUSHING:
        body = told(key, f"parcel-{key}")
        assert (await town.push(key, body, signed(key, body, "another-secret"))).status_code == 401, key
        assert (await town.push(key, body, {})).status_code == 401, key
        assert (await town.push(key, b"{", None)).status_code == 400, key
    assert (await town.http.post("/hooks/aggregators/nobody", content=b"{}")).status_code == 404
    assert (await town.http.post("/hooks/aggregators/karrio", content=b"{}")).status_code == 404
    assert (
        await town.http.post("/hooks/aggregators/aftership", content=b" " * 10_000_000)
    ).status_code == 413
    assert len((await town.kept())["reports"]) == before


async def test_a_number_nobody_waits_for_is_kept_and_shown_to_nobody(town):
    before, kept = await town.shipments(), len((await town.kept())["reports"])
    assert (await town.push("easypost", told("easypost", "NOBODYS-1"))).status_code == 200
    assert await town.shipments() == before
    assert len((await town.kept())["reports"]) == kept + 1


class Gossip(Acme):
    """Tells of parcels of every carrier but one, in Acme's lines, and remembers what it was asked."""

    key = "gossip"
    card = replace(Acme.card, key="gossip", name="Gossip")

    def __init__(self, clock):
        super().__init__()
        self.clock, self.asked = clock, []

    def reaches(self, carrier):
        return carrier != "dhl"

    async def fetch(self, queries):
        self.asked += [(query.tracking_number, query.carrier) for query in queries]
        return [
            Report(
                source="gossip",
                kind=ReportKind.TRACKING,
                shop_id=None,
                subject=(query.tracking_number,),
                body=b"2026-03-03T08:00+00:00 PU Lyon\n2026-03-04T08:00+00:00 DEP Lyon",
                heard_at=self.clock.now(),
            )
            for query in queries
        ]


async def test_a_parcel_whose_carrier_has_no_keys_is_asked_about_at_the_aggregator(tmp_path):
    carriers = {"OWN": "acme", "KEYLESS": "ups", "HIDDEN": "dhl"}

    def known(number, *_clues):
        return Identification(
            given=number, number=number, valid_format=True, answer=carriers.get(number), candidates=()
        )

    async with house(tmp_path) as town:
        gossip = Gossip(town.clock)
        app = replace(town.app, aggregators={"gossip": gossip}, identify=known)
        town.milepost = replace(town.milepost, app=app)
        await town.hear(*(order(f"order-{number}", (number,)) for number in (*carriers, "NOBODYS")))
        for _ in range(3):  # what it tells is no reason to ask it again at once
            await carry_out_due(town.app, "w1")
            town.clock.move(timedelta(minutes=1))
        assert sorted(gossip.asked, key=str) == [("KEYLESS", "ups"), ("NOBODYS", None)]
        assert await town.told_of("NOBODYS") == (["PU", "DEP"], "in_transit")
        (row,) = [one for one in await town.shipments() if one.shipment.tracking_number == "KEYLESS"]
        assert (row.shipment.carrier, row.status) == ("ups", "in_transit")
        town.clock.move(timedelta(days=2))
        await carry_out_due(town.app, "w1")
        assert len(gossip.asked) == 4, "asked again in its own time"
        (row,) = [one for one in await town.shipments() if one.shipment.tracking_number == "NOBODYS"]
        await choose_carrier(
            town.app, row.shipment.shipment_id, "ups", By(kind="api_key", id="1", name="a program")
        )
        await carry_out_due(town.app, "w1")
        assert [of for number, of in gossip.asked[4:] if number == "NOBODYS"] == ["ups"], "only as chosen"
        so_far = len(gossip.asked)
        await choose_carrier(
            town.app, row.shipment.shipment_id, "acme", By(kind="api_key", id="1", name="a program")
        )
        town.clock.move(timedelta(days=2))
        await carry_out_due(town.app, "w1")
        assert {number for number, _ in gossip.asked[so_far:]} == {"KEYLESS"}, "the other has acme now"
