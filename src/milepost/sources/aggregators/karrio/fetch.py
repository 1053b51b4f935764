"""Asks a karrio server for the tracker of a number, one a call; on request has it make one first."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec

from milepost.model.reports import Report, ReportKind
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import AggregatorAccess
from milepost.sources.couriers import couriers
from milepost.sources.line import Line

KEY = "karrio"
DEFAULT_URL = ""
NEEDS_CARRIER = False
CAN_REGISTER = True
CARRIERS = Path(__file__).with_name("carriers.csv")


def secrets(access: AggregatorAccess) -> tuple[str, ...]:
    """What must never show in a log or an error."""
    return (access.client_id,)


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: AggregatorAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard."""
    return [await _ask(query, line, access, clock) for query in queries]


async def _ask(query: TrackingQuery, line: Line, access: AggregatorAccess, clock: Clock) -> Report:
    headers = {"Authorization": f"Token {access.client_id}"}
    base = f"{access.url.rstrip('/')}/v1/trackers"
    answer = await line.send("GET", f"{base}/{quote(query.tracking_number, safe='')}", headers=headers)
    carrier = couriers(CARRIERS).name_of(query.carrier)
    if access.register and answer.status == 404 and carrier:
        wish = {"tracking_number": query.tracking_number, "carrier_name": carrier}
        answer = await line.send("POST", base, headers=headers, json_body=msgspec.json.encode(wish))
    return Report(
        source=KEY,
        kind=ReportKind.TRACKING,
        shop_id=None,
        subject=(query.tracking_number,),
        heard_at=clock.now(),
        body=answer.body,
    )
