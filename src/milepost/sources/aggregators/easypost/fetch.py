"""Asks EasyPost for the Tracker of a number, one a call; on request has it make one first."""

from collections.abc import Sequence

import msgspec

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import AggregatorAccess
from milepost.sources.answers import report_of
from milepost.sources.couriers import couriers_of
from milepost.sources.line import Answer, Line, basic

KEY = "easypost"
DEFAULT_URL = "https://api.easypost.com"
NEEDS_CARRIER = False
CAN_REGISTER = True


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: AggregatorAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard."""
    return [await _ask(query, line, access, clock) for query in queries]


async def _ask(query: TrackingQuery, line: Line, access: AggregatorAccess, clock: Clock) -> Report:
    headers = {"Authorization": basic(access.client_id, "")}
    base = f"{(access.url or DEFAULT_URL).rstrip('/')}/v2/trackers"
    asked = {"tracking_code": query.tracking_number}
    answer = await line.send("GET", base, params=asked, headers=headers)
    if access.register and _is_empty(answer):
        carrier = couriers_of(KEY).name_of(query.carrier)
        wish = {"tracker": asked | ({"carrier": carrier} if carrier else {})}
        answer = await line.send("POST", base, headers=headers, json_body=msgspec.json.encode(wish))
    return report_of(KEY, [query.tracking_number], answer, clock)


class _Page(msgspec.Struct):
    trackers: list[msgspec.Raw]


def _is_empty(answer: Answer) -> bool:
    try:
        return not msgspec.json.decode(answer.body, type=_Page).trackers
    except (msgspec.DecodeError, RecursionError):
        return False
