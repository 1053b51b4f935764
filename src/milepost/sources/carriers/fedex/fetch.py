"""Asks FedEx for up to thirty parcels' scans at once; answers are kept byte for byte (carriers.md §3.2)."""

from collections.abc import Sequence
from uuid import uuid4

import msgspec

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import CarrierAccess
from milepost.sources.answers import report_of
from milepost.sources.line import Line, Token
from milepost.sources.tokens import REFUSED, token_in

KEY = "fedex"
DEFAULT_URL = "https://apis.fedex.com"
BATCH_MAX = 30


def secrets(access: CarrierAccess) -> tuple[str, ...]:
    """What must never show in a log or an error."""
    return (access.client_id, access.client_secret)


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: CarrierAccess, clock: Clock
) -> list[Report]:
    """One call and one report for every thirty numbers. Raises SourceError when it cannot be heard."""
    url = (access.url or DEFAULT_URL).rstrip("/")

    async def token() -> Token:
        answer = await line.send(
            "POST",
            f"{url}/oauth/token",
            form={
                "grant_type": "client_credentials",
                "client_id": access.client_id,
                "client_secret": access.client_secret,
            },
            accept=REFUSED,
        )
        return token_in(answer, KEY)

    numbers = [query.tracking_number for query in queries]
    reports = []
    for start in range(0, len(numbers), BATCH_MAX):
        batch = tuple(numbers[start : start + BATCH_MAX])
        answer = await line.send(
            "POST",
            f"{url}/track/v1/trackingnumbers",
            headers={"X-locale": "en_US", "x-customer-transaction-id": str(uuid4())},
            json_body=_question(batch),
            bearer=token,
        )
        reports.append(report_of(KEY, batch, answer, clock))
    return reports


def _question(numbers: Sequence[str]) -> bytes:
    """Without `includeDetailedScans` only the newest status would come."""
    asked = [{"trackingNumberInfo": {"trackingNumber": number}} for number in numbers]
    return msgspec.json.encode({"includeDetailedScans": True, "trackingInfo": asked})
