"""Counting guesses: how often somebody tried to get in, about one thing or from one place."""

from datetime import datetime, timedelta
from typing import Protocol

KEPT = timedelta(hours=24)
"""A guess counts, and is remembered, for as long."""


class GuessWrites(Protocol):
    """The part of a transaction that counts guesses. Subjects are kept as keyed hashes."""

    async def count_guess(self, subject: str, at: datetime) -> int:
        """Count one failed try; the subject's failures in the last 24 h, this one included."""
        ...

    async def try_guess(self, subject: str, at: datetime, most: int) -> int | None:
        """Count one try before it is looked at; its number, or None when `most` were made in the last 24 h.

        What is refused is not counted: a subject opens again 24 h after its first guesses, whoever goes on.
        """
        ...

    async def take_back_guess(self, number: int) -> None:
        """It was right, so it was no guess."""
        ...

    async def forget_guesses(self, at: datetime) -> int:
        """Those too old to count; how many."""
        ...


class GuessReads(Protocol):
    """The part of the store that counts guesses."""

    async def guesses(self, subject: str, since: datetime) -> int: ...
