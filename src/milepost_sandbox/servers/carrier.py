"""What every carrier of the sandbox has in common: its rows, a server over them, and what the rows entail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Protocol

from litestar import Litestar

from milepost_sandbox.servers.answers import bearer
from milepost_sandbox.servers.frame import Frame
from milepost_sandbox.servers.options import DEFAULT_OPTIONS, ServerOptions
from milepost_sandbox.servers.pushing import Pusher
from milepost_sandbox.servers.telling import Rows, Telling, carrier_entails
from milepost_sandbox.servers.tokens import TokenBook
from milepost_sandbox.world.words import Credentials, Entailed, FaultsLike, Parcel, Step, WorldLike


class RowTable(Protocol):
    """A carrier's `rows` module: what it writes for each situation."""

    @property
    def SOURCE(self) -> str:  # noqa: N802 - a module's constant
        """The carrier's key."""

    @property
    def ROWS(self) -> Mapping[str, Any]:  # noqa: N802
        """What is written, by situation."""

    @property
    def UNTELLABLE(self) -> Mapping[str, str]:  # noqa: N802
        """Situations this carrier has no words for, and why."""

    def tellings(self, faults: FaultsLike, parcel: Parcel, step: Step, /) -> tuple[Telling, ...]:
        """The rows about one step."""


class CarrierDesk:
    """What a carrier's handlers know: the world, its faults, the rows and the client's key."""

    def __init__(
        self, world: WorldLike, faults: FaultsLike, credentials: Credentials, table: RowTable
    ) -> None:
        """Everything a question needs."""
        self.world = world
        self.faults = faults
        self.rows = Rows(faults, table.tellings)
        self.credentials = credentials
        self.pusher = Pusher(world, faults, table.SOURCE)

    def set_portal(self, told: Mapping[str, str]) -> None:
        """What a person writes into the carrier's portal; this one asks for nothing there."""

    def is_token_call(self, path: str) -> bool:
        """Whether this path gives out tokens; a carrier that takes keys has none."""
        return False

    def end_token(self, headers: dict[str, str]) -> None:
        """End the token these headers carry; a key does not expire."""


class TokenDesk(CarrierDesk):
    """The desk of a carrier that gives out tokens; each says where, and how long they live."""

    TOKEN_PATH: ClassVar[str]
    TOKEN_LIFE_S: ClassVar[int]

    def __init__(
        self, world: WorldLike, faults: FaultsLike, credentials: Credentials, table: RowTable
    ) -> None:
        """Everything a question needs, and no token yet."""
        super().__init__(world, faults, credentials, table)
        self.tokens = TokenBook(world, table.SOURCE, self.TOKEN_LIFE_S)

    def is_token_call(self, path: str) -> bool:
        return path.endswith(self.TOKEN_PATH)

    def end_token(self, headers: dict[str, str]) -> None:
        self.tokens.expire(bearer(headers))


class CarrierFrame(Frame):
    """A carrier's server, and the sender of its pushes."""

    def __init__(self, app: Any, desk: Any, **more: Any) -> None:
        super().__init__(app, trouble=desk, **more)
        self.pusher: Pusher = desk.pusher
        self.set_portal: Callable[[Mapping[str, str]], None] = desk.set_portal


class CarrierPlatform:
    """A carrier as a platform of the sandbox."""

    def __init__(
        self,
        table: RowTable,
        desk: Callable[[WorldLike, FaultsLike, Credentials, RowTable], Any],
        routes: Callable[[Any], Sequence[Any]],
    ) -> None:
        """`desk` makes what `routes` need to answer."""
        self.source = table.SOURCE
        self.url_names: tuple[str, ...] = (table.SOURCE,)
        self.ROWS = table.ROWS
        self.UNTELLABLE = table.UNTELLABLE
        self._table = table
        self._desk = desk
        self._routes = routes

    def app(
        self,
        world: WorldLike,
        faults: FaultsLike,
        credentials: Credentials,
        options: ServerOptions = DEFAULT_OPTIONS,
    ) -> CarrierFrame:
        """A fresh server."""
        desk = self._desk(world, faults, credentials, self._table)
        app = Litestar(self._routes(desk), openapi_config=None, logging_config=None)
        return CarrierFrame(app, desk, source=self.source, world=world, faults=faults, options=options)

    def entails(
        self, world: WorldLike, faults: FaultsLike, parcel: Parcel, step: Step, now: datetime
    ) -> tuple[Entailed, ...]:
        """What the carrier's rows about this step say at `now`."""
        if parcel.carrier != self.source or step.published_at > now:
            return ()
        return carrier_entails(self.source, parcel, self._table.tellings(faults, parcel, step))
