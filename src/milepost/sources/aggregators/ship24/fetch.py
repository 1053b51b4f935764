"""Asks Ship24 for the results of a number, one a call; on request has it follow that number first."""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import AggregatorAccess
from milepost.sources.answers import report_of
from milepost.sources.couriers import couriers_of
from milepost.sources.line import Answer, Line

KEY = "ship24"
DEFAULT_URL = "https://api.ship24.com"
NEEDS_CARRIER = False
CAN_REGISTER = True


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: AggregatorAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard."""
    return [await _ask(query, line, access, clock) for query in queries]


async def _ask(query: TrackingQuery, line: Line, access: AggregatorAccess, clock: Clock) -> Report:
    headers = {"Authorization": f"Bearer {access.client_id}"}
    base = f"{(access.url or DEFAULT_URL).rstrip('/')}/public/v1/trackers"
    number = quote(query.tracking_number, safe="")
    answer = await line.send("GET", f"{base}/search/{number}/results", headers=headers)
    if access.register and _is_unknown(answer):
        carrier = couriers_of(KEY).name_of(query.carrier)
        wish: dict[str, object] = {"trackingNumber": query.tracking_number}
        wish |= {"courierCode": [carrier]} if carrier else {}
        answer = await line.send(
            "POST", f"{base}/track", headers=headers, json_body=msgspec.json.encode(wish)
        )
    return report_of(KEY, [query.tracking_number], answer, clock)


class _Data(msgspec.Struct):
    trackings: list[msgspec.Raw] = []


class _Page(msgspec.Struct):
    data: _Data | None = None


def _is_unknown(answer: Answer) -> bool:
    """No tracker of the account has this number."""
    if answer.status == 404:
        return True
    try:
        page = msgspec.json.decode(answer.body, type=_Page)
    except (msgspec.DecodeError, RecursionError):
        return False
    return page.data is not None and not page.data.trackings
