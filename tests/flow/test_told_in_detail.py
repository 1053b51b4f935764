"""A scan that TikTok Shop tells under the parcel's number and again under the order's alone counts once."""

import json
from datetime import timedelta

from milepost.model.reports import Report, ReportKind
from milepost.worker import drain
from tests.flow.house import NOW, SHOP, Pigeon, house, order
from tests.flow.test_work import wants_to_know

NUMBER = "AC1"
ROWS = (
    (30901, "Collected by the carrier in Jakarta", timedelta(days=3)),
    (40601, "Delivery attempt failed, nobody was there", timedelta(hours=20)),
    (50101, "Delivered to the recipient", timedelta(hours=1)),
)


def rows(number):
    """TikTok Shop's rows, newest first; `number`: the parcel's, where the call tells it."""
    named = {"tracking_no": number} if number else {}
    return [
        {"action_code": code, "description": text, "update_time_millis": _millis(NOW - ago), **named}
        for code, text, ago in reversed(ROWS)
    ]


def _millis(at):
    return int(at.timestamp() * 1000)


def told(data):
    body = json.dumps({"code": 0, "message": "Success", "request_id": "1", "data": data}).encode()
    return Report(
        source="tiktok_shop",
        kind=ReportKind.ORDER_TRACKING,
        shop_id=SHOP,
        subject=("1001",),
        heard_at=NOW,
        body=body,
    )


DETAILED = told({"order_id": "1001", "logistics_details": [{"track_list": rows(NUMBER)}]})
PLAIN = told({"tracking": rows("")})
TELLINGS = {
    "in detail": [[DETAILED]],
    "plainly": [[PLAIN]],
    "in detail, then plainly": [[DETAILED], [PLAIN]],
    "plainly, then in detail": [[PLAIN], [DETAILED]],
    "both at once, and again": [[PLAIN, DETAILED], [DETAILED, PLAIN]],
}


async def exceptions(milepost):
    page = await milepost.app.store.exceptions(shop_ids=None, cursor=None, limit=50, only_open=False)
    return [(found.kind, found.opened_at, found.resolved_at) for found in page.rows]


async def test_a_scan_told_of_the_parcel_and_of_the_order_is_shown_and_told_on_once(tmp_path):
    found = {}
    for name, batches in TELLINGS.items():
        pigeon = Pigeon()
        async with house(tmp_path / name.replace(" ", "-"), pigeon=pigeon) as milepost:
            await milepost.hear(order(parcels=(NUMBER,)))
            await wants_to_know(milepost)
            for batch in batches:
                milepost.clock.move(timedelta(minutes=1))
                await milepost.hear(*batch)
                await drain(milepost.app)
            found[name] = {
                "shown": await milepost.told_of(NUMBER),
                "left to the order": await milepost.order_codes("1001"),
                "mails": pigeon.carried,
                "exceptions": await exceptions(milepost),
            }
    first = found["in detail"]
    assert first["shown"] == (["30901", "40601", "50101"], "delivered")
    assert (len(first["mails"]), len(first["exceptions"])) == (1, 1), first
    for name, outcome in found.items():
        assert outcome == first, name
