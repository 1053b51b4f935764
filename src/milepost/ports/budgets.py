"""How many calls we may still make to a source, counted over all nodes together."""

from typing import Protocol

from milepost.model.polling import Left


class Budgets(Protocol):
    """Budgets are told apart by name; nothing secret is in a name."""

    async def spend(self, name: str, *, per_minute: int, per_day: int) -> float:
        """Take one call; 0.0 when there was one left, else seconds of the clock until there is one again.

        Per any sixty seconds and per day from midnight UTC, of Milepost's clock; 0 means no such limit.
        """
        ...

    async def left(self, name: str, *, per_minute: int, per_day: int) -> Left:
        """How many calls are left, as far as this process can know; nothing is taken."""
        ...

    async def turn(self, name: str, *, per_second: float, calls: int) -> float:
        """Stand in line for so many calls; real seconds to wait before the first of them."""
        ...
