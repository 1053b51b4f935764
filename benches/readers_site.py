"""A site whose pages are watched: some orders with scans, and a door through which a bench makes the next.

Runs as a process of its own (`python -m benches.readers_site`); prints where it answers, and the cookies.
"""

import asyncio
import json
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from litestar import post

from milepost.cli.stopping import stopping
from milepost.desk.lookup import make_link
from milepost.model.people import View
from milepost.show.cookies import VISITS
from milepost.web import build, listen, serve
from tests.flow.house import NOW, SHOP, House, house, order, scans

SCAN = "/scan"
TOWNS = ("Lyon FR", "Dijon FR", "Auxerre FR", "Paris FR")
SCANS_BEFORE = 16


async def main(orders: int) -> None:
    """Serve until told to stop."""
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with house(Path(folder)) as here, stopping() as stop:
            numbers = [f"{1000 + place}" for place in range(orders)]
            await here.hear(*[order(number, (f"AC{number}",)) for number in numbers])
            told = Told(here, numbers)
            for _ in range(SCANS_BEFORE):
                await told.scan()
            site = build(here.app, here.milepost.counters)
            site.register(told.door())
            socket = listen("127.0.0.1", 0)
            where = {"port": socket.getsockname()[1], "readers": await readers(here, numbers)}
            print(json.dumps(where), flush=True)
            await serve(site, [socket], stop)


class Told:
    """Scans of all orders, one after the other: each parcel goes to and fro between four towns."""

    def __init__(self, here: House, numbers: list[str]) -> None:
        self._here, self._numbers, self._made = here, numbers, 0

    async def scan(self) -> float:
        """One scan of every parcel, taken in as one batch; the moment it came, on the machine's own clock."""
        self._made += 1
        at = NOW - timedelta(hours=60) + timedelta(minutes=20 * self._made)
        line = f"{at.isoformat(timespec='minutes')}  DEP  {TOWNS[self._made % len(TOWNS)]}"
        came = time.monotonic()
        await self._here.hear(*[scans(f"AC{number}", line) for number in self._numbers])
        return came

    def door(self) -> Any:
        """Where the bench asks for one."""

        @post(SCAN, include_in_schema=False)
        async def scan() -> dict[str, float]:
            return {"came": await self.scan()}

        return scan


async def readers(here: House, numbers: list[str]) -> list[tuple[str, str]]:
    """(path of the stream, cookie) for each order."""
    found = []
    for number in numbers:
        token = await make_link(here.app, shop_id=SHOP, order_number=number, view=View.TOWN)
        found.append((f"/orders/{number}/live", f"{VISITS}={token}"))
    return found


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
