"""Seals personal data and secrets, so that a stolen database or backup tells nothing (reliability.md A8).

AES-256-GCM. What is sealed is bound to its place (table, column, row key): moved elsewhere, it does not open.
"""

import hashlib
import hmac
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from milepost.ports.store import StoreError

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 4
FORM = b"\x01"  # first byte of everything sealed; another form gets another byte
HEAD_BYTES = len(FORM) + KEY_ID_BYTES + NONCE_BYTES
OTHERS_MAY = 0o077
COMPRESSION = 1
BODY_BYTES_MAX = 256_000_000  # a compressed body that unfolds to more is not one of ours


class Sealer:
    """Seals, opens, and makes keyed hashes for finding without reading."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(_derived(key, b"seal"))
        self._blind_key = _derived(key, b"blind index")
        self.key_check = _derived(key, b"key check").hex()
        self._key_id = bytes.fromhex(self.key_check)[:KEY_ID_BYTES]

    def seal(self, plain: bytes, table: str, row: Sequence[str], column: str = "sealed") -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, plain, self._place(table, column, row))
        return FORM + self._key_id + nonce + sealed

    def open(self, sealed: bytes, table: str, row: Sequence[str], column: str = "sealed") -> bytes:
        """Raises StoreError when it was changed, moved or sealed with another key."""
        nonce, body = sealed[HEAD_BYTES - NONCE_BYTES : HEAD_BYTES], sealed[HEAD_BYTES:]
        try:
            return self._cipher.decrypt(nonce, body, self._place(table, column, row))
        except InvalidTag as error:
            raise StoreError(
                f"a sealed value in {table} does not open, because it was changed, moved or sealed with "
                "another key: restore database and key file from one backup"
            ) from error

    def seal_body(self, body: bytes, body_hash: str) -> bytes:
        """A report's body: compressed first, because sealed bytes do not shrink."""
        return self.seal(zlib.compress(body, COMPRESSION), "report_bodies", (body_hash,))

    def open_body(self, sealed: bytes, body_hash: str) -> bytes:
        return zlib.decompressobj().decompress(
            self.open(sealed, "report_bodies", (body_hash,)), BODY_BYTES_MAX
        )

    def blind(self, kind: str, value: str) -> str:
        """Keyed hash of a normalized value: equal values are equal, and nothing else can be told."""
        return hmac.new(self._blind_key, f"{kind}\x1f{value}".encode(), hashlib.sha256).hexdigest()

    def _place(self, table: str, column: str, row: Sequence[str]) -> bytes:
        """Each part with its length, so that no two places read alike."""
        parts = [self._key_id, table.encode(), column.encode(), *[part.encode() for part in row]]
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def load_key(path: Path, *, may_make: bool) -> bytes:
    """The key in this file; a new file (mode 0600) when there is none and `may_make`. Raises StoreError."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if may_make:
            return _make_key(path)
        raise StoreError(
            f"the key file {path} is missing, and without it the sealed data cannot be read: "
            "restore it, or name it in store.key_file"
        ) from None
    except OSError as error:
        raise StoreError(
            f"the key file {path} cannot be read ({error.strerror}): check its folder"
        ) from error
    if mode & OTHERS_MAY:
        raise StoreError(f"the key file {path} can be read by others: chmod 600 {path}")
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise StoreError(
            f"the key file {path} does not hold a key (64 hexadecimal digits): restore it from a backup"
        ) from error
    if len(key) != KEY_BYTES:
        raise StoreError(
            f"the key file {path} holds {len(key)} bytes, not {KEY_BYTES}: restore it from a backup"
        )
    return key


def _make_key(path: Path) -> bytes:
    key = os.urandom(KEY_BYTES)
    write_key(path, key)
    return key


def write_key(path: Path, key: bytes) -> None:
    """A new key file (mode 0600), on disk when this returns. Raises StoreError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(file, "w", encoding="ascii") as opened:
            opened.write(key.hex() + "\n")
            opened.flush()
            os.fsync(opened.fileno())  # a database sealed with a key that a power cut took is lost
    except OSError as error:
        raise StoreError(
            f"the key file {path} cannot be made ({error.strerror}): make its folder writable, "
            "or name another file in store.key_file"
        ) from error


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hmac.new(key, b"milepost 1 " + purpose, hashlib.sha256).digest()
