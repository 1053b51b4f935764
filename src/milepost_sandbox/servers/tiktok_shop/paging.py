"""Page tokens: opaque, holding `+`, `/` and `=`, and of no use with other filters (tiktok-shop.md §8.5)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Generic, TypeVar

import msgspec

PREFIX: Final = "aB+c/"
"""Every token begins so: a client that signs the encoded form, or sends the decoded one, is found out."""
T = TypeVar("T")
Key = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """One page of a listing; an empty `next_token` means it is the last."""

    items: list[T]
    next_token: str
    total: int


def filters_digest(*filters: object) -> str:
    """What a token is good for: the same filters, sorting and shop."""
    return blake2b(repr(filters).encode(), digest_size=6).hexdigest()


def page_of(
    listed: Sequence[T], key: Callable[[T], Key], *, size: int, token: str, digest: str, descending: bool
) -> Page[T] | None:
    """The page after `token` of a listing in order; None when the token is not one of these filters'."""
    start = 0
    if token:
        after = _read(token, digest)
        if after is None:
            return None
        beyond = (n for n, item in enumerate(listed) if _is_beyond(key(item), after, descending=descending))
        start = next(beyond, len(listed))
    items = list(listed[start : start + size])
    more = start + size < len(listed)
    return Page(items=items, next_token=_write(key(items[-1]), digest) if more else "", total=len(listed))


def _is_beyond(key: Key, after: Key, *, descending: bool) -> bool:
    return key < after if descending else key > after


def _write(key: Key, digest: str) -> str:
    raw = msgspec.json.encode([digest, *key])
    raw += b" " * (1 if len(raw) % 3 == 0 else 0)  # so that the token ends in `=`
    return PREFIX + base64.b64encode(raw).decode()


def _read(token: str, digest: str) -> Key | None:
    if not token.startswith(PREFIX):
        return None
    try:
        raw = base64.b64decode(token.removeprefix(PREFIX), validate=True)
        written, seconds, ident = msgspec.json.decode(raw, type=tuple[str, int, str])
    except (binascii.Error, msgspec.DecodeError):
        return None
    return (seconds, ident) if written == digest else None
