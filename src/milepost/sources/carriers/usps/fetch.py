"""Asks the Postal Service: thirty-five numbers at a time (v3r2), or one by one where that is not granted."""

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote
from weakref import WeakSet

import msgspec

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.ports.sources import AccessError, SourceError
from milepost.settings import CarrierAccess
from milepost.sources.answers import report_of
from milepost.sources.line import Answer, Line, Token

DEFAULT_URL = "https://apis.usps.com"
BATCH_MAX = 35
ANSWERED = (200, 207)
NOT_GRANTED = (403, 404)
TOKEN_LIFE_S = 28_799.0
ZIP_LENGTH = 5
TRACKING, SUBSCRIPTIONS = "tracking", "subscriptions-tracking"

Fetcher = Callable[[], Awaitable[Token]]

_ONE_BY_ONE: WeakSet[Line] = WeakSet()
"""Lines whose app was refused v3r2 once; which of the two an app gets is not published (section 14)."""


class _TokenAnswer(msgspec.Struct):
    access_token: str
    expires_in: float = TOKEN_LIFE_S


def secrets(access: CarrierAccess) -> tuple[str, ...]:
    """What must never show in a log or an error."""
    return (access.client_secret, access.client_id)


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: CarrierAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard.

    A batch refused as a whole (400: one number in it is malformed) is asked one by one, so that one bad
    number never hides the others.
    """
    base, token = (access.url or DEFAULT_URL).rstrip("/"), token_of(line, access)
    reports: list[Report] = []
    for start in range(0, len(queries), BATCH_MAX):
        batch = queries[start : start + BATCH_MAX]
        answer = None if line in _ONE_BY_ONE else await _ask_many(batch, base, line, token)
        if answer is not None and _is_whole(answer):
            reports.append(_report(batch, answer, clock))
            continue
        reports += [_report([query], await _ask_one(query, base, line, token), clock) for query in batch]
        if answer is not None and answer.status in NOT_GRANTED:
            _ONE_BY_ONE.add(line)
    return reports


async def _ask_many(batch: Sequence[TrackingQuery], base: str, line: Line, token: Fetcher) -> Answer:
    body = [{"trackingNumber": query.tracking_number, **_zip(query)} for query in batch]
    return await line.send(
        "POST",
        f"{base}/tracking/v3r2/tracking",
        json_body=msgspec.json.encode(body),
        bearer=token,
        accept=(403,),
    )


async def _ask_one(query: TrackingQuery, base: str, line: Line, token: Fetcher) -> Answer:
    return await line.send(
        "GET",
        f"{base}/tracking/v3/tracking/{quote(query.tracking_number, safe='')}",
        params={"expand": "DETAIL", **_zip(query)},
        bearer=token,
    )


def _is_whole(answer: Answer) -> bool:
    """A list under any status answers item by item; an error object speaks of the whole call."""
    return answer.status in ANSWERED or answer.body.lstrip().startswith(b"[")


def _zip(query: TrackingQuery) -> dict[str, str]:
    """Helps it choose among uses of one number; only a United States ZIP code is accepted there."""
    code = (query.postal_code or "").strip()[:ZIP_LENGTH]
    return {"destinationZIPCode": code} if len(code) == ZIP_LENGTH and code.isdecimal() else {}


def _report(queries: Sequence[TrackingQuery], answer: Answer, clock: Clock) -> Report:
    return report_of("usps", [query.tracking_number for query in queries], answer, clock)


def token_of(line: Line, access: CarrierAccess) -> Fetcher:
    """How to get a token; the line does so when it has none that is good."""

    async def token() -> Token:
        return await _fetch_token((access.url or DEFAULT_URL).rstrip("/"), line, access)

    return token


async def _fetch_token(base: str, line: Line, access: CarrierAccess) -> Token:
    asked = {
        "grant_type": "client_credentials",
        "client_id": access.client_id,
        "client_secret": access.client_secret,
        "scope": f"{TRACKING} {SUBSCRIPTIONS}" if access.push else TRACKING,
    }
    answer = await line.send("POST", f"{base}/oauth2/v3/token", json_body=msgspec.json.encode(asked))
    if answer.status >= 400:
        raise AccessError(f"usps: the token server refused our keys ({answer.status})")
    try:
        told = msgspec.json.decode(answer.body, type=_TokenAnswer, strict=False)
    except msgspec.DecodeError as error:
        raise SourceError("usps: the token server's answer cannot be read") from error
    return Token(value=told.access_token, expires_in_s=told.expires_in)
