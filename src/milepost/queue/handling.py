"""What a person does with the work list: look at it, hold and release, try again, drop."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, bindparam, select, true, update

from milepost.model.actions import ActionKind, ActionState, Hold, Listed, Which
from milepost.ports.store import Sql, Store
from milepost.queue.rows import action_of, micros, moment
from milepost.queue.statements import ACTION, HOLDS, IS_DUE, IS_HELD, IS_IN_HAND, LAST, SWEEP, WORK

LISTED_MAX = 10_000
SWEPT_ROWS = 5_000  # looked at in one go
UNDONE = (ActionState.DUE, ActionState.HELD, ActionState.DEAD)
DROPPED = "dropped by hand"


class Handling:
    """The part of the work list (ports.work.WorkList) that people use."""

    _store: Store

    async def listed(self, which: Which, *, limit: int) -> list[Listed]:
        """Some of the list, in the order in which it is or was due; done work only when asked for."""
        states = which.states or (UNDONE if which.keys is None else tuple(ActionState))
        statement = (
            select(*ACTION, WORK.c.state, WORK.c.token != "", WORK.c.attempts, WORK.c.error, WORK.c.ended_at)
            .where(WORK.c.state.in_([state.value for state in states]), _fits(which))
            .order_by(WORK.c.due_at, WORK.c.seq)
            .limit(bindparam("rows"))
        )
        if which.keys is not None:
            statement = statement.where(WORK.c.key.in_(which.keys))
        found = await self._store.rows(statement, {"rows": max(0, min(limit, LISTED_MAX))})
        return [_listed(row) for row in found]

    async def hold(
        self,
        sql: Sql,
        *,
        reason: str,
        keys: Sequence[str] | None = None,
        kinds: Sequence[ActionKind] | None = None,
        lanes: Sequence[str] | None = None,
        shop_ids: Sequence[str] | None = None,
    ) -> int:
        """Stop undone work that fits everything named, until it is released; how many actions."""
        which = Which(keys=keys, kinds=kinds, lanes=lanes, shop_ids=shop_ids)
        statement = update(WORK).where(IS_DUE).values(state="held", error=bindparam("said"))
        return await _each_key(sql, statement, which, {"said": reason})

    async def release(
        self,
        sql: Sql,
        *,
        keys: Sequence[str] | None = None,
        kinds: Sequence[ActionKind] | None = None,
        lanes: Sequence[str] | None = None,
        shop_ids: Sequence[str] | None = None,
        reason: str | None = None,
    ) -> int:
        """Let held work fall due as it was planned (`reason`: only what is held for exactly that)."""
        which = Which(keys=keys, kinds=kinds, lanes=lanes, shop_ids=shop_ids)
        statement = update(WORK).where(IS_HELD).values(state="due", error="")
        if reason is not None:
            statement = statement.where(WORK.c.error == bindparam("why"))
        return await _each_key(sql, statement, which, {"why": reason} if reason is not None else {})

    async def retry(self, sql: Sql, which: Which, now: datetime) -> int:
        """Dead or waiting work is due at once, its failures forgotten; held and done work stays as it is."""
        states = [state.value for state in which.states or (ActionState.DUE, ActionState.DEAD)]
        statement = (
            update(WORK)
            .where(WORK.c.state.in_(states), WORK.c.state.in_(["due", "dead"]), ~IS_IN_HAND)
            .values(state="due", due_at=bindparam("at"), free_at=bindparam("at"), attempts=0, ended_at=None)
        )
        return await _each_key(sql, statement, which, {"at": micros(now)})

    async def drop(self, sql: Sql, which: Which, now: datetime) -> int:
        """Never carry these out: undone work ends, except what a worker has in hand right now."""
        states = [state.value for state in which.states or UNDONE]
        statement = (
            update(WORK)
            .where(WORK.c.state.in_(states), WORK.c.state != "done", ~IS_IN_HAND)
            .values(state="done", ended_at=bindparam("at"), error=DROPPED)
        )
        return await _each_key(sql, statement, which, {"at": micros(now)})

    async def sweep(self, sql: Sql, *, after: int, before: datetime) -> tuple[int, int]:
        """Forget work done before `before`, among the rows that follow row number `after`.

        How many are gone, and the `after` to go on with: 0 at the end of the list. Nothing else is touched.
        """
        ((last,),) = await sql.rows(LAST)
        until = after + SWEPT_ROWS
        gone = await sql.run(SWEEP, [{"after": after, "until": until, "before": micros(before)}])
        return gone, until if until < (last or 0) else 0

    async def holds(self) -> list[Hold]:
        """The stops that also meet later work."""
        found = await self._store.rows(select(HOLDS).order_by(HOLDS.c.scope, HOLDS.c.value))
        return [Hold(scope=row[0], value=row[1], reason=row[2], since=moment(row[3])) for row in found]

    async def put_hold(self, sql: Sql, hold: Hold) -> None:
        """From here on, work of that scope is held when it falls due."""
        row = {"scope": hold.scope, "value": hold.value, "reason": hold.reason, "since": micros(hold.since)}
        await self.end_hold(sql, hold.scope, hold.value)
        await sql.run(HOLDS.insert(), [row])

    async def end_hold(self, sql: Sql, scope: str, value: str) -> bool:
        """Whether there was one."""
        one = and_(HOLDS.c.scope == bindparam("of"), HOLDS.c.value == bindparam("which"))
        return await sql.run(HOLDS.delete().where(one), [{"of": scope, "which": value}]) > 0

    async def end_holds(self, sql: Sql) -> int:
        """All of them; how many there were."""
        return await sql.run(HOLDS.delete())


async def _each_key(sql: Sql, statement: Update, which: Which, values: dict[str, Any]) -> int:
    """Keys one by one, because there may be very many of them; the rest in one statement."""
    statement = statement.where(_fits(which))
    if which.keys is None:
        return await sql.run(statement, [values] if values else ())
    statement = statement.where(WORK.c.key == bindparam("which"))
    return await sql.run(statement, [{**values, "which": key} for key in which.keys]) if which.keys else 0


def _fits(which: Which) -> ColumnElement[bool]:
    """Everything but the keys of an update, which `_each_key` sees to."""
    named: list[ColumnElement[bool]] = []
    if which.kinds is not None:
        named.append(WORK.c.kind.in_([kind.value for kind in which.kinds]))
    if which.lanes is not None:
        named.append(WORK.c.lane.in_(which.lanes))
    if which.shop_ids is not None:
        named.append(WORK.c.shop_id.in_(which.shop_ids))
    return and_(true(), *named)


def _listed(row: tuple[Any, ...]) -> Listed:
    state, in_hand, attempts, said, ended_at = row[7:]
    return Listed(
        action=action_of(row[:7]),
        state=ActionState(state),
        in_hand=bool(in_hand),
        attempts=attempts,
        said=said,
        ended_at=None if ended_at is None else moment(ended_at),
    )
