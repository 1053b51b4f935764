"""The work list: decided actions, kept beside the facts, carried out once by whoever is alive."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from milepost.model.actions import Action, ActionKind, Hold, Leased, Listed, Outcome, Which
from milepost.ports.store import Sql


class WorkList(Protocol):
    """Leases over a table; every method but `lease` works inside the caller's transaction (`sql`)."""

    async def add(self, sql: Sql, actions: Sequence[Action]) -> None:
        """Known keys are not added twice; repeating ones may move their due time (see Action)."""
        ...

    async def lease(
        self,
        *,
        now: datetime,
        worker: str,
        length: timedelta,
        limit: int,
        kinds: Sequence[ActionKind] | None = None,
        lanes_not: Collection[str] = (),
        lane_limit: int = ...,
        lanes_max: int = ...,
    ) -> list[Leased]:
        """Take due actions, oldest first, fair over lanes: `lanes_max` lanes, `lane_limit` of each, at most.

        `length`, real time: a worker that gives no sign of life (`beat`) for that long is dead, and what it
        had in hand goes to others. Nothing of the lanes `lanes_not` is taken: its hands are full there.
        """
        ...

    async def top_up(self, leased: Leased, *, until: datetime, limit: int, now: datetime) -> list[Leased]:
        """More of the same lane and kind for the same worker, though it is due only by `until`; oldest first.

        Whoever takes it sees to it that it is finished or given back.
        """
        ...

    async def start(self, now: datetime) -> None:
        """Before the first lease: where only one process can work, what others had in hand is free again."""
        ...

    async def beat(self, worker: str) -> bool:
        """A sign of life. False: others took us for dead, and what we had in hand is theirs."""
        ...

    async def give_back(self, leased: Sequence[Leased], now: datetime) -> int:
        """What of these is neither finished nor taken over is anybody's again, from `now` on; how many."""
        ...

    async def leave(self, worker: str, now: datetime) -> int:
        """Give back what is in hand and be gone; how many actions were given back."""
        ...

    async def doubtful(self, worker: str) -> bool:
        """Whether some other worker has work in hand and has not moved since we first looked."""
        ...

    async def finish(self, sql: Sql, leased: Leased, outcome: Outcome, now: datetime) -> bool:
        """Write the outcome; False if the lease was lost meanwhile (then the caller must roll back)."""
        ...

    async def finish_all(self, sql: Sql, ended: Sequence[tuple[Leased, Outcome]], now: datetime) -> bool:
        """The same for many at once; False if any of their leases was lost."""
        ...

    async def bring_forward(self, now: datetime, slack: timedelta) -> int:
        """What was planned after `now` (a clock was set back since) waits from `now` on; how many actions.

        It waits as long as was meant and no longer. `slack` is the difference that clocks of nodes may have.
        """
        ...

    async def next_due(self) -> datetime | None:
        """When the next action that nobody holds falls due."""
        ...

    async def counts(self, now: datetime) -> dict[str, int]:
        """`due`, `leased`, `later`, `dead` and `held`."""
        ...

    async def parcels(self, carrier: str) -> dict[str, int]:
        """How many parcels a carrier is asked about, by shop."""
        ...

    async def some_parcels(self, carrier: str, *, every: int, of: int, limit: int) -> list[Action]:
        """About one in `every` of the standing orders to ask a carrier; which, is up to the number `of`."""
        ...

    async def dead(self, limit: int) -> list[tuple[Action, str, datetime]]:
        """Dead-lettered actions with their last error and when they died."""
        ...

    async def listed(self, which: Which, *, limit: int) -> list[Listed]:
        """Some of the list, in the order in which it is or was due; done work only when asked for."""
        ...

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
        """Stop undone work that fits everything named, until it is released; how many actions.

        What a worker has in hand right now may still be finished; if it fails, it is not tried again.
        `reason`: one sentence without personal data, shown beside each.
        """
        ...

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
        ...

    async def retry(self, sql: Sql, which: Which, now: datetime) -> int:
        """Dead or waiting work is due at once, its failures forgotten; held and done work stays as it is."""
        ...

    async def drop(self, sql: Sql, which: Which, now: datetime) -> int:
        """Never carry these out: undone work ends, except what a worker has in hand right now."""
        ...

    async def sweep(self, sql: Sql, *, after: int, before: datetime) -> tuple[int, int]:
        """Forget work done before `before`, among the rows that follow row number `after`.

        How many are gone, and the `after` to go on with: 0 at the end of the list. Nothing else is touched.
        """
        ...

    async def holds(self) -> list[Hold]:
        """The stops that also meet later work."""
        ...

    async def put_hold(self, sql: Sql, hold: Hold) -> None:
        """From here on, work of that scope is held when it falls due."""
        ...

    async def end_hold(self, sql: Sql, scope: str, value: str) -> bool:
        """Whether there was one."""
        ...

    async def end_holds(self, sql: Sql) -> int:
        """All of them; how many there were."""
        ...
