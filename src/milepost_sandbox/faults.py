"""The fault switches: what goes wrong between the sandbox's servers and a client, the same for a seed.

Transport faults spoil an answer and may be switched while the world runs. Row faults shape what the carriers'
systems hold, so they are part of the truth and fixed when the world is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

TRANSPORT_FAULTS: Final = (
    "rate_limit",
    "server_error",
    "slow",
    "cut_body",
    "expired_token",
    "duplicate",
    "shuffled",
    "push_lost",
)
ROW_FAULTS: Final = ("missing_offset", "unknown_code", "late")
FAULTS: Final = TRANSPORT_FAULTS + ROW_FAULTS
FULL: Final = 2**64


class FaultError(ValueError):
    """A fault that does not exist, or one that cannot be switched any more."""


def chosen(names: Iterable[str]) -> frozenset[str]:
    """The faults meant by these words, `none` and `all` too. Raises FaultError for an unknown name."""
    wanted = [name.strip() for name in names if name.strip()]
    if unknown := [name for name in wanted if name not in (*FAULTS, "none", "all")]:
        raise FaultError(f"unknown fault {', '.join(unknown)}; there are {', '.join(FAULTS)}, none and all")
    if "all" in wanted:
        return frozenset(FAULTS)
    return frozenset(wanted) - {"none"}


class Faults:
    """Which faults are on, and whom they strike."""

    def __init__(self, seed: int, names: Iterable[str] = ("none",)) -> None:
        """Switch these on; raises FaultError for an unknown name."""
        self.seed = seed
        self._on = chosen(names)

    @property
    def names(self) -> tuple[str, ...]:
        """The faults that are on, in the order of the list."""
        return tuple(name for name in FAULTS if name in self._on)

    def on(self, name: str) -> bool:
        """Whether this fault is on."""
        return name in self._on

    def strikes(self, name: str, *key: object, share: float) -> bool:
        """Whether the fault is on and this key is among the struck share (0 to 1).

        The same seed, fault and key always give the same answer: put a count into the key for a retry to
        succeed.
        """
        return name in self._on and self.draw(name, *key) < share

    def draw(self, *key: object) -> float:
        """A number from 0 to 1 that belongs to this key and the seed."""
        text = "\x1f".join(str(part) for part in (self.seed, *key))
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / FULL

    def switch(self, names: Iterable[str]) -> None:
        """Have exactly these on from now; raises FaultError if a row fault would change."""
        wanted = chosen(names)
        if changed := sorted((wanted ^ self._on) & set(ROW_FAULTS)):
            raise FaultError(f"{', '.join(changed)} shapes the world's rows and is fixed when it is made")
        self._on = wanted
