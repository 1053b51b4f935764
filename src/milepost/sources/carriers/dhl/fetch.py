"""Asks DHL's Unified API, one number a call, page by page."""

from collections.abc import Sequence

import msgspec

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import CarrierAccess
from milepost.sources.answers import report_of
from milepost.sources.line import Answer, Line

DEFAULT_URL = "https://api-eu.dhl.com"
PAGE_SIZE = 5
PAGES_MAX = 4
"""Shipments of one number: its uses within 90 days and its legs; more than twenty would be a mistake."""


class _Page(msgspec.Struct):
    shipments: list[msgspec.Raw] | None = None


def secrets(access: CarrierAccess) -> tuple[str, ...]:
    """What must never show in a log or an error: the key is all there is."""
    return (access.client_id, access.client_secret)


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: CarrierAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard."""
    reports: list[Report] = []
    for query in queries:
        for page in range(PAGES_MAX):
            answer = await _ask(query, page, line, access)
            if page and answer.status == 404:
                break  # the page before was the last one, and full
            reports.append(_report(query, answer, clock))
            if not _is_full(answer):
                break
    return reports


async def _ask(query: TrackingQuery, page: int, line: Line, access: CarrierAccess) -> Answer:
    asked = {
        "trackingNumber": query.tracking_number,
        "language": "en",
        "offset": str(page * PAGE_SIZE),
        "limit": str(PAGE_SIZE),
    }
    if query.postal_code:  # Parcel DE and NL tell all only to who knows it
        asked["recipientPostalCode"] = query.postal_code
    base = (access.url or DEFAULT_URL).rstrip("/")
    headers = {"DHL-API-Key": access.client_id}
    return await line.send("GET", f"{base}/track/shipments", params=asked, headers=headers)


def _is_full(answer: Answer) -> bool:
    if answer.status != 200:
        return False
    try:
        page = msgspec.json.decode(answer.body, type=_Page)
    except (msgspec.DecodeError, RecursionError):
        return False
    return len(page.shipments or ()) >= PAGE_SIZE


def _report(query: TrackingQuery, answer: Answer, clock: Clock) -> Report:
    return report_of("dhl", [query.tracking_number], answer, clock)
