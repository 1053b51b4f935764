"""Reading what TikTok Shop sends without stumbling: nulls, missing members, numbers as text, new fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

MILLISECONDS_FROM = 10**11
"""From here on a time is in milliseconds: as seconds it would lie after the year 5138 (§3.4, Times)."""
SECONDS_MAX = 253_402_300_799  # the last second of the year 9999
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TEXT_LENGTH_MAX = 10_000
DIGITS_MAX = 30

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What every answer is wrapped in (§2.1). Success if and only if `code` is 0."""

    code: int
    message: str  # looked at for code 36009004 only: wording changes
    request_id: str  # TikTok's support asks for it
    data: Row


def envelope(body: bytes) -> Envelope | None:
    """The envelope, or None when the body is not one."""
    whole = decode(body)
    code = integer(whole.get("code")) if whole is not None else None
    if whole is None or code is None:
        return None
    return Envelope(
        code=code,
        message=text(whole.get("message")),
        request_id=text(whole.get("request_id")),
        data=row(whole.get("data")),
    )


def decode(body: bytes) -> Row | None:
    """A JSON object, integers of any size kept exact; None when it is anything else."""
    try:
        whole = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return None
    return whole if isinstance(whole, dict) else None


def row(value: object) -> Row:
    """A JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[Row]:
    """The objects of a list; null, missing and anything else are an empty one."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(value: object) -> list[str]:
    """The texts and numbers of a list, as text."""
    return [found for item in value if (found := identifier(item))] if isinstance(value, list) else []


def text(value: object) -> str:
    """A text without outer white space (the samples carry stray line feeds); empty when it is none."""
    if type(value) is not str:
        return ""
    if "\x00" in value:  # no database keeps it
        value = value.replace("\x00", "")
    return value.strip()[:TEXT_LENGTH_MAX]


def identifier(value: object) -> str:
    """An id as text. Some pushes show ids as integers, which may be larger than a double can hold."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**DIGITS_MAX else ""
    return text(value)


def integer(value: object) -> int | None:
    """A whole number, also as text or as a float without a fraction."""
    if type(value) is int:
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        digits = value.strip()
        is_number = len(digits) <= DIGITS_MAX and digits.isascii() and digits.removeprefix("-").isdigit()
        return int(digits) if is_number else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return None


def moment(value: object) -> datetime | None:
    """Unix seconds, or milliseconds by magnitude, in UTC. 0, null and absent all mean: not set."""
    number = integer(value)
    if number is None or number <= 0:
        return None
    seconds, rest_ms = divmod(number, 1000) if number >= MILLISECONDS_FROM else (number, 0)
    if seconds > SECONDS_MAX:
        return None
    return EPOCH + timedelta(0, seconds, 0, rest_ms)


def expiry(value: object) -> datetime | None:
    """An absolute Unix second in UTC; may lie centuries ahead (§1.3), so no magnitude rule here."""
    number = integer(value)
    if number is None or number <= 0:
        return None
    return datetime.fromtimestamp(min(number, SECONDS_MAX), UTC)


def amount(value: object) -> Decimal | None:
    """Money as a decimal text (`"5000"`, `"0.01"`), or None."""
    try:
        found = Decimal(text(value) or str(integer(value)))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
