"""Asks UPS for one parcel's scans; the answer is kept byte for byte (carriers.md §2.1, §2.2)."""

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote
from uuid import uuid4

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import CarrierAccess
from milepost.sources.answers import report_of
from milepost.sources.line import Line, Token, basic
from milepost.sources.tokens import REFUSED, token_in

KEY = "ups"
DEFAULT_URL = "https://onlinetools.ups.com"
DETAILS = {"locale": "en_US", "returnSignature": "true", "returnMilestones": "false", "returnPOD": "false"}


def secrets(access: CarrierAccess) -> tuple[str, ...]:
    """What must never show in a log or an error; the Basic header holds both in another spelling."""
    pair = basic(access.client_id, access.client_secret).removeprefix("Basic ")
    return (access.client_id, access.client_secret, pair)


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: CarrierAccess, clock: Clock
) -> list[Report]:
    """One call and one report per number: there is no batch. Raises SourceError when it cannot be heard."""
    url, token = (access.url or DEFAULT_URL).rstrip("/"), token_of(line, access)
    reports = []
    for query in queries:
        answer = await line.send(
            "GET",
            f"{url}/api/track/v1/details/{quote(query.tracking_number, safe='')}",
            headers={"transId": uuid4().hex, "transactionSrc": "milepost"},
            params=DETAILS,
            bearer=token,
        )
        reports.append(report_of(KEY, [query.tracking_number], answer, clock))
    return reports


def token_of(line: Line, access: CarrierAccess) -> Callable[[], Awaitable[Token]]:
    """How to get a token; the line does so when it has none that is good."""
    url = (access.url or DEFAULT_URL).rstrip("/")

    async def token() -> Token:
        answer = await line.send(
            "POST",
            f"{url}/security/v1/oauth/token",
            headers={"Authorization": basic(access.client_id, access.client_secret)},
            form={"grant_type": "client_credentials"},
            accept=REFUSED,
        )
        return token_in(answer, KEY)

    return token
