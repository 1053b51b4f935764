"""Asks 17TRACK for tracks, many numbers a call; on request registers those it does not follow."""

from collections.abc import Sequence

import msgspec

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import AggregatorAccess
from milepost.sources.answers import report_of
from milepost.sources.couriers import couriers_of
from milepost.sources.line import Answer, Line

KEY = "seventeen_track"
DEFAULT_URL = "https://api.17track.net"
NEEDS_CARRIER = False
CAN_REGISTER = True
VERSION = "v2.2"
NOT_REGISTERED = -18019902


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: AggregatorAccess, clock: Clock
) -> list[Report]:
    """The answer about these numbers, byte for byte. Raises SourceError when it cannot be heard.

    Those that are registered only now are asked about once more: what it has of them already would be
    missed for a parcel that has arrived.
    """
    answer = await _post("gettrackinfo", queries, line, access)
    reports = [_report(queries, answer, clock)]
    new = _unregistered(queries, answer) if access.register else []
    if new:
        await _post("register", new, line, access)
        reports.append(_report(new, await _post("gettrackinfo", new, line, access), clock))
    return reports


def _report(queries: Sequence[TrackingQuery], answer: Answer, clock: Clock) -> Report:
    return report_of(KEY, [query.tracking_number for query in queries], answer, clock)


async def _post(call: str, queries: Sequence[TrackingQuery], line: Line, access: AggregatorAccess) -> Answer:
    return await line.send(
        "POST",
        f"{(access.url or DEFAULT_URL).rstrip('/')}/track/{VERSION}/{call}",
        headers={"17token": access.client_id},
        json_body=msgspec.json.encode([_wish(query) for query in queries]),
    )


def _wish(query: TrackingQuery) -> dict[str, object]:
    carrier = couriers_of(KEY).name_of(query.carrier)
    return {"number": query.tracking_number} | ({"carrier": int(carrier)} if carrier else {})


class _Error(msgspec.Struct):
    code: int = 0


class _Rejected(msgspec.Struct):
    error: _Error
    number: str = ""


class _Data(msgspec.Struct):
    rejected: list[_Rejected] = []


class _Page(msgspec.Struct):
    data: _Data | None = None


def _unregistered(queries: Sequence[TrackingQuery], answer: Answer) -> list[TrackingQuery]:
    try:
        page = msgspec.json.decode(answer.body, type=_Page)
    except (msgspec.DecodeError, RecursionError):
        return []
    rejected = page.data.rejected if page.data else []
    unknown = {one.number for one in rejected if one.error.code == NOT_REGISTERED}
    return [query for query in queries if query.tracking_number in unknown]
