"""The Postal Service's subscriptions: signed over time and payload, and refused when old (carriers.md §4.5).

The payload is an answer written as a text inside the push; it is signed as it stands and read as an answer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from milepost.model.pushes import EVERY_NUMBER, PushState
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed
from milepost.ports.pushes import Push, Subscribed
from milepost.ports.sources import AccessError, SourceError
from milepost.settings import CarrierAccess
from milepost.sources.carriers.usps import parse as answers
from milepost.sources.carriers.usps.fetch import DEFAULT_URL, SUBSCRIPTIONS, token_of
from milepost.sources.folder_pushes import Desk, without_windows
from milepost.sources.line import Answer
from milepost.sources.loose_json import UnreadableError, decode, objects_at, text_at
from milepost.sources.push_proofs import (
    header,
    is_signed,
    name_of,
    numbers_in,
    secrets_of,
    unproven,
    why_stale,
)

KEY = "usps"
IS_HINT = False
ACCOUNTS = True
BATCH_MAX = 1  # one number a call, as clients of others have it
SECRET_LENGTHS = range(32, 33)
LIFE = timedelta(days=30)
"""A subscription without traffic for as long is deleted; asking again gives the same one."""

SIGNATURES = ("x-hmac", "hmac-header")
NOT_GRANTED = 403  # a 401 is the line's to mend: the token may have ended before its time
NUMBER_REFUSED = 400


def read(
    access: CarrierAccess, headers: Mapping[str, str], body: bytes, heard_at: datetime
) -> Push | Refusal:
    """Theirs if time and payload, as the very texts that came, are signed with our secret."""
    try:
        told = decode(body)
    except UnreadableError:
        return Refusal(reason="unreadable_body", detail="The push is not JSON.")
    sent_at, payload = (
        (told.get("timestamp"), told.get("payload")) if isinstance(told, dict) else (None, None)
    )
    if not isinstance(sent_at, str) or not isinstance(payload, str):
        return Refusal(reason="unknown_shape", detail="The push has no timestamp and payload as texts.")
    message = (sent_at + payload).encode("utf-8", "surrogatepass")
    if not is_signed(header(headers, *SIGNATURES), message, secrets_of(access)):
        return unproven("USPS")
    if stale := why_stale(sent_at.strip(), heard_at):
        return stale
    numbers = _numbers(payload)
    if not numbers:
        return Refusal(reason="unknown_shape", detail="The payload names no tracking number.")
    report = Report(
        source=KEY, kind=ReportKind.PUSH, shop_id=None, subject=numbers, heard_at=heard_at, body=body
    )
    # What is around the signed texts can be changed by anybody, so it does not make another push.
    return Push(report=report, notification_id=name_of(message))


def parse(report: Report) -> Parsed:
    """The scans in the payload, read as those of an answer."""
    try:
        told = decode(report.body)
    except UnreadableError:
        told = None
    payload = told.get("payload") if isinstance(told, dict) else None
    inside = payload.encode("utf-8", "surrogatepass") if isinstance(payload, str) else b""
    return without_windows(
        answers.parse(
            Report(
                source=report.source,
                kind=report.kind,
                shop_id=None,
                subject=report.subject,
                heard_at=report.heard_at,
                body=inside,
            )
        )
    )


async def subscribe(tracking_numbers: Sequence[str], desk: Desk) -> list[Subscribed]:
    """One call a number, or one for a mailer id (`push_account`). Raises SourceError."""
    return [await _subscribe(number, desk) for number in tracking_numbers]


async def _subscribe(number: str, desk: Desk) -> Subscribed:
    access = desk.access
    which = {"MID": access.push_account} if number == EVERY_NUMBER else {"trackingNumber": number}
    asked = {
        "listenerURL": desk.address,
        "secret": access.push_secret,
        "adminNotification": [{"email": access.push_contact}] if access.push_contact else [],
        "filterProperties": {**which, "trackingEventTypes": ["ALL_UPDATES"]},
    }
    base = (access.url or DEFAULT_URL).rstrip("/")
    answer = await desk.line.send(
        "POST",
        f"{base}/subscriptions-tracking/v3/subscriptions",
        json_body=msgspec.json.encode(asked),
        bearer=token_of(desk.line, access),
        accept=(NOT_GRANTED,),
    )
    return _answered(number, answer, desk)


def _answered(number: str, answer: Answer, desk: Desk) -> Subscribed:
    if answer.status == NOT_GRANTED:
        raise AccessError(
            f"{KEY}: subscriptions were refused ({answer.status}); the app needs `{SUBSCRIPTIONS}`"
        )
    if answer.status == NUMBER_REFUSED:
        said = "USPS refuses to push this number."
        return Subscribed(tracking_number=number, state=PushState.REFUSED, said=said)
    try:
        told = decode(answer.body)
    except UnreadableError:
        told = None
    if answer.status >= 300:
        raise SourceError(f"{KEY}: a subscription was answered with {answer.status}")
    return Subscribed(
        tracking_number=number,
        state=PushState.ACTIVE,
        subscription_id=text_at(told, "subscriptionId"),
        until_at=desk.clock.now() + LIFE,
    )


def _numbers(payload: str) -> tuple[str, ...]:
    try:
        told = decode(payload.encode("utf-8", "surrogatepass"))
    except UnreadableError:
        return ()
    return numbers_in(text_at(item, "trackingNumber").replace(" ", "") for item in objects_at({"": told}, ""))
