"""The work list: decided actions, kept beside the facts, carried out once by whoever is alive."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from milepost.model.actions import Action, ActionKind, Leased, Outcome
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
    ) -> list[Leased]:
        """Take due actions, oldest first, fair over lanes; those of a dead worker come back by themselves."""
        ...

    async def finish(self, sql: Sql, leased: Leased, outcome: Outcome, now: datetime) -> bool:
        """Write the outcome; False if the lease was lost meanwhile (then the caller must roll back)."""
        ...

    async def next_due(self) -> datetime | None:
        """When the next action that nobody holds falls due."""
        ...

    async def counts(self, now: datetime) -> dict[str, int]:
        """`due`, `leased`, `later`, `dead`, per table."""
        ...

    async def dead(self, limit: int) -> list[tuple[Action, str, datetime]]:
        """Dead-lettered actions with their last error and when they died."""
        ...
