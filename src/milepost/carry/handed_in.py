"""The folder and the mailbox that files and mails come to: looked into by whoever is alive."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

from milepost.desk.folder import read_folder
from milepost.desk.mailbox import read_mailbox
from milepost.flow import finish
from milepost.model.actions import Action, ActionKind, Leased, Outcome
from milepost.ports.app import App
from milepost.settings import Settings

LANE = "handed_in"


class Place(NamedTuple):
    """Where something comes to. `every_s` is 0 where nobody set it up."""

    every_s: Callable[[Settings], int]
    read: Callable[[App], Awaitable[None]]


PLACES = {
    "folder": Place(lambda told: told.imports.folder_every_s if told.imports.folder else 0, read_folder),
    "mailbox": Place(lambda told: told.mailbox.every_s if told.mailbox.host else 0, read_mailbox),
}


async def plan_looks(app: App) -> None:
    """See to it that somebody looks, where the settings name a place."""
    looks = [
        Action(
            key=f"{LANE}:{name}",
            kind=ActionKind.READ_HANDED_IN,
            shop_id=None,
            lane=f"{LANE}:{name}",
            due_at=app.clock.now(),
            payload={"of": name},
            repeating=True,
        )
        for name, place in PLACES.items()
        if place.every_s(app.settings) > 0
    ]
    async with app.store.transaction() as tx:
        await app.work.add(tx, looks)


async def read_handed_in(group: Sequence[Leased], app: App) -> None:
    """Look now, and again after the interval; a place that was taken out of the settings is left alone."""
    for held in group:
        place = PLACES.get(held.action.payload.get("of", ""))
        every_s = place.every_s(app.settings) if place else 0
        if place and every_s > 0:
            await place.read(app)
        now = app.clock.now()
        outcome = Outcome(next_due_at=now + timedelta(seconds=every_s)) if every_s > 0 else Outcome(done=True)
        async with app.store.transaction() as tx:
            await finish(tx, held, outcome, now, app)
