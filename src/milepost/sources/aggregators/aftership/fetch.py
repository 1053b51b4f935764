"""Asks AfterShip for trackings, many numbers a call; on request tells it first which numbers to follow."""

from collections.abc import Sequence

import msgspec

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import AggregatorAccess
from milepost.sources.answers import report_of
from milepost.sources.couriers import couriers_of
from milepost.sources.line import Answer, Line

KEY = "aftership"
DEFAULT_URL = "https://api.aftership.com"
NEEDS_CARRIER = False
CAN_REGISTER = True
VERSION = "2025-07"


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: AggregatorAccess, clock: Clock
) -> list[Report]:
    """The answer about these numbers, byte for byte. Raises SourceError when it cannot be heard.

    Those that are registered only now are asked about once more: what it has of them already would be
    missed for a parcel that has arrived.
    """
    headers = {"as-api-key": access.client_id}
    base = f"{(access.url or DEFAULT_URL).rstrip('/')}/tracking/{VERSION}/trackings"

    async def ask(about: Sequence[TrackingQuery]) -> Answer:
        numbers = ",".join(query.tracking_number for query in about)
        return await line.send("GET", base, params={"tracking_numbers": numbers}, headers=headers)

    answer = await ask(queries)
    reports = [_report(queries, answer, clock)]
    new = _unfollowed(queries, answer) if access.register else []
    for query in new:
        slug = couriers_of(KEY).name_of(query.carrier)
        wish = {"tracking_number": query.tracking_number} | ({"slug": slug} if slug else {})
        await line.send("POST", base, headers=headers, json_body=msgspec.json.encode(wish))
    return [*reports, _report(new, await ask(new), clock)] if new else reports


def _report(queries: Sequence[TrackingQuery], answer: Answer, clock: Clock) -> Report:
    return report_of(KEY, [query.tracking_number for query in queries], answer, clock)


class _Tracking(msgspec.Struct):
    tracking_number: str = ""


class _Data(msgspec.Struct):
    trackings: list[_Tracking] = []


class _Page(msgspec.Struct):
    data: _Data | None = None


def _unfollowed(queries: Sequence[TrackingQuery], answer: Answer) -> list[TrackingQuery]:
    """Numbers that are not among the trackings of the account; none where the answer cannot be read."""
    try:
        page = msgspec.json.decode(answer.body, type=_Page)
    except (msgspec.DecodeError, RecursionError):
        return []
    if page.data is None:
        return []
    followed = {one.tracking_number.casefold() for one in page.data.trackings}
    return [query for query in queries if query.tracking_number.casefold() not in followed]
