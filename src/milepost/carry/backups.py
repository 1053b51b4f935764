"""Backups that Milepost takes by itself: one at a time, whoever is alive, in a process of their own.

A backup of a large database takes minutes of a processor; in this process everybody would wait for it.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import structlog

from milepost.carry.failures import put_off
from milepost.flow import finish
from milepost.model.actions import Action, ActionKind, Leased, Outcome
from milepost.ports.app import App
from milepost.ports.sources import SourceError
from milepost.settings import ENVIRONMENT_PREFIX, Settings

KEY = "backup"
SAID_BYTES_MAX = 2_000

log = structlog.get_logger(__name__)


async def plan_backups(app: App) -> None:
    """See to it that backups are taken as the settings say, from the first interval on."""
    every_s = app.settings.backup.every_s
    if every_s <= 0:
        return
    first = Action(
        key=KEY,
        kind=ActionKind.TAKE_BACKUP,
        shop_id=None,
        lane=KEY,
        due_at=app.clock.now() + timedelta(seconds=every_s),
        repeating=True,
    )
    async with app.store.transaction() as tx:
        await app.work.add(tx, [first])


async def take_backups(group: Sequence[Leased], app: App) -> None:
    """Take one now, and the next after the interval; one that fails is tried again and says why."""
    every_s = app.settings.backup.every_s
    for held in group:
        due_again = app.clock.now() + timedelta(seconds=every_s)
        if said := await _taken_apart(app.settings) if every_s > 0 else "":
            log.warning("backup_failed", why=said)
            await put_off([held], app, SourceError(said))
            continue
        now = app.clock.now()
        outcome = Outcome(next_due_at=max(now, due_again)) if every_s > 0 else Outcome(done=True)
        async with app.store.transaction() as tx:
            await finish(tx, held, outcome, now, app)


async def _taken_apart(settings: Settings) -> str:
    """Run `milepost backup` and wait for it; why it failed, or nothing.

    Cut off, because it takes longer than work may, it goes on by itself: it holds the folder, so that no
    second one begins meanwhile.
    """
    folder = Path(settings.backup.folder)
    words = ["backup", "--to", f"{folder}/", "--keep", str(settings.backup.keep)]
    with _said_in(folder) as told:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "milepost", *words),
            env={**os.environ, **_environment(settings)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=told,
            start_new_session=True,
        )
        code = await process.wait()
        told.seek(0)
        said = told.read(SAID_BYTES_MAX).decode("utf-8", "replace").strip()
    return "" if code == 0 else said.rpartition("\n")[2] or f"it ended with {code}"


def _said_in(folder: Path) -> BinaryIO:
    """A file for what it says; for the worker's eyes only."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.fdopen(os.open(folder / ".backup.log", os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600), "r+b")
    except OSError as error:
        raise SourceError(f"backup.folder cannot be written ({error.strerror}): name another") from error


def _environment(settings: Settings) -> dict[str, str]:
    """What the other process must know, whatever file these settings came from; arguments are seen by all."""
    told = {
        "STORE__URL": settings.store.url,
        "STORE__KEY_FILE": settings.store.key_file,
        "CLOCK": settings.clock,
    }
    return {ENVIRONMENT_PREFIX + name: value for name, value in told.items()}
