"""Hands out decided work: each piece to one worker at a time; a dead worker's comes back by itself."""

import secrets
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from milepost.model.actions import Action, ActionKind, Leased, Outcome
from milepost.ports.clock import Clock
from milepost.ports.store import Sql, Store
from milepost.queue.lives import Lives
from milepost.queue.rows import action_of, micros, moment, row_of
from milepost.queue.statements import (
    ADD_EARLIER,
    ADD_ONCE,
    ADD_REPLACING,
    AGAIN,
    BRING_FORWARD,
    COUNTS,
    DEAD,
    GIVE_BACK,
    HOLDER,
    IN_HAND_BY_LANE,
    LANES,
    NEWEST_DEAD,
    NEXT_DUE,
    PARCELS,
    SOME_PARCELS,
    STILL_MINE,
    done,
    oldest_free,
    take,
)

LEASE_MAX = 500  # pieces in one lease
LANES_MAX = 1000  # looked at in one go
WINDOWS_MAX = 1000
TRIES_MAX = 3
SHARES = 2  # of each of many lanes so many times its share is looked at first
DEAD_MAX = 1000
BROUGHT_FORWARD_AT_ONCE = 1000
BROUGHT_FORWARD_ROUNDS_MAX = 1000
IN_HAND = datetime(2100, 1, 1, tzinfo=UTC)
"""When work in hand is due: later than anything asked for meanwhile, so that no wish is overlooked."""

NO_SEQ, NO_KEY = -1, ""


