"""Asks Acme for its parcels' scans: one call for up to twenty numbers, the answer kept byte for byte."""

from collections.abc import Sequence

from milepost.model.reports import Report, ReportKind
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.ports.sources import SourceError
from milepost.settings import CarrierAccess
from milepost.sources.line import Line

KEY = "acme"
DEFAULT_URL = "https://api.acme.example"


def secrets(access: CarrierAccess) -> tuple[str, ...]:
    """What must never show in a log or an error."""
    return (access.client_id, access.client_secret)


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: CarrierAccess, clock: Clock
) -> list[Report]:
    """The answer about these numbers. Raises SourceError when it cannot be heard."""
    numbers = tuple(query.tracking_number for query in queries)
    answer = await line.send(
        "GET",
        f"{access.url or DEFAULT_URL}/v1/parcels",
        headers={"X-Api-Key": access.client_id},
        params={"numbers": ",".join(numbers)},
    )
    if answer.status != 200:
        message = f"{KEY}: answered {answer.status}"
        raise SourceError(message)
    return [
        Report(
            source=KEY,
            kind=ReportKind.TRACKING,
            shop_id=None,
            subject=numbers,
            heard_at=clock.now(),
            body=answer.body,
        )
    ]
