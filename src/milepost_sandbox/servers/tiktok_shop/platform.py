"""The TikTok Shop of the sandbox: authorization and API on one server, and the sender of its webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Litestar

from milepost_sandbox.servers.frame import Frame
from milepost_sandbox.servers.options import DEFAULT_OPTIONS, ServerOptions
from milepost_sandbox.servers.tiktok_shop import rows
from milepost_sandbox.servers.tiktok_shop.desk import Desk
from milepost_sandbox.servers.tiktok_shop.routes import not_found, routes, wrong_method
from milepost_sandbox.world.words import Credentials, Entailed, FaultsLike, Parcel, Step, WorldLike


class TikTokShop:
    """TikTok Shop as a platform of the sandbox."""

    source = rows.SOURCE
    url_names: tuple[str, ...] = ("tiktok_auth", "tiktok_api")
    ROWS: Mapping[str, Any] = rows.ROWS
    UNTELLABLE: Mapping[str, str] = rows.UNTELLABLE

    def app(
        self,
        world: WorldLike,
        faults: FaultsLike,
        credentials: Credentials,
        options: ServerOptions = DEFAULT_OPTIONS,
    ) -> TikTokApp:
        """A fresh server; its `webhooks` is the sender that belongs to it."""
        return TikTokApp(Desk(world, faults, credentials, options), world, faults, options)

    def entails(
        self, world: WorldLike, faults: FaultsLike, parcel: Parcel, step: Step, now: datetime
    ) -> tuple[Entailed, ...]:
        """What TikTok's rows about this step say at `now`."""
        return rows.entailed(world, faults, parcel, step, now)


class TikTokApp(Frame):
    """The server and its webhook sender."""

    def __init__(self, desk: Desk, world: WorldLike, faults: FaultsLike, options: ServerOptions) -> None:
        app = Litestar(
            routes(desk),
            openapi_config=None,
            logging_config=None,
            exception_handlers={404: not_found(desk.envelopes), 405: wrong_method(desk.envelopes)},
        )
        super().__init__(app, source=rows.SOURCE, world=world, faults=faults, options=options, trouble=desk)
        self.webhooks = desk.webhooks
        self.authority = desk.authority
