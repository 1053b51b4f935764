"""Pages of a small world where nothing was heard for days: of a parcel, and of one that was never located.

And a mail from there, of the day when somebody tried to deliver.
"""

import base64
import tempfile
from datetime import timedelta
from pathlib import Path

from milepost.desk.lookup import make_link
from milepost.desk.switches import switch_on
from milepost.model.notices import PICTURE_ID
from milepost.model.people import View
from milepost.web import build
from milepost.worker import drain
from tests.flow.house import SHOP, Pigeon, house, order, scans
from tests.pages.asgi import ask

QUIET = timedelta(days=6)
TRIED = "2026-03-04T09:30+01:00  ATT  Paris FR"
WAYS = {
    "carrier silent": ("2026-03-03T08:10+01:00  DEP  Lyon FR", "2026-03-04T01:10+01:00  DEP  Dijon FR"),
    "no place known": ("2026-03-03T08:10+01:00  DEP  Nowhere", "2026-03-04T01:10+01:00  DEP  Nowhere"),
}


async def quiet_pages(language: str) -> dict[str, str]:
    """The HTML of each in this language, by the name of its state."""
    with tempfile.TemporaryDirectory() as folder:
        async with house(Path(folder)) as here:
            numbers = {name: str(1001 + place) for place, name in enumerate(WAYS)}
            await here.hear(*[order(number, (f"AC{number}",)) for number in numbers.values()])
            await here.hear(*[scans(f"AC{number}", *WAYS[name]) for name, number in numbers.items()])
            here.clock.move(QUIET)
            await drain(here.app)
            site = build(here.app, here.milepost.counters)
            return {name: await _page(here, site, number, language) for name, number in numbers.items()}


class _Keeper(Pigeon):
    """Keeps the last mail whole."""

    async def send(self, notice, message, recipient):
        self.last = message
        return await super().send(notice, message, recipient)


async def mail() -> str:
    """The HTML of a mail as its reader sees it, with its picture in place."""
    keeper = _Keeper()
    with tempfile.TemporaryDirectory() as folder:
        async with house(Path(folder), pigeon=keeper) as here:
            await here.hear(order("1001", ("AC1",)))
            await switch_on(
                here.app,
                shop_id=SHOP,
                order_number="1001",
                channel="email",
                address="ada@example.com",
                only_problems=False,
            )
            await here.hear(scans("AC1", *WAYS["carrier silent"], TRIED))
            await drain(here.app)
    picture = base64.b64encode(keeper.last.picture.png).decode()
    return keeper.last.html.replace(f"cid:{PICTURE_ID}", f"data:image/png;base64,{picture}")


async def _page(here, site, number: str, language: str) -> str:
    token = await make_link(here.app, shop_id=SHOP, order_number=number, view=View.TOWN)
    there = await ask(site, "GET", f"/t/{token}")
    cookie = f"{there.headers['set-cookie'].partition(';')[0]}; lang={language}"
    return (await ask(site, "GET", there.headers["location"], cookie=cookie)).text
