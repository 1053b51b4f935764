"""Track Alert: UPS says that a parcel has news, and we ask for it (carriers.md §2.7).

A push holds one event, unsigned, and does not say whether somebody scanned the parcel or a computer worked it
out (`logicalScan` is missing). So it is a hint: the answer to our question is what is recorded.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qs
from uuid import uuid4

import msgspec

from milepost.model.pushes import PushState
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.model.scans import Parsed
from milepost.ports.pushes import Push, PushToken, Subscribed
from milepost.ports.sources import SourceError
from milepost.settings import CarrierAccess
from milepost.sources.carriers.ups.fetch import DEFAULT_URL, KEY, token_of
from milepost.sources.folder_pushes import Desk
from milepost.sources.loose_json import UnreadableError, decode, text_at, value_at
from milepost.sources.push_proofs import header, is_shown, name_of, numbers_in, secrets_of, unproven

IS_HINT = True
ACCOUNTS = False
BATCH_MAX = 100
LIFE = timedelta(days=14)
TOKEN_LIFE_S = 3_600
PURPOSE = b"ups push token "
ALL_REFUSED = 400


def read(
    access: CarrierAccess, headers: Mapping[str, str], body: bytes, heard_at: datetime
) -> Push | Refusal:
    """Theirs if it shows a token of ours (v2) or our word itself (v1)."""
    secrets = secrets_of(access)
    scheme, _, token = header(headers, "authorization").partition(" ")
    by_token = scheme.casefold() == "bearer" and _is_ours(token.strip(), secrets, heard_at)
    by_word = is_shown(header(headers, "credential"), secrets)
    key = header(headers, "x-api-key")
    if not (by_token or by_word) or (key and not is_shown(key, [access.client_id])):
        return unproven("UPS")
    try:
        told = decode(body)
    except UnreadableError:
        return Refusal(reason="unreadable_body", detail="The push is not JSON.")
    numbers = numbers_in([text_at(told, "trackingNumber")])
    if not numbers:
        return Refusal(reason="unknown_shape", detail="The push names no tracking number.")
    report = Report(
        source=KEY, kind=ReportKind.PUSH, shop_id=None, subject=numbers, heard_at=heard_at, body=body
    )
    return Push(report=report, notification_id=name_of(body))


def parse(report: Report) -> Parsed:
    """Nothing but the hint: which parcel to ask about."""
    return Parsed(hints=tuple(report.subject))


def grant(
    access: CarrierAccess, headers: Mapping[str, str], body: bytes, now: datetime
) -> PushToken | Refusal:
    """What UPS fetches before it pushes (v2): it shows our client id and our word, and gets a token."""
    name, word = _basic(header(headers, "authorization"))
    knows = is_shown(name, [access.client_id]) & is_shown(word, secrets_of(access))
    if not knows:
        return unproven("UPS")
    if parse_qs(body.decode("utf-8", "replace")).get("grant_type") != ["client_credentials"]:
        return Refusal(reason="unknown_shape", detail="Write grant_type=client_credentials as a form.")
    ends = str(int(now.timestamp()) + TOKEN_LIFE_S)
    return PushToken(value=f"{ends}.{_mark(ends, access.push_secret)}", expires_in_s=TOKEN_LIFE_S)


async def subscribe(tracking_numbers: Sequence[str], desk: Desk) -> list[Subscribed]:
    """Ask for up to a hundred numbers; they last fourteen days. Raises SourceError."""
    url = (desk.access.url or DEFAULT_URL).rstrip("/")
    asked = {"locale": "en_US", "countryCode": "US", "trackingNumberList": list(tracking_numbers)}
    answer = await desk.line.send(
        "POST",
        f"{url}/api/track/v2/subscription/standard/package",
        headers={"transId": uuid4().hex, "transactionSrc": "milepost"},
        json_body=msgspec.json.encode(asked),
        bearer=token_of(desk.line, desk.access),
    )
    try:
        told = decode(answer.body)
    except UnreadableError:
        told = None
    good, bad = _numbers(told, "validTrackingNumbers"), _numbers(told, "invalidTrackingNumbers")
    if answer.status >= 400 and not (answer.status == ALL_REFUSED and bad):
        raise SourceError(f"{KEY}: a subscription was answered with {answer.status}")
    until_at = desk.clock.now() + LIFE
    return [
        Subscribed(tracking_number=number, state=PushState.ACTIVE, until_at=until_at)
        if number in good
        else Subscribed(
            tracking_number=number, state=PushState.REFUSED, said="UPS pushes nothing about this number."
        )
        for number in tracking_numbers
    ]


def _numbers(told: object, name: str) -> set[str]:
    found = value_at(told, name)
    return {one for one in found if isinstance(one, str)} if isinstance(found, list) else set()


def _basic(given: str) -> tuple[str, str]:
    scheme, _, encoded = given.partition(" ")
    try:
        pair = (
            base64.b64decode(encoded.strip(), validate=True).decode() if scheme.casefold() == "basic" else ""
        )
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pair = ""
    name, _, word = pair.partition(":")
    return name, word


def _is_ours(token: str, secrets: Sequence[str], now: datetime) -> bool:
    """Whether we made this token and it has not run out; no list of tokens is kept anywhere."""
    ends, _, mark = token.partition(".")
    if not (ends.isascii() and ends.isdigit() and len(ends) <= 12):
        return False
    return is_shown(mark, [_mark(ends, one) for one in secrets]) and now.timestamp() < int(ends)


def _mark(ends: str, secret: str) -> str:
    return hmac.new(secret.encode(), PURPOSE + ends.encode(), "sha256").hexdigest()
