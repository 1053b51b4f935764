"""Says to a push service who sends: a signed word of ours, good for half a day and one service (RFC 8292)."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from milepost.notify.channels.web_push.browser import armored
from milepost.notify.channels.web_push.sealing import point_of

GOOD_FOR = timedelta(hours=12)
"""Push services refuse more than a day."""

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many points P-256 has: a key is a number below it (FIPS 186-4)."""

PURPOSE = b"milepost 1 web push"
HALF_BYTES = 32


class Sender:
    """Our key pair. It follows from the key file, so every node and every restored Milepost has the same."""

    def __init__(self, secret: bytes, contact: str) -> None:
        self._key = _key_of(secret)
        self._blind = hmac.digest(secret, PURPOSE + b" topic", hashlib.sha256)
        self._contact = contact
        self.public_key = armored(point_of(self._key))
        """What a browser is told to take messages from."""

    def authorization(self, origin: str, now: datetime) -> str:
        """The header for one push service; `now` is its own time, which is the real one."""
        head = {"typ": "JWT", "alg": "ES256"}
        said = {"aud": origin, "exp": int((now + GOOD_FOR).timestamp()), "sub": self._contact}
        content = f"{_part(head)}.{_part(said)}"
        one, other = decode_dss_signature(self._key.sign(content.encode(), ECDSA(SHA256())))
        signature = one.to_bytes(HALF_BYTES) + other.to_bytes(HALF_BYTES)
        return f"vapid t={content}.{armored(signature)}, k={self.public_key}"

    def blinded(self, text: str) -> str:
        """The same for the same text, and telling nobody else what the text was."""
        return armored(hmac.digest(self._blind, text.encode(), hashlib.sha256))


@cache
def sender_of(key_file: Path, contact: str) -> Sender:
    """Raises OSError or ValueError for a file that the store would not have opened either."""
    return Sender(bytes.fromhex(key_file.read_text("ascii").strip()), contact)


def _key_of(secret: bytes) -> EllipticCurvePrivateKey:
    """Sixteen bytes more than needed, so that no number is likelier than another."""
    wide = hmac.digest(secret, PURPOSE + b" 1", hashlib.sha256) + hmac.digest(
        secret, PURPOSE + b" 2", hashlib.sha256
    )
    return derive_private_key(int.from_bytes(wide[:48]) % (ORDER - 1) + 1, SECP256R1())


def _part(told: Mapping[str, object]) -> str:
    return armored(msgspec.json.encode(told))
