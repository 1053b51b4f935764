"""TikTok Shop's signatures, of requests to it and of webhooks from it (tiktok-shop.md §2.2 and 5.4)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

UNSIGNED: Final = frozenset({"sign", "access_token"})
MULTIPART: Final = "multipart/form-data"


def request_sign(
    secret: str, path: str, query: Iterable[tuple[str, str]], body: bytes = b"", media_type: str = ""
) -> str:
    """The lowercase hex `sign` of a request; `query` holds decoded names and values."""
    signed = sorted((name, value) for name, value in query if name not in UNSIGNED)
    text = path + "".join(name + value for name, value in signed)
    message = text.encode() + (b"" if media_type.startswith(MULTIPART) else body)
    key = secret.encode()
    return hmac.new(key, key + message + key, hashlib.sha256).hexdigest()


def webhook_sign(app_key: str, secret: str, body: bytes) -> str:
    """The bare `Authorization` value of a webhook with this raw body."""
    return hmac.new(secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()
