"""Takes a database from one version to the next and back, step by step, while everybody goes on writing.

After each step the database says how far it is, in the step's own transaction where there is one. So whatever
stops it, the next call goes on from there; and going back undoes exactly what was done.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, bindparam, text

from milepost.ports.store import StoreError
from milepost.store.ddl import statements
from milepost.store.history import REVISIONS
from milepost.store.patience import briefly, patiently
from milepost.store.revision import Backfill, Beside, Change, Revision, Rewrite, Work
from milepost.store.sealing import Sealer, load_key
from milepost.store.sql.engine import Engine, Session
from milepost.store.sql.verbatim import Verbatim

SMALL_ROWS = 20_000  # a backfill this small is done at the start, before anybody is let in
VERSION_1_COLUMNS = 4
WHERE = {
    "sqlite": Verbatim("SELECT * FROM milepost_schema"),
    # As a document, because a remembered plan does not outlive a new column.
    "postgres": Verbatim(
        "SELECT 1, (said ->> 'version')::bigint, '', 0, coalesce((said ->> 'step')::bigint, 0) "
        "FROM (SELECT to_jsonb(one) AS said FROM milepost_schema AS one) AS told"
    ),
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a database stands: a version, and how many steps to the next are done."""

    version: int
    step: int = 0


class Migrator:
    """Moves one open database along the revisions."""

    def __init__(
        self, engine: Engine, revisions: Sequence[Revision] = REVISIONS, *, key_file: Path | None = None
    ) -> None:
        self._engine = engine
        self._key_file = key_file
        self._revisions = {revision.version: revision for revision in revisions}
        self.newest = max(self._revisions, default=1)

    async def where(self) -> Place:
        """What the database says of itself."""
        return await _where(self._engine.reader)

    async def up(self, to: int | None = None, *, until_backfill: bool = False) -> Place:
        """Go on to `to` (the newest), or with `until_backfill` as far as it takes no time.

        Raises StoreError when the tables stay in use for longer than we are ready to ask for them.
        """
        goal = Place(min(self.newest, self.newest if to is None else to))
        while (place := await self.where()) < goal:
            after, work = self._next(place)
            if until_backfill and isinstance(work, Backfill | Rewrite) and not await self._is_small(work):
                break
            await self._do(work, place, after)
        return place

    async def down(self, to: int) -> Place:
        """Go back to `to`, undoing what was done, half-way steps too.

        Raises StoreError before anything is changed when a key is needed on the way and missing.
        """
        await self._see_to_the_key(to)
        while (place := await self.where()) > Place(to):
            before, work = self._back(place)
            await self._do(work, place, before)
        return place

    def sql(self, place: Place, to: int) -> Iterator[str]:
        """What `up` or `down` would say to this engine, for people who change tables by hand."""
        while place != Place(to):
            after, work = self._next(place) if place < Place(to) else self._back(place)
            yield from _said(work, self._engine.reader.engine)
            yield self._record(after)
            place = after

    def serves(self, place: Place) -> int:
        """The oldest program that can work there."""
        reached = [place.version, place.version + 1] if place.step else [place.version]
        return max([self._revisions[one].serves for one in reached if one in self._revisions], default=1)

    def _next(self, place: Place) -> tuple[Place, Work | None]:
        steps = self._revision(place.version + 1).steps
        last = place.step + 1 == len(steps)
        after = Place(place.version + 1) if last else Place(place.version, place.step + 1)
        return after, steps[place.step].up

    def _back(self, place: Place) -> tuple[Place, Work | None]:
        if place.step:
            before = Place(place.version, place.step - 1)
        else:
            before = Place(place.version - 1, len(self._revision(place.version).steps) - 1)
        return before, self._revision(before.version + 1).steps[before.step].down

    def _revision(self, version: int) -> Revision:
        if version not in self._revisions:
            raise StoreError(
                f"{self._engine.name} has version {version}: only the newer Milepost can go back"
            )
        return self._revisions[version]

    async def _do(self, work: Work | None, place: Place, after: Place) -> None:
        engine = self._engine.reader.engine
        if isinstance(work, Beside):
            said = await asyncio.to_thread(statements, work.make, engine)
            await patiently(lambda: self._engine.beside(said), self._engine.name)
        elif isinstance(work, Backfill) and engine in work.engines:
            await self._fill(work)
        elif isinstance(work, Rewrite):
            await self._rewrite(work)
        quick = await asyncio.to_thread(statements, work.make, engine) if isinstance(work, Change) else []
        await patiently(lambda: self._change(quick, place, after), self._engine.name)

    async def _change(self, quick: Sequence[str], place: Place, after: Place) -> None:
        async with self._engine.transaction() as session, briefly(session):
            if await session.claim(["schema"]) and await _where(session) != place:
                return  # another node did this step
            for said in quick:
                await session.run(Verbatim(said))
            await session.run(Verbatim(self._record(after)))

    async def _fill(self, work: Backfill) -> None:
        statement = _between(work.statement)
        last = await self._last(work)
        for after in range(0, last, work.rows):
            window = {"after": after, "until": after + work.rows}
            await patiently(lambda window=window: self._batch(statement, window), self._engine.name)  # type: ignore[misc]

    async def _batch(self, statement: Any, window: dict[str, int]) -> None:
        async with self._engine.transaction() as session:
            await session.run(statement, [window])

    async def _rewrite(self, work: Rewrite) -> None:
        last = await self._last(work)
        if last == 0:
            return  # and no key is needed
        sealer = await asyncio.to_thread(self._sealer)
        for after in range(0, last, work.rows):
            await patiently(partial(self._part, work, sealer, after), self._engine.name)

    async def _part(self, work: Rewrite, sealer: Sealer, after: int) -> None:
        async with self._engine.transaction() as session:
            await work.make(session, sealer, after, after + work.rows)

    async def _see_to_the_key(self, to: int) -> None:
        place = await self.where()
        while place > Place(to):
            place, work = self._back(place)
            if isinstance(work, Rewrite) and await self._last(work):
                await asyncio.to_thread(self._sealer)

    def _sealer(self) -> Sealer:
        if self._key_file is None:
            raise StoreError(f"{self._engine.name} holds sealed values to be written anew: name the key file")
        return Sealer(load_key(self._key_file, may_make=False))

    async def _is_small(self, work: Backfill | Rewrite) -> bool:
        if isinstance(work, Backfill) and self._engine.reader.engine not in work.engines:
            return True
        return await self._last(work) <= SMALL_ROWS

    async def _last(self, work: Backfill | Rewrite) -> int:
        said = Verbatim(f"SELECT coalesce(max(seq), 0) FROM {work.table}")  # noqa: S608 - a revision's own word
        return int((await self._engine.reader.rows(said))[0][0])

    def _record(self, place: Place) -> str:
        if place == Place(1):  # version 1 knew no more of itself
            return "UPDATE milepost_schema SET version = 1"
        return (
            f"UPDATE milepost_schema SET version = {place.version}, step = {place.step}, "  # noqa: S608
            f"serves = {self.serves(place)}"
        )


async def _where(session: Session) -> Place:
    row = (await session.rows(WHERE[session.engine]))[0]
    return Place(row[1], row[4] if len(row) > VERSION_1_COLUMNS else 0)


def _said(work: Work | None, engine: str) -> Iterator[str]:
    if isinstance(work, Change | Beside):
        yield from statements(work.make, engine)
    elif isinstance(work, Rewrite):
        yield f"-- {work.about}: only `milepost migrate` can do this, with the key file"
    elif work is not None and engine in work.engines:
        yield f"-- {work.rows} rows at a time, from seq 0 to the last\n{work.statement}"


def _between(statement: str) -> Any:
    return text(statement).bindparams(
        bindparam("after", type_=BigInteger), bindparam("until", type_=BigInteger)
    )
