"""Signs messages as Standard Webhooks 1.0 says, and checks such signatures."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

PREFIX = "whsec_"
KEY_BYTES = 32
KEY_BYTES_MIN, KEY_BYTES_MAX = 24, 64
TOLERANCE = timedelta(minutes=5)
"""A message signed longer ago, or further ahead, is refused: somebody may have kept it to send it again."""

SIGNATURES_MAX = 10
"""Looked at in one header; a rotation has two."""

STAMP_DIGITS_MAX = 12


class SecretError(ValueError):
    """It is not a signing secret; the text does not repeat it."""


def new_secret() -> str:
    """A fresh secret, `whsec_` and base64 of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The key in a secret. Raises SecretError unless it holds 24 to 64 bytes."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SecretError("a signing secret is `whsec_` and base64") from error
    if not KEY_BYTES_MIN <= len(key) <= KEY_BYTES_MAX:
        raise SecretError(f"a signing secret holds {KEY_BYTES_MIN} to {KEY_BYTES_MAX} bytes, not {len(key)}")
    return key


def headers(message_id: str, at: datetime, body: bytes, signing: Sequence[str]) -> dict[str, str]:
    """The three headers, one signature per secret. Raises SecretError."""
    stamp = str(int(at.timestamp()))
    signed = [f"v1,{signature(key_of(secret), message_id, stamp, body)}" for secret in signing]
    return {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": " ".join(signed)}


def signature(key: bytes, message_id: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over `id.timestamp.body`, base64."""
    content = f"{message_id}.{stamp}.".encode("utf-8", "surrogatepass") + body
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def why_refused(given: Mapping[str, str], body: bytes, accepted: Sequence[str], now: datetime) -> str | None:
    """Why a received message must not be believed, or None. Whatever is given, it raises nothing.

    `given` are its headers, in any case; `accepted` the secrets that count at `now`.
    """
    told = {name.casefold(): value for name, value in given.items()}
    message_id, stamp = told.get("webhook-id", ""), told.get("webhook-timestamp", "")
    if not message_id or not stamp or not told.get("webhook-signature"):
        return "a header is missing"
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= STAMP_DIGITS_MAX):
        return "webhook-timestamp is not a number of seconds"
    if abs(int(stamp) - now.timestamp()) > TOLERANCE.total_seconds():
        return "webhook-timestamp is more than five minutes away from now"
    shown = [part.removeprefix("v1,") for part in told["webhook-signature"].split(" ") if part[:3] == "v1,"]
    ours = [signature(key, message_id, stamp, body).encode() for key in _keys(accepted)]
    verdicts = [
        hmac.compare_digest(mine, theirs.encode("utf-8", "replace"))
        for mine in ours
        for theirs in shown[:SIGNATURES_MAX]
    ]
    return None if any(verdicts) else "no signature fits"


def _keys(accepted: Sequence[str]) -> list[bytes]:
    found = []
    for secret in accepted:
        try:
            found.append(key_of(secret))
        except SecretError:
            continue  # a secret of ours that is none accepts nothing
    return found
