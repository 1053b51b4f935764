"""Seals a message so that only one browser reads it, and no push service on the way (RFC 8291, RFC 8188)."""

import os

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from milepost.notify.channels.web_push.browser import Browser

SALT_BYTES, KEY_BYTES, NONCE_BYTES, SECRET_BYTES = 16, 16, 12, 32
RECORD_BYTES = 4096
"""What every push service takes; the whole message is one record."""

PLAIN_BYTES_MAX = RECORD_BYTES - SALT_BYTES - 4 - 1 - 65 - 16 - 1
END = b"\x02"
FILLED_TO = 512
"""Messages are filled up to a multiple of this: their length tells nothing."""


def sealed(
    plain: bytes,
    browser: Browser,
    *,
    salt: bytes | None = None,
    own: EllipticCurvePrivateKey | None = None,
    filled_to: int = FILLED_TO,
) -> bytes:
    """The body of a push, `aes128gcm`. Salt and key are new for each message (tests give their own).

    Raises ValueError for more than PLAIN_BYTES_MAX bytes.
    """
    if len(plain) > PLAIN_BYTES_MAX:
        raise ValueError(f"{len(plain)} bytes; at most {PLAIN_BYTES_MAX} fit into a push")
    salt = salt or os.urandom(SALT_BYTES)
    own = own or generate_private_key(SECP256R1())
    ours = point_of(own)
    shared = own.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), browser.public_key))
    about = b"WebPush: info\x00" + browser.public_key + ours
    secret = _stretched(shared, browser.auth, about, SECRET_BYTES)
    key = _stretched(secret, salt, b"Content-Encoding: aes128gcm\x00", KEY_BYTES)
    nonce = _stretched(secret, salt, b"Content-Encoding: nonce\x00", NONCE_BYTES)
    filling = min(-(len(plain) + 1) % filled_to, PLAIN_BYTES_MAX - len(plain))
    body = AESGCM(key).encrypt(nonce, plain + END + b"\x00" * filling, None)
    return salt + RECORD_BYTES.to_bytes(4) + len(ours).to_bytes(1) + ours + body


def point_of(key: EllipticCurvePrivateKey) -> bytes:
    """The public half, uncompressed."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _stretched(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
