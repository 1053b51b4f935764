"""Asks a karrio server for the tracker of a number, one a call; on request has it make one first."""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import AggregatorAccess
from milepost.sources.answers import report_of
from milepost.sources.couriers import couriers_of
from milepost.sources.line import Line

KEY = "karrio"
DEFAULT_URL = ""
NEEDS_CARRIER = False
CAN_REGISTER = True


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: AggregatorAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard."""
    return [await _ask(query, line, access, clock) for query in queries]


async def _ask(query: TrackingQuery, line: Line, access: AggregatorAccess, clock: Clock) -> Report:
    headers = {"Authorization": f"Token {access.client_id}"}
    base = f"{access.url.rstrip('/')}/v1/trackers"
    answer = await line.send("GET", f"{base}/{quote(query.tracking_number, safe='')}", headers=headers)
    carrier = couriers_of(KEY).name_of(query.carrier)
    if access.register and answer.status == 404 and carrier:
        wish = {"tracking_number": query.tracking_number, "carrier_name": carrier}
        answer = await line.send("POST", base, headers=headers, json_body=msgspec.json.encode(wish))
    return report_of(KEY, [query.tracking_number], answer, clock)
