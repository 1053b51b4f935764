"""Asks Shippo for the track of a number with its carrier, one a call."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from milepost.model.reports import Report, ReportKind
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import AggregatorAccess
from milepost.sources.couriers import couriers
from milepost.sources.line import Line

KEY = "shippo"
DEFAULT_URL = "https://api.goshippo.com"
NEEDS_CARRIER = True
CAN_REGISTER = False
CARRIERS = Path(__file__).with_name("carriers.csv")


def secrets(access: AggregatorAccess) -> tuple[str, ...]:
    """What must never show in a log or an error."""
    return (access.client_id,)


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: AggregatorAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard."""
    reports = []
    for query in queries:
        carrier = couriers(CARRIERS).name_of(query.carrier)
        base = (access.url or DEFAULT_URL).rstrip("/")
        answer = await line.send(
            "GET",
            f"{base}/tracks/{quote(carrier, safe='')}/{quote(query.tracking_number, safe='')}",
            headers={"Authorization": f"ShippoToken {access.client_id}"},
        )
        reports.append(
            Report(
                source=KEY,
                kind=ReportKind.TRACKING,
                shop_id=None,
                subject=(query.tracking_number,),
                heard_at=clock.now(),
                body=answer.body,
            )
        )
    return reports
