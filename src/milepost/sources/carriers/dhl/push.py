"""DHL's Unified Push: subscribed, asked back, activated, then pushed (carriers.md §5.2).

A push shows the token we gave and holds shipments as an answer does, so their scans are recorded. How a
subscription is activated is confirmed by clients of others only.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from milepost.model.pushes import EVERY_NUMBER, PushState
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed
from milepost.ports.pushes import Push, Subscribed, SubscriptionNews
from milepost.ports.sources import SourceError
from milepost.settings import CarrierAccess
from milepost.sources.carriers.dhl import parse as answers
from milepost.sources.carriers.dhl.fetch import DEFAULT_URL
from milepost.sources.folder_pushes import Desk, without_windows
from milepost.sources.line import Answer
from milepost.sources.loose_json import UnreadableError, decode, objects_at, text_at
from milepost.sources.push_proofs import header, is_shown, name_of, numbers_in, secrets_of, unproven

KEY = "dhl"
IS_HINT = False
ACCOUNTS = True
BATCH_MAX = 10
HEADER = "x-milepost-push"
PATH = "/tracking/push/v1/subscription"
SERVICE_DEFAULT = "express"
EVENTS = ("Pre-Transit", "Transit", "Delivered", "Failure", "Unknown")
LIFE = timedelta(days=14)
"""Renewed after so long where DHL does not say when a subscription ends; not confirmed."""

NEWS = {
    "subscription.validate": PushState.ASKED,
    "subscription.ready": PushState.ACTIVE,
    "subscription.failure": PushState.REFUSED,
}
SUBSCRIPTION = re.compile(r"[\w-]{1,80}")
DETAIL_LENGTH_MAX = 200
NUMBERS_REFUSED = (400, 404)


def read(
    access: CarrierAccess, headers: Mapping[str, str], body: bytes, heard_at: datetime
) -> Push | Refusal:
    """Theirs if it shows the token we gave; what it is about stands in `scope`."""
    if not is_shown(header(headers, HEADER), secrets_of(access)):
        return unproven("DHL")
    try:
        told = decode(body)
    except UnreadableError:
        return Refusal(reason="unreadable_body", detail="The push is not JSON.")
    news, numbers = _news(told), _numbers(told)
    if news is None and not numbers:
        return Refusal(
            reason="unknown_shape", detail="The push holds no shipment and no word of a subscription."
        )
    report = Report(
        source=KEY, kind=ReportKind.PUSH, shop_id=None, subject=numbers, heard_at=heard_at, body=body
    )
    return Push(report=report, notification_id=name_of(body), news=news)


def parse(report: Report) -> Parsed:
    """The scans of its shipments, read as those of an answer; of a subscription it tells no scans."""
    return without_windows(answers.parse(report)) if report.subject else Parsed()


async def subscribe(tracking_numbers: Sequence[str], desk: Desk) -> list[Subscribed]:
    """One subscription for up to ten numbers, or for an account (`push_account`). Raises SourceError."""
    access = desk.access
    which: dict[str, Any] = {"type": "Shipment", "shipmentIDs": list(tracking_numbers)}
    if list(tracking_numbers) == [EVERY_NUMBER]:
        which = {"type": "Account", "accountID": access.push_account}
    proof = {"type": "ApiKeyAuthentication", "header": HEADER, "token": access.push_secret}
    asked = {
        "hook": {"uri": desk.address, "authentication": proof},
        "format": "Default",
        "service": access.push_service or SERVICE_DEFAULT,
        "events": EVENTS,
        **which,
    }
    answer = await _send(desk, PATH, msgspec.json.encode(asked))
    if answer.status in NUMBERS_REFUSED:
        said = _said(answer) or "DHL refuses to push this number."
        return [
            Subscribed(tracking_number=number, state=PushState.REFUSED, said=said)
            for number in tracking_numbers
        ]
    told = _taken(answer)
    return [
        Subscribed(
            tracking_number=number,
            state=PushState.ASKED,
            subscription_id=_subscription(told),
            until_at=_expires(told) or desk.clock.now() + LIFE,
        )
        for number in tracking_numbers
    ]


async def activate(push: bytes, desk: Desk) -> Subscribed:
    """Say yes, with the secret DHL sent us for it. Raises SourceError.

    Where to say it is made of our own address for DHL and the subscription's id, never of a link in the push.
    """
    asked = decode(push)
    subscription = _subscription(asked)
    secret = {"DHL-API-Hook-Secret": text_at(asked, "secret")}
    told = _taken(await _send(desk, f"{PATH}/{subscription}", None, secret))
    return Subscribed(
        tracking_number="",
        state=PushState.ACTIVE,
        subscription_id=subscription,
        until_at=_expires(told),
    )


async def _send(
    desk: Desk, path: str, body: bytes | None, headers: Mapping[str, str] | None = None
) -> Answer:
    base = (desk.access.url or DEFAULT_URL).rstrip("/")
    given = {"DHL-API-Key": desk.access.client_id, **(headers or {})}
    return await desk.line.send("POST", f"{base}{path}", headers=given, json_body=body)


def _taken(answer: Answer) -> Any:
    if answer.status >= 300:
        raise SourceError(f"{KEY}: a subscription was answered with {answer.status}")
    try:
        return decode(answer.body)
    except UnreadableError:
        return None


def _news(told: Any) -> SubscriptionNews | None:
    state = NEWS.get(text_at(told, "scope"))
    subscription = _subscription(told)
    if state is None or not subscription or (state is PushState.ASKED and not text_at(told, "secret")):
        return None
    failure = text_at(told, "failure", "detail") or text_at(told, "failure", "title")
    said = failure[:DETAIL_LENGTH_MAX] or "DHL ended the subscription."
    return SubscriptionNews(
        subscription_id=subscription,
        state=state,
        until_at=_expires(told),
        said=said if state is PushState.REFUSED else "",
    )


def _subscription(told: Any) -> str:
    """Its id, told as one or as the end of its own address; nothing when it could be no id."""
    own = text_at(told, "subscriptionId") or text_at(told, "id")
    found = own or text_at(told, "self").rstrip("/").rpartition("/")[2]
    return found if SUBSCRIPTION.fullmatch(found) else ""


def _expires(told: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text_at(told, "expires"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _numbers(told: Any) -> tuple[str, ...]:
    return numbers_in(text_at(item, "id") for item in objects_at(told, "shipments"))


def _said(answer: Answer) -> str:
    try:
        return text_at(decode(answer.body), "detail")[:DETAIL_LENGTH_MAX]
    except UnreadableError:
        return ""
