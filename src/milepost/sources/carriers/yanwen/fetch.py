"""Asks Yanwen: thirty numbers in one call."""

from collections.abc import Sequence

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import CarrierAccess
from milepost.sources.answers import report_of
from milepost.sources.line import Line

KEY = "yanwen"
DEFAULT_URL = "https://api.track.yw56.com.cn"
PATH = "/api/tracking"
BATCH_MAX = 30


def secrets(access: CarrierAccess) -> tuple[str, ...]:
    """What must never show in a log or an error: the customer number is all there is."""
    return (access.client_id,)


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: CarrierAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard."""
    url = (access.url or DEFAULT_URL).rstrip("/") + PATH
    reports = []
    for start in range(0, len(queries), BATCH_MAX):
        numbers = [query.tracking_number for query in queries[start : start + BATCH_MAX]]
        answer = await line.send(
            "GET", url, params={"nums": ",".join(numbers)}, headers={"Authorization": access.client_id}
        )
        reports.append(report_of(KEY, numbers, answer, clock))
    return reports
