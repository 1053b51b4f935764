"""How TikTok Shop knows that a call is ours, and how we know that a push is theirs (§2.2, §5.4)."""

import hashlib
import hmac
from collections.abc import Mapping

UNSIGNED = frozenset({"sign", "access_token"})


def sign(
    secret: str, path: str, query: Mapping[str, str], body: bytes = b"", *, is_multipart: bool = False
) -> str:
    """Lowercase hex HMAC-SHA256 over path, sorted decoded query and the raw body, wrapped in the secret.

    `query` holds decoded values: what is sent percent-encoded is signed as it reads (`+`, not `%2B`).
    `body` must be the very bytes that are sent.
    """
    pairs = "".join(f"{name}{query[name]}" for name in sorted(query) if name not in UNSIGNED)
    signed = secret.encode() + path.encode() + pairs.encode()
    if not is_multipart:
        signed += body
    return _hex(secret, signed + secret.encode())


def push_signature(app_key: str, secret: str, body: bytes) -> str:
    """What the bare `Authorization` header of a push must hold; there is no time in it, so replays verify."""
    return _hex(secret, app_key.encode() + body)


def is_signed_by(app_key: str, secret: str, body: bytes, header: str) -> bool:
    """Whether a push was signed with this app's secret. Compared in constant time, on the raw bytes."""
    expected = push_signature(app_key, secret, body).encode()
    return hmac.compare_digest(expected, header.strip().encode("utf-8", "surrogatepass"))


def _hex(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
