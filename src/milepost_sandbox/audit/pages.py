"""Read all pages of Milepost's API and of the sandbox's control server, like any client would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from milepost_sandbox.audit.words import AuditError, Expected, ExpectedParcel, Heard, HeardShipment
from milepost_sandbox.trust import trusted

PAGE_SIZE: Final = 500
PAGES_MAX: Final = 20_000
TIMEOUT_SECONDS: Final = 60.0
TRIES_MAX: Final = 3


def client(base_url: str, api_key: str | None = None) -> httpx.AsyncClient:
    """A client for one server; `api_key` goes into the Authorization header."""
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    return httpx.AsyncClient(
        base_url=base_url.rstrip("/"), headers=headers, timeout=TIMEOUT_SECONDS, verify=trusted()
    )


async def get(http: httpx.AsyncClient, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
    """One JSON object. Raises AuditError when the server does not give it."""
    answer = await _answer(http, path, params or {})
    if answer.status_code != httpx.codes.OK:
        raise AuditError(f"{http.base_url}{path} answered {answer.status_code}")
    try:
        data = answer.json()
    except ValueError as error:
        raise AuditError(f"{http.base_url}{path} did not answer JSON") from error
    if not isinstance(data, dict):
        raise AuditError(f"{http.base_url}{path} did not answer an object")
    return data


async def _answer(http: httpx.AsyncClient, path: str, params: dict[str, str]) -> httpx.Response:
    for last in range(1, TRIES_MAX + 1):
        try:
            return await http.get(path, params=params)
        except httpx.TransportError as error:
            if last == TRIES_MAX:
                raise AuditError(f"{http.base_url} does not answer: {type(error).__name__}") from error
    raise AssertionError("unreachable")


async def rows(http: httpx.AsyncClient, path: str) -> AsyncIterator[dict[str, Any]]:
    """All rows of a list, page by page. Raises AuditError if the pages never end."""
    params = {"limit": str(PAGE_SIZE)}
    for _ in range(PAGES_MAX):
        page = await get(http, path, params)
        for row in page.get("data", []):
            yield row
        cursor = page.get("next_cursor")
        if not cursor:
            return
        params["cursor"] = str(cursor)
    raise AuditError(f"{path} has more than {PAGES_MAX} pages")


def heard(row: dict[str, Any]) -> Heard:
    """An Event of the API. Raises AuditError for one without the promised members."""
    try:
        return Heard(
            event_id=str(row["id"]),
            source=row["source"],
            tracking_number=row["tracking_number"],
            order_ids=tuple(row["confirmation_numbers"]),
            code=row["code"] or "",
            description=row["description"] or "",
            instant=_instant(row["occurred_at"]),
            wall_clock=_wall(row["wall_clock"]),
            offset_source=row["offset_source"],
            status=row["status"],
            reason=row["reason"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise AuditError(f"an event of the API cannot be read: {error!r}") from error


def heard_shipment(row: dict[str, Any]) -> HeardShipment:
    """A Shipment of the API. Raises AuditError for one without the promised members."""
    try:
        return HeardShipment(
            shipment_id=str(row["id"]),
            tracking_number=row["tracking_number"],
            order_ids=tuple(row["confirmation_numbers"]),
            status=row["status"],
        )
    except (KeyError, TypeError) as error:
        raise AuditError(f"a shipment of the API cannot be read: {error!r}") from error


def expected(row: dict[str, Any], *, due: bool) -> Expected:
    """An entailed event of the control server."""
    return Expected(
        source=row["source"],
        tracking_number=row["tracking_number"],
        order_id=row["order_id"],
        code=row["code"],
        description=row["description"],
        instant=_instant(row["instant_utc"]),
        wall_clock=_wall(row["wall_clock"]),
        offset_source=row["offset_source"],
        status=row["status"],
        reason=row["reason"],
        physical=row["physical"],
        grain_seconds=row["grain_seconds"],
        due=due,
    )


def expected_parcel(row: dict[str, Any]) -> ExpectedParcel:
    """A parcel of the control server."""
    return ExpectedParcel(
        tracking_number=row["tracking_number"], order_ids=tuple(row["order_ids"]), story=row["story"]
    )


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return instant.astimezone(UTC)


def _wall(text: str) -> datetime:
    """A wall clock, held as if it were UTC so that two of them can be compared."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
