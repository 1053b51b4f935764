"""What a relay asks of whatever carries lines from node to node."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

NATS = ("nats", "tls")
"""How the address of such a bus begins."""


class BusAwayError(Exception):
    """The bus cannot be reached now. The text says why, without secrets; trying again later may help."""


@dataclass(frozen=True, slots=True)
class Ears:
    """What a bus calls, on the event loop, from the moment it is connected."""

    heard: Callable[[str], None]  # a line came in; our own come in too
    missed: Callable[[], None]  # lines were thrown away before we could read them
    gone: Callable[[str], None]  # the connection ended, and why


class Bus(Protocol):
    """Carries lines to every node, this one included. Keeps nothing, promises nothing."""

    @property
    def engine(self) -> str:
        """`postgres` or `nats`."""
        ...

    @property
    def place(self) -> str:
        """Where it is, for people; never a user or a password."""
        ...

    async def connect(self, ears: Ears) -> None:
        """Raises BusAwayError, or LiveError when waiting will not help."""
        ...

    async def send(self, lines: Sequence[str]) -> None:
        """Returns once the server has them. Raises BusAwayError."""
        ...

    async def close(self) -> None:
        """Never raises; a second time does nothing."""
        ...
