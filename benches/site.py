"""A site to be measured: a small world taken in, one order to look at, and an empty page beside it.

Runs as a process of its own (`python -m benches.site`); prints where it answers and with which cookie.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from litestar import MediaType, Response, get

from benches.heard import hear, told_of_orders
from milepost import wiring
from milepost.cli.stopping import stopping
from milepost.desk.lookup import make_link
from milepost.flow import take_in
from milepost.model.people import View
from milepost.ports.rows import ShipmentRow
from milepost.record.journey import derive
from milepost.show.cookies import VISITS
from milepost.web import build, listen, serve

EMPTY = "/empty"


@get(EMPTY, include_in_schema=False)
async def empty() -> Response[str]:
    """What an answer costs that says nothing."""
    return Response("", media_type=MediaType.HTML)


async def main(orders: int, seed: int) -> None:
    """Serve until told to stop."""
    heard = await hear(orders, seed)
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with told_of_orders(heard, Path(folder)) as milepost, stopping() as stop:
            await take_in(heard.scans, milepost.app)
            site = build(milepost.app, milepost.counters)
            site.register(empty)
            socket = listen("127.0.0.1", 0)
            print(json.dumps(await _where(milepost, socket.getsockname()[1])), flush=True)
            await serve(site, [socket], stop)


async def _where(milepost: wiring.Running, port: int) -> dict[str, object]:
    """The order with the median number of scans: neither the shortest page nor the longest."""
    store = milepost.app.store
    page = await store.shipments(shop_ids=None, cursor=None, limit=500)
    rows = [row for row in page.rows if not row.shipment.superseded]
    events = await store.shipment_events([row.shipment.shipment_id for row in rows])
    rows.sort(key=lambda row: len(derive(events[row.shipment.shipment_id]).events))
    chosen: ShipmentRow = rows[len(rows) // 2]
    number = chosen.shipment.order_numbers[0]
    token = await make_link(
        milepost.app, shop_id=chosen.shipment.shop_id, order_number=number, view=View.FULL
    )
    return {
        "port": port,
        "path": f"/orders/{number}",
        "cookie": f"{VISITS}={token}",
        "scans": len(derive(events[chosen.shipment.shipment_id]).events),
    }


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