class LeaseQueue(Lives):
    """The work list over the store's `work` table (ports.work.WorkList), alike on every engine.

    A key is known for ever: a finished one-off action is never carried out again. Repeating work is one row.
    Asking for repeating work again while it is held is not forgotten: it stays due after `finish`.
    """

    def __init__(
        self, store: Store, clock: Clock | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Without a clock nobody knows when work was planned, and `bring_forward` moves none of it."""
        super().__init__(store, monotonic)
        self._clock = clock
        self._beyond = ""  # the lane where the last look at very many lanes ended

    async def add(self, sql: Sql, actions: Sequence[Action]) -> None:
        """In the caller's transaction, so that facts and what follows from them are kept together."""
        planned_at = micros(self._clock.now()) if self._clock else 0
        for statement, is_meant in _WAYS:
            rows = [row_of(action, planned_at) for action in actions if is_meant(action)]
            if rows:
                rows.sort(
                    key=lambda row: str(row["key"])
                )  # alike in every transaction, so none waits in a ring
                await sql.run(statement, rows)

    async def lease(
        self,
        *,
        now: datetime,
        worker: str,
        length: timedelta,
        limit: int,
        kinds: Sequence[ActionKind] | None = None,
        lanes_not: Collection[str] = (),
        lane_limit: int = LEASE_MAX,
        lanes_max: int = LANES_MAX,
    ) -> list[Leased]:
        """Take due actions, oldest first, fair over lanes: one lane's backlog never keeps others waiting.

        Looking needs no transaction; taking does, and takes only what nobody took meanwhile.
        """
        await self._take_over(worker, length, now)
        await self._stop_held(now)
        limit = max(0, min(limit, LEASE_MAX))
        for _ in range(TRIES_MAX):
            ranked = await self._choose(micros(now), limit, kinds, lanes_not, lane_limit)
            lanes = set(list(dict.fromkeys(row[LANE] for row in ranked))[:lanes_max])
            chosen = [row for row in ranked if row[LANE] in lanes][:limit]
            if not chosen:
                return []
            taken = await self._take(chosen, worker, now, length)
            if taken:  # else others were quicker with all of them: look again
                return taken
        return []

    async def _take(
        self,
        chosen: Sequence[tuple[Any, ...]],
        worker: str,
        now: datetime,
        length: timedelta,
        due_by: datetime | None = None,
    ) -> list[Leased]:
        token = secrets.token_hex(16)
        places = _places(len(chosen))
        wanted = [row[0] for row in chosen] + [NO_SEQ] * (places - len(chosen))
        parameters = {f"seq{number}": seq for number, seq in enumerate(wanted)}
        parameters |= {
            "now": micros(due_by or now),
            "until": micros(IN_HAND),
            "holder": worker,
            "mark": token,
        }
        async with self._store.transaction() as transaction:
            await self._join(transaction, worker, now)
            taken = {row[0] for row in await transaction.rows(take(places), parameters)}
        return [
            Leased(action=action_of(row[2:]), attempts=row[1], lease_until=now + length, token=token)
            for row in chosen
            if row[0] in taken
        ]

    async def top_up(self, leased: Leased, *, until: datetime, limit: int, now: datetime) -> list[Leased]:
        """More of the same lane and kind for the same worker, due by `until`; none if its lease is lost."""
        named = {"lanes": [leased.action.lane], "kinds": [leased.action.kind.value], "now": micros(until)}
        statement = oldest_free(self._store.engine, of_kinds=True)
        found = await self._store.rows(statement, {**named, "rows": max(0, min(limit, LEASE_MAX))})
        holder = await self._store.rows(HOLDER, {"mark": leased.token}) if found else []
        if not holder:
            return []
        chosen = sorted(found, key=lambda row: (row[DUE_AT], row[0]))
        length = leased.lease_until - now
        return await self._take(chosen, holder[0][0], now, length, due_by=until)

    async def _choose(
        self,
        now: int,
        limit: int,
        kinds: Sequence[ActionKind] | None,
        lanes_not: Collection[str],
        lane_limit: int,
    ) -> list[tuple[Any, ...]]:
        """The oldest of each lane, then the second oldest of each …; what a lane has out counts as had.

        Very many lanes are looked at in windows, each time from where the last look ended.
        """
        if limit == 0:
            return []
        started_at, by_lane = self._beyond, dict[str, list[tuple[Any, ...]]]()
        for _ in range(WINDOWS_MAX):
            found = await self._store.rows(LANES, {"lanes": LANES_MAX, "beyond": self._beyond})
            self._beyond = found[-1][0] if len(found) == LANES_MAX else ""
            lanes = [lane for (lane,) in found if lane not in lanes_not]
            by_lane = await self._oldest(lanes, now, limit, kinds, lane_limit) if lanes else {}
            if by_lane or self._beyond in (started_at, ""):
                break
        out = dict(await self._store.rows(IN_HAND_BY_LANE)) if len(by_lane) > 1 else {}
        ranked = [
            (out.get(lane, 0) + place, row)
            for lane, rows in by_lane.items()
            for place, row in enumerate(rows[:lane_limit])
        ]
        ranked.sort(key=lambda pair: (pair[0], pair[1][DUE_AT], pair[1][0]))
        return [row for _, row in ranked]

    async def _oldest(
        self,
        lanes: Sequence[str],
        now: int,
        limit: int,
        kinds: Sequence[ActionKind] | None,
        lane_limit: int,
    ) -> dict[str, list[tuple[Any, ...]]]:
        """By lane, oldest first: of many lanes a few of each, and more of few."""
        statement = oldest_free(self._store.engine, of_kinds=kinds is not None)
        named = {} if kinds is None else {"kinds": [kind.value for kind in kinds]}
        share = min(lane_limit, max(1, SHARES * limit // len(lanes)))
        by_lane: dict[str, list[tuple[Any, ...]]] = {}
        for rows in sorted({share, min(lane_limit, limit)}):
            asked = {"lanes": list(lanes), "now": now, "rows": rows, **named}
            found = await self._store.rows(statement, asked)
            by_lane |= {lane: [] for lane in {row[LANE] for row in found}}
            for row in sorted(found, key=lambda row: (row[DUE_AT], row[0])):
                by_lane[row[LANE]].append(row)
            lanes = [lane for lane, held in by_lane.items() if len(held) == rows]
            if not lanes or sum(map(len, by_lane.values())) >= limit:
                break
        return by_lane

    async def finish(self, sql: Sql, leased: Leased, outcome: Outcome, now: datetime) -> bool:
        """Write the outcome; False if the lease was lost meanwhile (then the caller must roll back)."""
        return await self.finish_all(sql, [(leased, outcome)], now)

    async def finish_all(self, sql: Sql, ended: Sequence[tuple[Leased, Outcome]], now: datetime) -> bool:
        """The same for many, in few statements; False if any of their leases was lost."""
        well: dict[str, list[str]] = {}
        rows: dict[bool, list[dict[str, object]]] = {}
        for leased, outcome in ended:
            if outcome.done:
                well.setdefault(leased.token, []).append(leased.action.key)
            else:
                rows.setdefault(outcome.next_due_at is None, []).append(_ending(leased, outcome, micros(now)))
        changed = [await _done(sql, keys, token, micros(now)) for token, keys in well.items()]
        changed += [await sql.run(DEAD if is_last else AGAIN, some) for is_last, some in rows.items()]
        return sum(changed) == len(ended)

    async def give_back(self, leased: Sequence[Leased], now: datetime) -> int:
        """What of these is neither finished nor taken over is anybody's again, from `now` on; how many."""
        still = await self._still_mine({one.token for one in leased})
        mine = [one for one in leased if (one.action.key, one.token) in still]
        if not mine:
            return 0
        rows = [{"which": one.action.key, "mark": one.token, "at": micros(now)} for one in mine]
        async with self._store.transaction() as transaction:
            return await transaction.run(GIVE_BACK, rows)

    async def _still_mine(self, tokens: Collection[str]) -> set[tuple[str, str]]:
        found = set()
        for token in tokens:
            found |= {(row[0], token) for row in await self._store.rows(STILL_MINE, {"mark": token})}
        return found

    async def bring_forward(self, now: datetime, slack: timedelta) -> int:
        """What was planned after `now` (a clock was set back since) waits from `now` on; how many actions.

        It waits as long as was meant and no longer. `slack` is the difference that clocks of nodes may have.
        """
        wanted = {"now": micros(now), "beyond": micros(now + slack), "rows": BROUGHT_FORWARD_AT_ONCE}
        moved = 0
        for statement in BRING_FORWARD:
            for _ in range(BROUGHT_FORWARD_ROUNDS_MAX):
                some = await self._store.run(statement, [wanted])
                moved += some
                if some < BROUGHT_FORWARD_AT_ONCE:
                    break
        return moved

    async def next_due(self) -> datetime | None:
        """When the next action that nobody has in hand falls due."""
        ((first,),) = await self._store.rows(NEXT_DUE)
        return None if first is None else moment(first)

    async def counts(self, now: datetime) -> dict[str, int]:
        """`due`, `leased`, `later`, `dead` and `held`."""
        found = (await self._store.rows(COUNTS, {"now": micros(now)}))[0]
        return dict(zip(("due", "leased", "later", "dead", "held"), found, strict=True))

    async def parcels(self, carrier: str) -> dict[str, int]:
        """How many parcels a carrier is asked about, by shop."""
        return {
            shop_id or "": count for shop_id, count in await self._store.rows(PARCELS, {"of_lane": carrier})
        }

    async def some_parcels(self, carrier: str, *, every: int, of: int, limit: int) -> list[Action]:
        """About one in `every` of the standing orders to ask a carrier; which, is up to the number `of`."""
        every = max(1, every)
        asked = {"of_lane": carrier, "every": every, "rest": of % every, "rows": limit}
        return [action_of(row) for row in await self._store.rows(SOME_PARCELS, asked)]

    async def dead(self, limit: int) -> list[tuple[Action, str, datetime]]:
        """Dead-lettered actions with their last error and when they died, newest first."""
        found = await self._store.rows(NEWEST_DEAD, {"rows": max(0, min(limit, DEAD_MAX))})
        return [(action_of(row[:7]), row[7], moment(row[8])) for row in found]


LANE, DUE_AT = 5, 6  # where `oldest_free` has them
_WAYS: tuple[tuple[Any, Callable[[Action], bool]], ...] = (
    (ADD_ONCE, lambda action: not action.repeating),
    (ADD_EARLIER, lambda action: action.repeating and not action.replace_due),
    (ADD_REPLACING, lambda action: action.repeating and action.replace_due),
)


async def _done(sql: Sql, keys: Sequence[str], token: str, at: int) -> int:
    """All that ended well of one lease, in one statement."""
    places = _places(len(keys))
    named = {f"key{number}": key for number, key in enumerate([*keys, *[NO_KEY] * (places - len(keys))])}
    return await sql.run(done(places), [{**named, "mark": token, "at": at}])


def _ending(leased: Leased, outcome: Outcome, at: int) -> dict[str, object]:
    mine = {"which": leased.action.key, "mark": leased.token}
    failed = {"failed": int(outcome.counts_as_failure), "said": outcome.error, "at": at}
    return {**mine, **failed, **({"again_at": micros(outcome.next_due_at)} if outcome.next_due_at else {})}


def _places(wanted: int) -> int:
    """The next power of two, so that a handful of statements serve every number of pieces."""
    return 1 << (wanted - 1).bit_length()
