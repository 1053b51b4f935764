"""What a Milepost hears of a simulated world: real answers of the sandbox's servers, to be taken in again."""

import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from milepost import wiring
from milepost.cli import worlds
from milepost.cli.check import POLLING
from milepost.clock import SteppedClock
from milepost.flow import reading_of, take_in
from milepost.model.reports import Report, ReportKind
from milepost.model.shipments import TrackingQuery
from milepost.ports.app import App
from milepost.settings import Settings
from milepost.store.tables import REPORTS
from milepost.store.values import from_json, moment
from milepost.worker import drain
from milepost_sandbox import door

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
TOLD_OF_MIN = 0.9
"""Of a world's orders, so many at least have scans at its end; the others were canceled."""

SCANNED = (ReportKind.TRACKING, ReportKind.ORDER_TRACKING)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Every report of a world, at its end, oldest first, and the moment they were heard."""

    orders: tuple[Report, ...]  # descriptions of orders and packages
    scans: tuple[Report, ...]  # each the whole history of an order's parcels, or of one parcel
    now: datetime
    world: Mapping[str, Any]


async def hear(orders: int, seed: int) -> Heard:
    """Play a world of `orders` orders to its end, then ask its servers about all of it, once."""
    options = door.SandboxOptions(seed=seed, orders=orders, start=START, control_port=0)
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with door.running(options) as sandbox:
            world = {
                "urls": dict(sandbox.urls),
                "credentials": sandbox.credentials,
                "shops": [{"auth_code": code} for code in sandbox.credentials["tiktok_auth_codes"].values()],
            }
            now = sandbox.ends_at - timedelta(days=1)
            sandbox.advance(now)
            settings = settings_for(world, Path(folder))
            async with wiring.running(settings, SteppedClock(now)) as milepost:
                await worlds.connect_shops(milepost.app, world)
                await drain(milepost.app)
                reports = await _kept(milepost.app.store)
                asked = await _ask_carriers(milepost.app)
    told = list(_latest(report for report in reports if report.kind is ReportKind.ORDER_TRACKING))
    if len(told) < orders * TOLD_OF_MIN:
        raise RuntimeError(
            f"only {len(told)} of {orders} orders were told of: the machine is too busy to measure"
        )
    return Heard(
        orders=tuple(report for report in reports if report.kind not in SCANNED),
        scans=(*told, *asked),
        now=now,
        world=world,
    )


@asynccontextmanager
async def told_of_orders(heard: Heard, folder: Path) -> AsyncIterator[wiring.Running]:
    """A fresh Milepost that knows the orders and waits for the first scan."""
    async with wiring.running(settings_for(heard.world, folder), SteppedClock(heard.now)) as milepost:
        await take_in(heard.orders, milepost.app)
        for report in heard.scans:  # a worker that runs for long has seen these towns and sentences before
            reading_of(report, milepost.app)
        yield milepost


def settings_for(world: Mapping[str, Any], folder: Path) -> Settings:
    """Settings of a Milepost that talks to this world and keeps its facts in `folder`."""
    settings = worlds.settings_for(
        world, store_url=f"sqlite:{folder / 'bench.sqlite'}", folder=folder, polling=POLLING
    )
    return replace(settings, tiktok_shop=replace(settings.tiktok_shop, backfill_days=60))


def _latest(reports: Iterable[Report]) -> Iterable[Report]:
    """The last answer to each question: what was read twice would not be fresh the second time."""
    return {(report.source, report.kind, report.subject): report for report in reports}.values()


async def _ask_carriers(app: App) -> list[Report]:
    """Every parcel's whole history, each number asked about once."""
    queries: dict[str, list[TrackingQuery]] = {
        key: [] for key, carrier in app.carriers.items() if carrier.is_configured
    }
    cursor = None
    while True:
        page = await app.store.shipments(shop_ids=None, cursor=cursor, limit=500)
        for row in page.rows:
            if row.shipment.carrier in queries and not row.shipment.superseded:
                number = row.shipment.tracking_number
                queries[row.shipment.carrier].append(
                    TrackingQuery(tracking_number=number, since=row.shipment.since)
                )
        cursor = page.next_cursor
        if cursor is None:
            break
    reports: list[Report] = []
    for key, asked in queries.items():
        carrier = app.carriers[key]
        size = carrier.card.batch_max
        for start in range(0, len(asked), size):
            reports += await carrier.fetch(asked[start : start + size])
    return reports


async def _kept(store: Any) -> list[Report]:
    columns = (REPORTS.c.source, REPORTS.c.kind, REPORTS.c.shop_id, REPORTS.c.subject)
    rows = await store.rows(select(*columns, REPORTS.c.heard_at, REPORTS.c.seq).order_by(REPORTS.c.seq))
    return [
        Report(
            source=source,
            kind=ReportKind(kind),
            shop_id=shop_id,
            subject=tuple(from_json(list, subject)),
            heard_at=moment(heard_at),
            body=await store.report_as_heard(seq),
        )
        for source, kind, shop_id, subject, heard_at, seq in rows
    ]
