"""Several nodes on one PostgreSQL hear of the same parcels at once: the same journeys as one after the other."""

import asyncio
import os
import random
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from tests.flow.house import NOW, house, order, order_scans, scans
from tests.stores import fresh_url

pytestmark = pytest.mark.postgres
NODES = 4
PARCELS = 3
SCANS = 12
CODES = ("PU", "OFD", "ATT", "OFD")


async def test_parcels_heard_of_by_four_nodes_at_once_end_as_if_heard_in_line(tmp_path):
    seed = int(os.environ.get("MILEPOST_SEED", "3"))
    print("seed", seed)
    told = random.Random(seed).sample(reports := stories(), len(reports))
    async with fresh_url("postgres", tmp_path) as url, AsyncExitStack() as stack:
        nodes = [await stack.enter_async_context(house(tmp_path, url=url)) for _ in range(NODES)]
        await asyncio.gather(*[hear(node, told[place::NODES]) for place, node in enumerate(nodes)])
        together = await end(nodes[0])
    (tmp_path / "alone").mkdir()
    async with house(tmp_path / "alone") as alone:
        await hear(alone, told)
        assert together == await end(alone)
    assert len(together["AC1"][0]) == SCANS + 1


def stories():
    """Orders joined by combined parcels, told bit by bit."""
    numbers = [f"AC{number + 1}" for number in range(PARCELS)]
    told = [
        order("1001", {"AC1": ["1001", "1002"], "AC2": ["1001"]}),
        order("1002", {"AC1": ["1001", "1002"], "AC3": ["1002"]}),
        order_scans("1001", "2026-03-02T07:00+00:00  PU  Paris FR"),
    ]
    for number in numbers:
        told.append(scans(number, "2026-03-04T11:00+01:00  DEL  Paris FR", heard_at=NOW))
        for place in range(SCANS):
            at = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(hours=place)
            told.append(scans(number, f"{at.isoformat('T', 'minutes')}  {CODES[place % 4]}  Paris FR"))
    return told


async def hear(node, reports):
    for report in reports:
        await node.hear(report)


async def end(milepost):
    """What every page would show, without the ids that chance gave."""
    shown = {}
    for row in await milepost.shipments():
        shipment = row.shipment
        codes, status = await milepost.told_of(shipment.tracking_number)
        shown[shipment.tracking_number] = (
            codes,
            status,
            row.status_since,
            row.delivered_at,
            row.last_scan_at,
            row.last_place,
            sorted(shipment.order_numbers),
        )
    shown |= {number: sorted(await milepost.order_codes(number)) for number in ("1001", "1002")}
    return shown
