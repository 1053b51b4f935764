"""Asks Shippo for the track of a number with its carrier, one a call."""

from collections.abc import Sequence
from urllib.parse import quote

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import AggregatorAccess
from milepost.sources.answers import report_of
from milepost.sources.couriers import couriers_of
from milepost.sources.line import Line

KEY = "shippo"
DEFAULT_URL = "https://api.goshippo.com"
NEEDS_CARRIER = True
CAN_REGISTER = False


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: AggregatorAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard."""
    reports = []
    for query in queries:
        carrier = couriers_of(KEY).name_of(query.carrier)
        base = (access.url or DEFAULT_URL).rstrip("/")
        answer = await line.send(
            "GET",
            f"{base}/tracks/{quote(carrier, safe='')}/{quote(query.tracking_number, safe='')}",
            headers={"Authorization": f"ShippoToken {access.client_id}"},
        )
        reports.append(report_of(KEY, [query.tracking_number], answer, clock))
    return reports
