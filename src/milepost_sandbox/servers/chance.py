"""Chance that always falls the same way: keys are picked by their digest, not by a generator."""

from __future__ import annotations

from hashlib import blake2b


def fraction(*key: object) -> float:
    """A number in [0, 1) that depends on the key alone."""
    digest = blake2b("\x1f".join(map(str, key)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def picked(share: float, *key: object) -> bool:
    """Whether this key is among the picked share."""
    return fraction(*key) < share


def number(below: int, *key: object) -> int:
    """A whole number in [0, below) that depends on the key alone."""
    return int(fraction(*key) * below)
