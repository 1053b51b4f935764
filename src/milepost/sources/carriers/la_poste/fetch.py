"""Asks La Poste's Suivi API: ten numbers in one call, of letters, Colissimo and Chronopost."""

from collections.abc import Sequence
from urllib.parse import quote

from milepost.model.reports import Report
from milepost.model.shipments import TrackingQuery
from milepost.ports.clock import Clock
from milepost.settings import CarrierAccess
from milepost.sources.answers import report_of
from milepost.sources.line import Answer, Line

KEY = "la_poste"
DEFAULT_URL = "https://api.laposte.fr"
BATCH_MAX = 10
ANSWERED = (200, 207)
LANGUAGE = "en_GB"


def secrets(access: CarrierAccess) -> tuple[str, ...]:
    """What must never show in a log or an error: the key is all there is."""
    return (access.client_id, access.client_secret)


async def fetch(
    queries: Sequence[TrackingQuery], line: Line, access: CarrierAccess, clock: Clock
) -> list[Report]:
    """The answers about these numbers, byte for byte. Raises SourceError when it cannot be heard.

    A batch refused as a whole (400 or 404: a number in it is malformed) is asked one by one, so that one bad
    number never hides the others.
    """
    reports: list[Report] = []
    for start in range(0, len(queries), BATCH_MAX):
        numbers = [query.tracking_number for query in queries[start : start + BATCH_MAX]]
        answer = await _ask(numbers, line, access)
        if len(numbers) == 1 or _is_whole(answer):
            reports.append(report_of(KEY, numbers, answer, clock))
            continue
        reports += [report_of(KEY, [one], await _ask([one], line, access), clock) for one in numbers]
    return reports


async def _ask(numbers: Sequence[str], line: Line, access: CarrierAccess) -> Answer:
    """The buyer's address is never told, though the API has a header for it."""
    together = ",".join(quote(number, safe="") for number in numbers)
    return await line.send(
        "GET",
        f"{(access.url or DEFAULT_URL).rstrip('/')}/suivi/v2/idships/{together}",
        params={"lang": LANGUAGE},
        headers={"X-Okapi-Key": access.client_id},
    )


def _is_whole(answer: Answer) -> bool:
    """A list under any status answers number by number; an object speaks of the whole call."""
    return answer.status in ANSWERED or answer.body.lstrip().startswith(b"[")
