"""What a poll without news costs: bytes on disk and processor time, through the whole corridor.

Every answer of a small world is taken in once; then the same answers come again and again, each with the
new request number that its server would have given it.
"""

import asyncio
import re
import secrets
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benches.corridor import BATCH
from benches.figures import Figure, show
from benches.heard import Heard, hear, settings_for
from milepost import wiring
from milepost.clock import SteppedClock
from milepost.flow import take_in
from milepost.model.reports import Report, ReportKind
from milepost.store.sql.verbatim import Verbatim
from tests.stores import ENGINES, fresh_url

SEED = 21
ORDERS = 60
ROUNDS = 8
OWN = re.compile(rb'("request_id":"|"transactionId":")[^"]*(?=")')
SIZES = {
    "sqlite": "SELECT sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name"
    " WHERE m.tbl_name IN ('reports', 'report_bodies')",
    "postgres": "SELECT pg_total_relation_size('reports') + pg_total_relation_size('report_bodies')",
}


def measure() -> list[Figure]:
    """Bytes and µs for each empty poll of the marketplace, whose answers are numbered, and of carriers."""
    return asyncio.run(_measure())


async def _measure() -> list[Figure]:
    heard = await hear(ORDERS, SEED)
    figures = []
    for engine in ENGINES:
        with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
            async with fresh_url(engine, Path(folder)) as url:
                figures += await _of_engine(engine, heard, Path(folder), url)
    show(f"Polls without news: {ORDERS} orders, {ROUNDS} times", figures)
    return figures


async def _of_engine(engine: str, heard: Heard, folder: Path, url: str) -> list[Figure]:
    settings = settings_for(heard.world, folder)
    settings = replace(settings, store=replace(settings.store, url=url))
    numbered = [one for one in heard.scans if one.kind is ReportKind.ORDER_TRACKING]
    others = [one for one in heard.scans if one.kind is not ReportKind.ORDER_TRACKING]
    found = []
    async with wiring.running(settings, SteppedClock(heard.now)) as milepost:
        await take_in(heard.orders, milepost.app)
        await take_in(heard.scans, milepost.app)
        for name, polls in (("marketplace", numbered), ("carriers", others)):
            size, seconds = await _again(polls, milepost.app, engine)
            n = ROUNDS * len(polls)
            of = f"{name}_{engine}"
            found += [
                Figure(name=f"bytes_empty_poll_{of}", value=round(size / n), unit="bytes", n=n, seed=SEED),
                Figure(name=f"us_empty_poll_{of}", value=round(seconds / n * 1e6), unit="µs", n=n, seed=SEED),
            ]
    return found


async def _again(polls: Sequence[Report], app: Any, engine: str) -> tuple[int, float]:
    """Bytes that were added, and this program's processor time."""
    before, seconds = await _size(app, engine), 0.0
    for _ in range(ROUNDS):
        told = [_numbered_anew(one) for one in polls]
        began = time.process_time()
        for start in range(0, len(told), BATCH):
            await take_in(told[start : start + BATCH], app)
        seconds += time.process_time() - began
    return await _size(app, engine) - before, seconds


def _numbered_anew(report: Report) -> Report:
    return replace(report, body=OWN.sub(lambda found: found[1] + secrets.token_hex(17).encode(), report.body))


async def _size(app: Any, engine: str) -> int:
    return int((await app.store.rows(Verbatim(SIZES[engine])))[0][0])
