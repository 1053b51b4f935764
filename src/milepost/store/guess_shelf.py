"""Counts guesses by their subject, kept as a keyed hash: from where somebody asks is nobody's to read."""

from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select

from milepost.ports.guesses import KEPT
from milepost.store.shelf import Shelf
from milepost.store.tables import GUESSES
from milepost.store.values import micros

ADD = insert(GUESSES).returning(GUESSES.c.seq)
FORGET = delete(GUESSES).where(GUESSES.c.subject == bindparam("about"), GUESSES.c.at <= bindparam("until"))
FORGET_ALL = delete(GUESSES).where(GUESSES.c.at <= bindparam("until"))
TAKE_BACK = delete(GUESSES).where(GUESSES.c.seq == bindparam("one"))
COUNT = (
    select(func.count())
    .select_from(GUESSES)
    .where(GUESSES.c.subject == bindparam("subject"), GUESSES.c.at > bindparam("since"))
)


class GuessReads(Shelf):
    async def guesses(self, subject: str, since: datetime) -> int:
        """Guesses about a subject after `since`; older than 24 h are forgotten."""
        return await self._count(self._blind(subject), micros(since))

    async def _count(self, hidden: str, since: int) -> int:
        return int((await self._session.rows(COUNT, {"subject": hidden, "since": since}))[0][0])

    def _blind(self, subject: str) -> str:
        return self._sealer.blind("guess", subject)


class GuessWrites(GuessReads):
    async def count_guess(self, subject: str, at: datetime) -> int:
        """Count one failed try; the subject's failures in the last 24 h, this one included."""
        _, made = await self._add(self._blind(subject), at)
        return made

    async def try_guess(self, subject: str, at: datetime, most: int) -> int | None:
        """Its number, or None when `most` were made already: then it is not counted either."""
        hidden = self._blind(subject)
        await self._session.claim([f"guess:{hidden}"])
        number, made = await self._add(hidden, at)
        if made <= most:
            return number
        await self.take_back_guess(number)
        return None

    async def take_back_guess(self, number: int) -> None:
        await self._session.run(TAKE_BACK, [{"one": number}])

    async def forget_guesses(self, at: datetime) -> int:
        """Those too old to count at `at`; how many."""
        return await self._session.run(FORGET_ALL, [{"until": micros(at - KEPT)}])

    async def _add(self, hidden: str, at: datetime) -> tuple[int, int]:
        """Its number, and how many there are with it."""
        since = micros(at - KEPT)
        await self._session.run(FORGET, [{"about": hidden, "until": since}])
        added = await self._session.each(ADD, [{"subject": hidden, "at": micros(at)}])
        return int(added[0][0]), await self._count(hidden, since)
