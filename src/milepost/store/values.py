"""How values of the model look in a table: whole microseconds for instants, JSON text for documents."""

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import msgspec

from milepost.ports.store import CursorError

T = TypeVar("T")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
CURSOR_LENGTH_MAX = 200
INTEGER_MAX = 2**63 - 1


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC. Raises TypeError for a naive datetime."""
    return (moment - EPOCH) // MICROSECOND


def micros_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else micros(moment)


def moment(value: int) -> datetime:
    """The aware UTC datetime of `micros`."""
    return EPOCH + timedelta(microseconds=value)


def moment_or_none(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def to_json(value: Any) -> str:
    """A document, with its fields in their written order: the same value is the same text."""
    return msgspec.json.encode(value).decode()


def from_json(kind: type[T], text: str | bytes) -> T:
    """The document as the model's type; fields of a newer program are left out."""
    return _decoder(kind).decode(text)  # type: ignore[no-any-return, arg-type]


@cache
def _decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def to_cursor(*place: int) -> str:
    """An opaque mark of where a page ended."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def from_cursor(cursor: str | None, start: tuple[int, ...]) -> tuple[int, ...]:
    """Where the page ended, or `start` for the first page. Raises CursorError for one that is not ours."""
    if cursor is None:
        return start
    try:
        if len(cursor) > CURSOR_LENGTH_MAX:
            raise ValueError(cursor)
        padded = cursor + "=" * (-len(cursor) % 4)
        place = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if [type(part) for part in place] != [int] * len(start):
            raise ValueError(cursor)
        if max(map(abs, place)) > INTEGER_MAX:
            raise ValueError(cursor)
    except (ValueError, TypeError, binascii.Error) as error:
        raise CursorError("this cursor is not one of ours; leave it out to start anew") from error
    return tuple(place)
