"""Asks Royal Mail: a summary of thirty parcels in one call, then the history of those that have news."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote
from weakref import WeakKeyDictionary

import msgspec

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.ports.sources import AccessError, SourceError
from milepost.settings import CarrierAccess
from milepost.sources.answers import report_of
from milepost.sources.line import Answer, Line
from milepost.sources.loose_json import UnreadableError, decode, objects_at, text_at

KEY = "royal_mail"
DEFAULT_URL = "https://api.royalmail.net"
BATCH_MAX = 30
FORBIDDEN = 403
"""To a summary: no permission for anything. To a history: none for this parcel, which its own answer says."""

HISTORY_HOLDS = timedelta(hours=12)
"""A promised window may move without an event, and a summary does not tell it: a history grows old."""

REMEMBERED_MAX = 200_000
"""Parcels whose newest event is remembered; of more, the history is asked for once too often."""


class _Asked(msgspec.Struct, frozen=True):
    newest: tuple[str, str]  # code and time of the newest event, as the summary had them
    at: datetime


_HISTORIES: WeakKeyDictionary[Line, OrderedDict[str, _Asked]] = WeakKeyDictionary()
"""Which histories were asked for, by number. Another process, or this one after a restart, asks once more."""


def secrets(access: CarrierAccess) -> tuple[str, ...]:
    """What must never show in a log or an error."""
    return (access.client_secret, access.client_id)


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: CarrierAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard.

    When a history cannot be had, what was heard before it is told, and it is asked for at the next poll.
    """
    reports: list[Report] = []
    for start in range(0, len(queries), BATCH_MAX):
        numbers = [query.tracking_number for query in queries[start : start + BATCH_MAX]]
        summary = await _ask("summary", line, access, mailPieceId=",".join(numbers))
        reports.append(report_of(KEY, numbers, summary, clock))
        reports += await _histories(summary, numbers, line, access, clock)
    return reports


async def _histories(
    summary: Answer, numbers: Sequence[str], line: Line, access: CarrierAccess, clock: Clock
) -> list[Report]:
    known = _HISTORIES.setdefault(line, OrderedDict())
    reports: list[Report] = []
    for number, newest in _newest(summary, numbers):
        before = known.get(number)
        if before and before.newest == newest and clock.now() - before.at < HISTORY_HOLDS:
            continue
        try:
            answer = await _ask(f"{quote(number, safe='')}/events", line, access, accept=FORBIDDEN)
        except SourceError as error:
            if isinstance(error, AccessError):
                raise
            break
        reports.append(report_of(KEY, [number], answer, clock))
        known[number] = _Asked(newest, clock.now())
        known.move_to_end(number)
        if len(known) > REMEMBERED_MAX:
            known.popitem(last=False)
    return reports


async def _ask(
    path: str, line: Line, access: CarrierAccess, accept: int | None = None, **params: str
) -> Answer:
    return await line.send(
        "GET",
        f"{(access.url or DEFAULT_URL).rstrip('/')}/mailpieces/v2/{path}",
        params=params,
        headers={
            "X-IBM-Client-Id": access.client_id,
            "X-IBM-Client-Secret": access.client_secret,
            "X-Accept-RMG-Terms": "yes",
        },
        accept=() if accept is None else (accept,),
    )


def _newest(summary: Answer, numbers: Sequence[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """The asked parcels that have an event, each with its newest."""
    try:
        told = decode(summary.body)
    except UnreadableError:
        return
    for piece in objects_at(told, "mailPieces"):
        number = text_at(piece, "mailPieceId")
        newest = (text_at(piece, "summary", "lastEventCode"), text_at(piece, "summary", "lastEventDateTime"))
        if number in numbers and any(newest):
            yield number, newest
