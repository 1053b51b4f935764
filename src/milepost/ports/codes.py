"""Codes nobody explained, corrections of code tables, and the tables as corrected here."""

import time
from collections.abc import Iterable, Sequence
from typing import Protocol

from milepost.model.carriers import CodeBook
from milepost.model.codes import CodeCorrection, UnknownCode

LOOKED_EVERY_S = 5.0
"""Real seconds until a node hears of a correction that was made on another."""


class CodeWrites(Protocol):
    """The part of a transaction that has to do with codes."""

    async def add_code_correction(self, correction: CodeCorrection) -> None: ...


class CodeReads(Protocol):
    """The part of the store that has to do with codes."""

    async def unknown_codes(self, limit: int) -> list[UnknownCode]:
        """Codes that were read as unknown, of every shop; the most frequent first."""
        ...

    async def code_corrections(self) -> list[CodeCorrection]:
        """Every one there ever was, oldest first."""
        ...


class HasCodes(Protocol):
    """A source with a table of codes."""

    @property
    def key(self) -> str: ...

    @property
    def codes(self) -> CodeBook: ...


class CodeTables:
    """Each source's table of codes with this installation's corrections in it, as far as this node knows."""

    def __init__(self) -> None:
        self._corrections: tuple[CodeCorrection, ...] = ()
        self._corrected: dict[
            str, tuple[CodeBook, CodeBook]
        ] = {}  # source → its own table, the corrected one
        self._looked_at: float | None = None

    async def look(self, reads: CodeReads, *, at_once: bool = False) -> None:
        """Read the corrections again if that was not done for LOOKED_EVERY_S."""
        now = time.monotonic()
        if not at_once and self._looked_at is not None and now - self._looked_at < LOOKED_EVERY_S:
            return
        self._looked_at = now
        found = tuple(await reads.code_corrections())
        if found != self._corrections:
            self._corrections, self._corrected = found, {}

    def of(self, source: HasCodes) -> CodeBook:
        """The table to read this source by; the same object until something changes."""
        own = source.codes
        known = self._corrected.get(source.key)
        if known is not None and known[0] is own:
            return known[1]
        mine = standing(one for one in self._corrections if one.source == source.key)
        book = CodeBook({**own, **{one.ref: one.meaning for one in mine}}) if mine else own
        self._corrected[source.key] = (own, book)
        return book


def standing(corrections: Iterable[CodeCorrection]) -> Sequence[CodeCorrection]:
    """The newest of each code, without those that were withdrawn."""
    newest = {(one.source, one.ref): one for one in corrections}
    return [one for one in newest.values() if not one.withdrawn]
