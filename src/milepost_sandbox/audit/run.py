"""Carry out one audit: ask the sandbox for the truth, ask Milepost for its story, and compare."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from milepost_sandbox.audit import pages
from milepost_sandbox.audit.compare import compare
from milepost_sandbox.audit.words import AuditResult, Expected

PATIENCE: Final = timedelta(days=1)
"""In a world that still runs, Milepost may not have asked yet for what was published less than this ago."""
DIGEST_SECONDS: Final = 30.0
"""Real seconds a running Milepost has to record what it was served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the world stood when the truth was asked for."""

    now: datetime
    ended: bool
    stepped: bool

    def is_due(self, row: dict[str, Any]) -> bool:
        """Whether Milepost must know this by now: the world ended, it is a day old, or it was served."""
        published = datetime.fromisoformat(row["published_at"])
        if published > self.now:
            return False
        if self.ended or published <= self.now - PATIENCE:
            return True
        served = row["served_seconds_ago"]
        return served is not None and (self.stepped or served >= DIGEST_SECONDS)


async def audit(url: str, api_key: str, control_url: str) -> AuditResult:
    """Compare the Milepost at `url` with the truth of the sandbox at `control_url`. Raises AuditError.

    The truth is asked for first and last: what became due in between is not held against Milepost, and what
    was published in between is not called invented.
    """
    async with pages.client(control_url) as control, pages.client(url, api_key) as milepost:
        world = await pages.get(control, "/world")
        standing = Standing(
            now=datetime.fromisoformat(world["now"]),
            ended=datetime.fromisoformat(world["now"]) >= datetime.fromisoformat(world["ends_at"]),
            stepped=world["rate"] is None,
        )
        due = {_key(row) async for row in pages.rows(control, "/truth") if standing.is_due(row)}
        heard, shipments = await asyncio.gather(_heard(milepost), _shipments(milepost))
        expected: list[Expected] = [
            pages.expected(row, due=_key(row) in due) async for row in pages.rows(control, "/truth")
        ]
        parcels = [
            pages.expected_parcel(row)
            async for row in pages.rows(control, "/truth/parcels")
            if standing.ended or datetime.fromisoformat(row["known_at"]) <= standing.now - PATIENCE
        ]
    result = AuditResult(seed=world["seed"], orders=world["orders"])
    return compare(result, expected=expected, heard=heard, parcels=parcels, shipments=shipments)


def _key(row: dict[str, Any]) -> tuple[object, ...]:
    names = ("source", "tracking_number", "order_id", "code", "description", "instant_utc", "wall_clock")
    return tuple(row[name] for name in names)


async def _heard(milepost: Any) -> list[Any]:
    return [pages.heard(row) async for row in pages.rows(milepost, "/api/v1/events")]


async def _shipments(milepost: Any) -> list[Any]:
    return [pages.heard_shipment(row) async for row in pages.rows(milepost, "/api/v1/shipments")]
