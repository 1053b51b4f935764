"""Picks how news gets about: by `live.url`, or by the database when that is empty."""

import importlib
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from milepost.live.bus import NATS, Bus
from milepost.live.hub import Hub
from milepost.live.postgres import PostgresBus
from milepost.live.relay import Relay
from milepost.ports.live import Live, LiveError
from milepost.settings import Settings

ALONE = "process"
POSTGRES = ("postgres", "postgresql")
NAME_LENGTH_MAX = 100
SHAPES = "`process`, `postgres://user:password@host/database` or `nats://user:password@host:4222`"


@asynccontextmanager
async def opened_live(settings: Settings, *, passing: bool = False) -> AsyncIterator[Live]:
    """Wake-ups and fan-out until the end of the block. `passing`: for a command, which is no node.

    A bus that is away is waited for; one that refuses us raises LiveError, one sentence with the fix.
    """
    hub = Hub(_name(settings))
    bus = bus_of(settings)
    if bus is None:
        yield hub
        return
    relay = Relay(bus, hub, passing=passing)
    try:
        await relay.start()
        yield relay
    finally:
        await relay.close()


def bus_of(settings: Settings) -> Bus | None:
    """The bus to other nodes, not connected yet; None when this process is alone. Raises LiveError."""
    url = settings.live.url
    if not url and settings.store.url.partition(":")[0] in POSTGRES:
        url = settings.store.url
    scheme = url.partition(":")[0].strip()
    if scheme in ("", ALONE):
        return None
    if scheme in POSTGRES:
        return PostgresBus(url)
    if scheme in NATS:
        nats = importlib.import_module("milepost.live.nats")  # few need it, and reading it in takes a while
        bus: Bus = nats.NatsBus(url, settings.live.subject)
        return bus
    shown = urlsplit(url).scheme or "nothing we know"  # never more of it: it may hold a password
    raise LiveError(f"live.url begins with {shown!r}: write {SHAPES}, or leave it empty")


def _name(settings: Settings) -> str:
    """What people call this node."""
    return (settings.live.node or f"{socket.gethostname()}-{os.getpid()}")[:NAME_LENGTH_MAX]
