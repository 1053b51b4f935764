"""Hands out decided work: each piece to one worker for a while; a dead worker's comes back by itself."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from milepost.model.actions import Action, ActionKind, Leased, Outcome
from milepost.ports.store import Sql, Store
from milepost.queue.handling import Handling
from milepost.queue.rows import action_of, micros, moment, row_of
from milepost.queue.statements import (
    ADD_EARLIER,
    ADD_ONCE,
    ADD_REPLACING,
    AGAIN,
    COUNTS,
    DEAD,
    DONE,
    HELD_BY_LANE,
    LANES,
    NEWEST_DEAD,
    NEXT_DUE,
    oldest_due,
    take,
)

LEASE_MAX = 500  # pieces in one lease
LANES_MAX = 1000
DEAD_MAX = 1000
NO_SEQ = -1


class LeaseQueue(Handling):
    """The work list over the store's `work` table (ports.work.WorkList), alike on every engine.

    A key is known for ever: a finished one-off action is never carried out again. Repeating work is one row.
    Asking for repeating work again while it is held is not forgotten: it stays due after `finish`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, sql: Sql, actions: Sequence[Action]) -> None:
        """In the caller's transaction, so that facts and what follows from them are kept together."""
        for statement, is_meant in _WAYS:
            rows = [row_of(action) for action in actions if is_meant(action)]
            if rows:
                await sql.run(statement, rows)

    async def lease(
        self,
        *,
        now: datetime,
        worker: str,
        length: timedelta,
        limit: int,
        kinds: Sequence[ActionKind] | None = None,
    ) -> list[Leased]:
        """Take due actions, oldest first, fair over lanes: one lane's backlog never keeps others waiting.

        Looking needs no transaction; taking does, and takes only what nobody took meanwhile.
        """
        limit = max(0, min(limit, LEASE_MAX))
        chosen = await self._choose(micros(now), limit, None if kinds is None else tuple(kinds))
        if not chosen:
            return []
        until, token = now + length, secrets.token_hex(16)
        places = _places(len(chosen))
        wanted = [row[0] for row in chosen] + [NO_SEQ] * (places - len(chosen))
        parameters = {f"seq{number}": seq for number, seq in enumerate(wanted)}
        parameters |= {"now": micros(now), "until": micros(until), "holder": worker, "mark": token}
        async with self._store.transaction() as transaction:
            taken = {row[0] for row in await transaction.rows(take(places), parameters)}
        return [
            Leased(action=action_of(row[2:]), attempts=row[1], lease_until=until, token=token)
            for row in chosen
            if row[0] in taken
        ]

    async def _choose(
        self, now: int, limit: int, kinds: tuple[ActionKind, ...] | None
    ) -> list[tuple[Any, ...]]:
        """The oldest of each lane, then the second oldest of each …; what a lane has out counts as had."""
        lanes = [row[0] for row in await self._store.rows(LANES, {"lanes": LANES_MAX})]
        held = dict(await self._store.rows(HELD_BY_LANE, {"now": now})) if len(lanes) > 1 else {}
        ranked = []
        for lane in lanes:
            parameters = {"lane": lane, "now": now, "rows": limit}
            found = await self._store.rows(oldest_due(kinds), parameters)
            ranked += [(held.get(lane, 0) + place, row) for place, row in enumerate(found)]
        ranked.sort(key=lambda pair: (pair[0], pair[1][DUE_AT], pair[1][0]))
        return [row for _, row in ranked[:limit]]

    async def finish(self, sql: Sql, leased: Leased, outcome: Outcome, now: datetime) -> bool:
        """Write the outcome; False if the lease was lost meanwhile (then the caller must roll back)."""
        mine = {"which": leased.action.key, "mark": leased.token}
        failed = int(outcome.counts_as_failure)
        if outcome.done:
            changed = await sql.run(DONE, [{**mine, "at": micros(now)}])
        elif outcome.next_due_at is not None:
            again = {"again_at": micros(outcome.next_due_at), "failed": failed, "said": outcome.error}
            changed = await sql.run(AGAIN, [{**mine, **again}])
        else:
            dead = {"at": micros(now), "failed": failed, "said": outcome.error}
            changed = await sql.run(DEAD, [{**mine, **dead}])
        return changed == 1

    async def next_due(self) -> datetime | None:
        """When the next action falls due; a held one counts from when its lease runs out."""
        times = [row[0] for row in await self._store.rows(NEXT_DUE) if row[0] is not None]
        return moment(min(times)) if times else None

    async def counts(self, now: datetime) -> dict[str, int]:
        """`due`, `leased`, `later`, `dead` and `held`."""
        found = (await self._store.rows(COUNTS, {"now": micros(now)}))[0]
        return dict(zip(("due", "leased", "later", "dead", "held"), found, strict=True))

    async def dead(self, limit: int) -> list[tuple[Action, str, datetime]]:
        """Dead-lettered actions with their last error and when they died, newest first."""
        found = await self._store.rows(NEWEST_DEAD, {"rows": max(0, min(limit, DEAD_MAX))})
        return [(action_of(row[:7]), row[7], moment(row[8])) for row in found]


DUE_AT = 6  # where `oldest_due` has it
_WAYS: tuple[tuple[Any, Callable[[Action], bool]], ...] = (
    (ADD_ONCE, lambda action: not action.repeating),
    (ADD_EARLIER, lambda action: action.repeating and not action.replace_due),
    (ADD_REPLACING, lambda action: action.repeating and action.replace_due),
)


def _places(wanted: int) -> int:
    """The next power of two, so that a handful of statements serve every number of pieces."""
    return 1 << (wanted - 1).bit_length()
