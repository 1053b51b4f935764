"""Asks Australia Post, ten numbers a call, and in halves when one of them spoils the call for the others."""

from collections.abc import Sequence

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.ports.sources import AccessError, SourceBusyError
from milepost.settings import CarrierAccess
from milepost.sources.answers import report_of
from milepost.sources.carriers.australia_post.errors import ONE_SPOILS_ALL, TOO_MANY, codes_in
from milepost.sources.line import Answer, Line, basic

KEY = "australia_post"
DEFAULT_URL = "https://digitalapi.auspost.com.au"
BATCH_MAX = 10
BUSY_S = 60.0
"""Ten calls a minute; which sixty seconds that are, it does not say."""


def secrets(access: CarrierAccess) -> tuple[str, ...]:
    """What must never show in a log or an error."""
    return (access.client_id, access.client_secret)


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: CarrierAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard."""
    if not access.account:
        raise AccessError(f"{KEY}: set carriers.{KEY}.account to the number of your charge account")
    reports: list[Report] = []
    waiting = [list(queries[start : start + BATCH_MAX]) for start in range(0, len(queries), BATCH_MAX)]
    while waiting:
        batch = waiting.pop(0)
        try:
            answer = await _ask(batch, line, access)
        except SourceBusyError:
            if not reports:
                raise
            break  # what was heard is kept; the others are asked again in their time
        if len(batch) > 1 and codes_in(answer.body) & ONE_SPOILS_ALL:
            middle = len(batch) // 2
            waiting[:0] = [batch[:middle], batch[middle:]]
        else:
            numbers = [query.tracking_number for query in batch]
            reports.append(report_of(KEY, numbers, answer, clock))
    return reports


async def _ask(batch: Sequence[TrackingQuery], line: Line, access: CarrierAccess) -> Answer:
    base = (access.url or DEFAULT_URL).rstrip("/")
    answer = await line.send(
        "GET",
        f"{base}/shipping/v1/track",
        params={"tracking_ids": ",".join(query.tracking_number for query in batch)},
        headers={
            "Account-Number": access.account,
            "Authorization": basic(access.client_id, access.client_secret),
        },
    )
    if TOO_MANY in codes_in(answer.body):
        raise SourceBusyError(f"{KEY}: more calls than it takes in a minute", retry_after_s=BUSY_S)
    return answer
