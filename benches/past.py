"""A small world played by the real worker: rows that histories are made of, and the news that came later."""

import asyncio
import pickle
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benches.heard import settings_for
from milepost import wiring
from milepost.cli import worlds
from milepost.clock import SteppedClock
from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.app import App
from milepost.settings import Settings
from milepost.worker import drain
from milepost_sandbox import door

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""The present of every history: here the template of the parcels under way is taken."""

ORDERS = 60
STEP = timedelta(hours=8)
STEPS_MAX = 1_000
ROUNDS = 6
"""How many times after START carriers are asked about all that was under way."""

ROUND = timedelta(hours=12)
UNDER_WAY, ENDED, TOLD, KEY = "under-way.sqlite", "ended.sqlite", "told.pickle", "milepost.key"


@dataclass(frozen=True, kw_only=True, eq=False)
class Past:
    """The world as a Milepost kept it at START and at its end, and what carriers told in between."""

    folder: Path
    world: Mapping[str, Any]
    seed: int
    known: Mapping[str, Report]  # by tracking number: the whole history as it stands at START
    news: tuple[Mapping[str, Report], ...]  # for each round, those histories that had grown

    @property
    def under_way(self) -> Path:
        """The database at START."""
        return self.folder / UNDER_WAY

    @property
    def ended(self) -> Path:
        """The database at the world's end."""
        return self.folder / ENDED

    def settings(self, database: Path) -> Settings:
        """Settings of a Milepost over a database that was made of this past."""
        made = settings_for(self.world, self.folder)
        return replace(made, store=replace(made.store, url=f"sqlite:{database}"))


def play(folder: Path, seed: int, orders: int = ORDERS) -> Past:
    """Play it, or read again what an earlier run left in `folder`."""
    told = folder / TOLD
    if not told.exists():
        folder.mkdir(parents=True, exist_ok=True)
        told.write_bytes(pickle.dumps(asyncio.run(_play(folder, seed, orders))))
    world, known, news = pickle.loads(told.read_bytes())  # noqa: S301 - our own file, written above
    return Past(folder=folder, world=world, seed=seed, known=known, news=news)


async def _play(folder: Path, seed: int, orders: int) -> tuple[Any, ...]:
    options = door.SandboxOptions(
        seed=seed, orders=orders, start=START - timedelta(days=10), days_back=1, days_ahead=13, control_port=0
    )
    async with door.running(options) as sandbox:
        world = {
            "urls": dict(sandbox.urls),
            "credentials": sandbox.credentials,
            "shops": [{"auth_code": code} for code in sandbox.credentials["tiktok_auth_codes"].values()],
        }
        clock = SteppedClock(options.start)
        async with _milepost(world, folder, clock) as app:
            await worlds.connect_shops(app, world)
            await _work_until(START, app, clock, sandbox)
            _copy(folder / "played.sqlite", folder / UNDER_WAY)
            asked = await _under_way(app)
            known = await _ask(app, asked)
            news = []
            last = known
            for _ in range(ROUNDS):
                clock.move_to(clock.now() + ROUND)
                sandbox.advance(clock.now())
                now = await _ask(app, asked)
                news.append(
                    {
                        number: one
                        for number, one in now.items()
                        if _scans(one, app) > _scans(last[number], app)
                    }
                )
                last = now
            await _work_until(sandbox.ends_at - timedelta(days=1), app, clock, sandbox)
        _copy(folder / "played.sqlite", folder / ENDED)
        (folder / "played.sqlite").unlink()
    return world, known, tuple(news)


@asynccontextmanager
async def _milepost(world: Mapping[str, Any], folder: Path, clock: SteppedClock) -> AsyncIterator[App]:
    settings = settings_for(world, folder)
    settings = replace(settings, store=replace(settings.store, url=f"sqlite:{folder / 'played.sqlite'}"))
    async with wiring.running(settings, clock) as milepost:
        yield milepost.app


async def _work_until(end: datetime, app: App, clock: SteppedClock, sandbox: door.Sandbox) -> None:
    """Let time pass in steps, and the worker do what falls due in each."""
    for _ in range(STEPS_MAX):
        await drain(app)
        if clock.now() >= end:
            return
        clock.move_to(min(clock.now() + STEP, end))
        sandbox.advance(clock.now())
    raise RuntimeError(f"the world did not end within {STEPS_MAX} steps")


async def _under_way(app: App) -> list[tuple[str, TrackingQuery]]:
    """Every parcel a carrier can be asked about: its carrier and the question."""
    page = await app.store.shipments(shop_ids=None, cursor=None, limit=1000)
    return [
        (one.carrier, TrackingQuery(tracking_number=one.tracking_number, since=one.since))
        for one in (row.shipment for row in page.rows)
        if one.carrier in app.carriers and app.carriers[one.carrier].is_configured and not one.superseded
    ]


async def _ask(app: App, asked: list[tuple[str, TrackingQuery]]) -> dict[str, Report]:
    """Each number by itself, so that each answer is about one parcel."""
    return {
        query.tracking_number: (await app.carriers[carrier].fetch([query]))[0] for carrier, query in asked
    }


def _scans(report: Report, app: App) -> int:
    return len(app.carriers[report.source].parse(report).scans)


def _copy(source: Path, target: Path) -> None:
    """A whole copy, while the source is in use."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as write:
        read.backup(write)
