"""A Milepost opened for one question."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from milepost import wiring
from milepost.cli import logs
from milepost.cli.answers import quietly
from milepost.ports.app import App
from milepost.settings import load


@asynccontextmanager
async def opened(config: Path | None) -> AsyncIterator[App]:
    """The Milepost of these settings, for one command. Raises what `wiring.running` raises."""
    settings = quietly(load(config))
    logs.set_up(settings)
    async with wiring.running(settings, passing=True) as milepost:
        yield milepost.app
