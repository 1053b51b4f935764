"""The same reports, shuffled, repeated and differently batched, end in the same journeys."""

import asyncio
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from milepost import wiring
from milepost.cli import worlds
from milepost.cli.check import POLLING, STEP
from milepost.clock import SteppedClock
from milepost.flow import take_in
from milepost.model.reports import Report, ReportKind
from milepost.record.journey import derive
from milepost.settings import Settings
from milepost.store.tables import REPORTS
from milepost.store.values import moment
from milepost.worker import drain
from milepost_sandbox import door
from tests.sim.results import keep
from tests.sim.tiers import TIER

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
ORDERS = 4
SEED = 21
REPEATS_MAX = 2
BATCH_MAX = 40
SHUFFLES_PER_TEST = 25


@dataclass
class Heard:
    """What one run of a world was told, and what it came to."""

    reports: list
    settings: Settings
    end: str
    now: datetime


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """A small world heard to its end, with every report it gave."""
    return asyncio.run(hear_a_world(tmp_path_factory.mktemp("world")))


async def hear_a_world(folder):
    options = door.SandboxOptions(
        seed=SEED, orders=ORDERS, start=START, control_port=0, faults=("duplicate", "missing_offset", "late")
    )
    async with door.running(options) as sandbox:
        world = {
            "urls": dict(sandbox.urls),
            "credentials": sandbox.credentials,
            "shops": [{"auth_code": code} for code in sandbox.credentials["tiktok_auth_codes"].values()],
        }
        settings = worlds.settings_for(
            world, store_url=f"sqlite:{folder}/world.sqlite", folder=folder, polling=POLLING
        )
        clock = SteppedClock(sandbox.clock.now())
        async with wiring.running(settings, clock) as milepost:
            await worlds.connect_shops(milepost.app, world)
            while clock.now() < sandbox.ends_at:
                await drain(milepost.app)
                clock.move(STEP * 6)
                sandbox.advance(clock.now())
            return Heard(
                reports=distinct(await kept_reports(milepost.app.store)),
                settings=settings,
                end=await journeys(milepost.app.store),
                now=clock.now(),
            )


async def kept_reports(store):
    """Every report, as it came, oldest first."""
    columns = (REPORTS.c.source, REPORTS.c.kind, REPORTS.c.shop_id, REPORTS.c.subject)
    rows = await store.rows(select(*columns, REPORTS.c.heard_at, REPORTS.c.seq).order_by(REPORTS.c.seq))
    return [
        Report(
            source=source,
            kind=ReportKind(kind),
            shop_id=shop_id,
            subject=tuple(json.loads(subject)),
            heard_at=moment(heard_at),
            body=await store.report_as_heard(seq),
        )
        for source, kind, shop_id, subject, heard_at, seq in rows
    ]


def distinct(reports):
    """The first of equal answers: polls that brought nothing new would only make the shuffles slow."""
    first = {}
    for report in reports:
        first.setdefault((report.source, report.subject, report.body_hash), report)
    return list(first.values())


async def journeys(store):
    """Every live shipment's journey and every order's own events, as one canonical text."""
    told = {}
    page = await store.shipments(shop_ids=None, cursor=None, limit=500)
    events = await store.shipment_events([row.shipment.shipment_id for row in page.rows])
    for row in page.rows:
        key = f"{row.shipment.tracking_number} {' '.join(row.shipment.order_numbers)}"
        told[key] = journey_text(derive(events[row.shipment.shipment_id]), row.shipment.superseded)
    orders = await store.orders(shop_ids=None, cursor=None, limit=500)
    for row in orders.rows:
        own = await store.order_events(row.facts.shop_id, row.facts.order_number)
        told[f"order {row.facts.order_number} {row.facts.state}"] = journey_text(derive(own), False)
    return json.dumps(told, sort_keys=True, indent=1)


def journey_text(journey, superseded):
    scans = [
        [scan.event_id, scan.step, str(scan.event.status), scan.event.occurred.wall_clock, scan.event.reason]
        for scan in journey.events
    ]
    return [journey.status, journey.delivery_retracted, journey.attempts, superseded, scans]


@pytest.mark.parametrize("first", range(0, TIER.shuffles, SHUFFLES_PER_TEST))
async def test_every_order_of_hearing_ends_the_same(first, heard, tmp_path):
    assert len(heard.reports) > ORDERS * 5, "too little was heard to be worth shuffling"
    for seed in range(first, first + SHUFFLES_PER_TEST):
        end = await end_of(shuffled(heard.reports, seed), heard, tmp_path / str(seed), seed)
        assert end == heard.end, f"shuffle {seed} of world {SEED} ends differently"
    keep("shuffles", {"first": first, "count": SHUFFLES_PER_TEST, "seed": SEED})


def shuffled(reports, seed):
    """Each report once or twice, in any order."""
    chance = random.Random(seed)
    many = [report for report in reports for _ in range(chance.randint(1, REPEATS_MAX))]
    chance.shuffle(many)
    return many


async def end_of(reports, heard, folder, seed):
    chance = random.Random(f"batches {seed}")
    settings = worlds.settings_for(
        {
            "urls": {"tiktok_auth": "http://127.0.0.1:9", "tiktok_api": "http://127.0.0.1:9"},
            "credentials": {"tiktok_app_key": "k", "tiktok_app_secret": "s", "tiktok_service_id": "1"},
        },
        store_url=f"sqlite:{folder}/again.sqlite",
        folder=folder,
        polling=POLLING,
    )
    folder.mkdir()
    async with wiring.running(settings, SteppedClock(heard.now + timedelta(days=1))) as milepost:
        rest = list(reports)
        while rest:
            size = chance.randint(1, BATCH_MAX)
            await take_in(rest[:size], milepost.app)
            rest = rest[size:]
        return await journeys(milepost.app.store)
