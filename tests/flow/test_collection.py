"""How long a carrier keeps a parcel to be collected: from its answer to the buyer's page and the exception."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

import milepost.sources.carriers
from milepost.clock import SteppedClock
from milepost.desk.lookup import make_link
from milepost.model.carriers import Candidate, Identification
from milepost.model.people import View
from milepost.model.promises import Promiser
from milepost.model.reports import Report, ReportKind
from milepost.web import build
from tests.flow.house import SHOP, house, order

NUMBER = "1Z5R89390357567127"
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
SAMPLE = Path(milepost.sources.carriers.__file__).parent / "ups" / "samples" / "kept_at_access_point.json"


def answer():
    return Report(
        source="ups",
        kind=ReportKind.TRACKING,
        shop_id=None,
        subject=(NUMBER,),
        heard_at=NOW,
        body=SAMPLE.read_bytes(),
    )


async def test_a_buyer_reads_by_which_day_it_has_to_be_collected(tmp_path):
    async with house(tmp_path, clock=SteppedClock(NOW)) as opened:
        running = replace(opened.milepost, app=replace(opened.app, identify=ups))
        milepost = replace(opened, milepost=running)
        await milepost.hear(order(parcels=(NUMBER,), placed=datetime(2026, 11, 17, 9, tzinfo=UTC)))
        await milepost.hear(answer(), answer())
        link = await make_link(milepost.app, shop_id=SHOP, order_number="1001", view=View.FULL, days=9)
        transport = httpx.ASGITransport(build(milepost.app, milepost.milepost.counters))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test", follow_redirects=True
        ) as browser:
            page = await browser.get(f"/t/{link}", headers={"Accept": "text/html"})
        (pickup,) = (await milepost.app.store.exceptions(shop_ids=None, cursor=None, limit=5)).rows
        promises = await milepost.app.store.promises(SHOP, "1001")
    (kept,) = [one for one in promises if one.promiser is Promiser.CARRIER]
    assert "Collect it by Friday 27 November" in page.text
    assert (kept.name, kept.kind) == ("collection", "held_until")
    assert (pickup.kind, pickup.act_by) == ("pickup", kept.to_at)


def ups(number, *_):
    """Everything here is UPS's."""
    sure = Candidate(carrier="ups", probability=1.0, reasons=("its shape",))
    return Identification(given=number, number=number, valid_format=True, answer="ups", candidates=(sure,))
