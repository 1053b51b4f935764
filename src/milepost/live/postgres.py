"""LISTEN and NOTIFY: the bus of several nodes that have nothing but their PostgreSQL.

One connection of its own listens and speaks. NOTIFY in the transaction that writes facts would make commits
of the whole database wait for each other (1.2 to 4.6 times slower). So it comes after them, many at once.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]

from milepost.live.bus import BusAwayError, Ears
from milepost.ports.live import LiveError

CHANNEL = "milepost_live"
CONNECT_S = 5.0
STATEMENT_S = 5.0
CLOSE_S = 1.0
SAY = f"SELECT pg_notify('{CHANNEL}', line) FROM unnest($1::text[]) AS line"  # noqa: S608 (our own constant)
SERVER_SETTINGS = {
    "application_name": "milepost live",
    "synchronous_commit": "off",  # a notice is not kept, so nobody need wait for the disk
}
REFUSALS = (
    asyncpg.InvalidPasswordError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
)
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
UNREADABLE = "live.url cannot be read as a PostgreSQL address: write `postgres://user:password@host/database`"


class PostgresBus:
    """Notices within one database: another Milepost on the same server hears nothing of them."""

    engine = "postgres"

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()  # a connection says one thing at a time
        try:
            parts = urlsplit(url)
            self.place = parts.hostname or "this machine"
            _ = parts.port
        except ValueError as error:
            raise LiveError(UNREADABLE) from error

    async def connect(self, ears: Ears) -> None:
        """A connection that listens. Raises LiveError for an address, user or database that is refused."""
        try:
            connection = await asyncpg.connect(
                self._url, timeout=CONNECT_S, command_timeout=STATEMENT_S, server_settings=SERVER_SETTINGS
            )
        except asyncpg.ClientConfigurationError as error:
            raise LiveError(UNREADABLE) from error
        except REFUSALS as error:
            raise LiveError(
                f"PostgreSQL on {self.place} refuses the user, password or database of live.url: correct it"
            ) from error
        except AWAY as error:
            raise BusAwayError(f"it cannot be reached ({type(error).__name__})") from error
        self._connection = connection

        def ended(_connection: Any) -> None:
            if self._connection is connection:
                ears.gone("the connection ended")

        def heard(_connection: Any, _process: int, _channel: str, line: Any) -> None:
            ears.heard(str(line))

        connection.add_termination_listener(ended)
        try:
            await connection.add_listener(CHANNEL, heard)
        except AWAY as error:
            raise BusAwayError(f"it does not let us listen ({type(error).__name__})") from error

    async def send(self, lines: Sequence[str]) -> None:
        """All of them in one statement."""
        if self._connection is None:
            raise BusAwayError("not connected")
        try:
            async with self._turn:
                await self._connection.execute(SAY, list(lines))
        except AWAY as error:
            raise BusAwayError(f"it does not take what we send ({type(error).__name__})") from error

    async def close(self) -> None:
        """Leave politely, or at once if there is no answer."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            async with asyncio.timeout(CLOSE_S):
                await connection.close(timeout=CLOSE_S)
        except Exception:  # noqa: BLE001 (whatever it is, we leave)
            with suppress(Exception):
                connection.terminate()
