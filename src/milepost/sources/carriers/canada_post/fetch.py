"""Asks Canada Post, one parcel a call: its Tracking API, or its older services where the address says so."""

from collections.abc import Sequence
from urllib.parse import quote

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.ports.sources import SourceBusyError
from milepost.settings import CarrierAccess
from milepost.sources.answers import report_of
from milepost.sources.line import Answer, Line, Token, basic
from milepost.sources.tokens import REFUSED, token_in

KEY = "canada_post"
DEFAULT_URL = "https://api.canadapost-postescanada.ca/prod/devportal-portaildesdeveloppeurs"
TOKEN_PATH = "/cpc-api-native-oauth-provider/oauth2/token"  # noqa: S105 - an address
OLDER_SERVICES = "/vis"
"""How an address of the older services ends: https://soa-gw.canadapost.ca/vis"""

LANGUAGE = {"Accept-Language": "en-CA"}
OLDER_ACCEPT = "application/vnd.cpc.track-v2+xml"
THROTTLED = b"Rejected by SLM Monitor"
THROTTLED_S = 60.0
"""Who called too often is let in again when a rolling minute is over."""


def secrets(access: CarrierAccess) -> tuple[str, ...]:
    """What must never show in a log or an error."""
    return (access.client_id, access.client_secret)


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: CarrierAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard."""
    base = (access.url or DEFAULT_URL).rstrip("/")
    ask = _ask_older if base.endswith(OLDER_SERVICES) else _ask
    return [
        report_of(KEY, (query.tracking_number,), await ask(query, base, line, access), clock)
        for query in queries
    ]


async def _ask(query: TrackingQuery, base: str, line: Line, access: CarrierAccess) -> Answer:
    async def token() -> Token:
        answer = await line.send(
            "POST",
            base + TOKEN_PATH,
            headers={"X-IBM-Client-Id": access.client_id, "X-IBM-Client-Secret": access.client_secret},
            form={"grant_type": "client_credentials", "scope": "merchant"},
            accept=REFUSED,
        )
        return token_in(answer, KEY)

    number = quote(query.tracking_number, safe="")
    url = f"{base}/tracking/v1/pins/{number}/details"
    return _let_in(await line.send("GET", url, headers=LANGUAGE, bearer=token))


async def _ask_older(query: TrackingQuery, base: str, line: Line, access: CarrierAccess) -> Answer:
    """A user name and a password, and an answer in XML."""
    authorization = basic(access.client_id, access.client_secret)
    headers = {**LANGUAGE, "Accept": OLDER_ACCEPT, "Authorization": authorization}
    url = f"{base}/track/pin/{quote(query.tracking_number, safe='')}/detail"
    return _let_in(await line.send("GET", url, headers=headers))


def _let_in(answer: Answer) -> Answer:
    """Too many calls may be said in an answer of any status. Raises SourceBusyError."""
    if THROTTLED in answer.body:
        raise SourceBusyError(f"{KEY}: it let us in no more for a minute", retry_after_s=THROTTLED_S)
    return answer
