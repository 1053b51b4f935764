"""How we know that a push is who it says it is from: signatures, shown words, and how old it may be."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from milepost.model.reports import Refusal
from milepost.settings import SourceAccess

BAD_SIGNATURE = "bad_signature"
STALE = "stale_timestamp"

FRESH = timedelta(minutes=15)
"""How old a push may be that says when it was sent, and how far ahead of our clock."""

DAY = timedelta(days=1)
"""The same where its time has no offset: then the zone may be any."""

EPOCH_DIGITS = range(9, 14)
MILLISECONDS_FROM = 10**11
TEXT_MAX = 64
NUMBER = re.compile(r"[A-Za-z0-9]{6,40}")
NUMBERS_MAX = 100


def secrets_of(access: SourceAccess) -> tuple[str, ...]:
    """The secret, and the one before it while both are good."""
    return tuple(one for one in (access.push_secret, access.push_secret_before) if one)


def header(headers: Mapping[str, str], *names: str) -> str:
    """The value of the first of these headers that is there, however it is written; else nothing."""
    given = {name.casefold(): value for name, value in headers.items()}
    return next((given[name] for name in names if name in given), "").strip()


def is_shown(given: str, secrets: Sequence[str]) -> bool:
    """Whether what was given is one of the secrets; how long it takes says nothing."""
    return _is_one_of(given, [secret.encode() for secret in secrets])


def is_signed(given: str, message: bytes, secrets: Sequence[str]) -> bool:
    """Whether what was given is the base64 of an HMAC-SHA256 of the message under one of the secrets."""
    return _is_one_of(
        given, [base64.b64encode(hmac.digest(one.encode(), message, "sha256")) for one in secrets]
    )


def is_signed_in_hex(given: str, message: bytes, secrets: Sequence[str]) -> bool:
    """The same for the digits of that HMAC, in small letters."""
    return _is_one_of(
        given.casefold(), [hmac.new(one.encode(), message, "sha256").hexdigest().encode() for one in secrets]
    )


def is_hashed(given: str, messages: Sequence[bytes]) -> bool:
    """Whether what was given is the SHA-256 of one of the messages, in hex; each ends in a secret."""
    return _is_one_of(given.casefold(), [hashlib.sha256(one).hexdigest().encode() for one in messages])


def _is_one_of(given: str, good: Sequence[bytes]) -> bool:
    shown = given.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(shown, one) for one in good)


def unproven(whose: str) -> Refusal:
    """A push nobody proved to be theirs; what it said is neither read nor kept."""
    return Refusal(reason=BAD_SIGNATURE, detail=f"A push said to be of {whose} does not prove that it is.")


def why_stale(told: str, now: datetime) -> Refusal | None:
    """Why a push sent at that time is not taken any more, or None. A time nobody can read is refused, too."""
    at = _moment(told)
    if at is None:
        return Refusal(reason=STALE, detail="The push does not say in a readable way when it was sent.")
    slack = FRESH if at.tzinfo else DAY
    apart = now - (at if at.tzinfo else at.replace(tzinfo=UTC))
    if abs(apart) <= slack:
        return None
    return Refusal(reason=STALE, detail="The push was sent too long ago, or by a clock that is wrong.")


def numbers_in(named: Iterable[str]) -> tuple[str, ...]:
    """Those of the texts that can be tracking numbers, each once; a push about none of ours is of no use."""
    return tuple(dict.fromkeys(one for one in named if NUMBER.fullmatch(one)))[:NUMBERS_MAX]


def name_of(message: bytes) -> str:
    """An id for a push that has none: the same bytes are the same push."""
    return f"sha256:{hashlib.sha256(message).hexdigest()}"


def _moment(told: str) -> datetime | None:
    """ISO 8601, or seconds or milliseconds since 1970."""
    try:
        if told.isascii() and told.isdigit() and len(told) in EPOCH_DIGITS:
            number = int(told)
            return datetime.fromtimestamp(number / 1000 if number > MILLISECONDS_FROM else number, UTC)
        return datetime.fromisoformat(told) if len(told) <= TEXT_MAX else None
    except (ValueError, OverflowError):
        return None
