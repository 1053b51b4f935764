"""The only file that picks an adapter: it puts a running Milepost together from its settings."""

import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from milepost.clock import clock_of
from milepost.desk.restores import fence_of
from milepost.forecast.foreteller import Foreteller
from milepost.identify.candidates import Identifier
from milepost.live.opening import opened_live
from milepost.model.notices import Notice, Picture
from milepost.notify.catalog import channels
from milepost.notify.catalog import close as hang_up
from milepost.notify.webhooks.poster import HttpPoster
from milepost.places.gazetteer import SqliteGazetteer
from milepost.ports.app import App
from milepost.ports.clock import Clock
from milepost.queue.budgets import StoredBudgets
from milepost.queue.leases import LeaseQueue
from milepost.settings import Settings
from milepost.show.counters import Counters
from milepost.sources.aggregator_catalog import aggregators
from milepost.sources.catalog import carriers, handed_in, marketplaces
from milepost.sources.imap import ImapMailbox
from milepost.sources.line import Line
from milepost.sources.posts import with_posts
from milepost.store.opening import open_store
from milepost.words.reader import WordsReader

CIRCLES_EVERY = 50_000
"""New objects between two looks for circles of garbage: news is many small values that form none, and the
default of 700 costs a fifth of the time a batch takes."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A Milepost that is put together and open, with what only its starters need."""

    app: App
    counters: Counters


async def paint_map(app: App, notice: Notice) -> Picture | None:
    """Whoever sends mails reads in what pages are made of, and nobody else."""
    drawn: Picture | None = await importlib.import_module("milepost.show.pictures").map_of(app, notice)
    return drawn


@asynccontextmanager
async def running(
    settings: Settings, clock: Clock | None = None, *, passing: bool = False
) -> AsyncIterator[Running]:
    """Open everything, and close it again at the end. `passing`: for one command; no node of several.

    Raises SettingsError, StoreError, LiveError, PlacesError or CatalogError, each one sentence with the fix.
    """
    gc.set_threshold(CIRCLES_EVERY)
    clock = clock or clock_of(settings.clock)
    counters = Counters()
    lines: list[Line] = []
    store = open_store(settings.store.url, settings.store.key_file, clock)
    budgets = StoredBudgets(store, clock)

    def line(**words: Any) -> Line:
        lines.append(Line(**words, budgets=budgets))
        return lines[-1]

    found = carriers(settings, clock, line)
    await store.start()
    poster = HttpPoster(settings.webhooks)
    ways = channels(settings)
    work = LeaseQueue(store, clock)
    try:
        await work.start(clock.now())
        async with opened_live(settings, passing=passing) as live:
            yield Running(
                app=App(
                    settings=settings,
                    clock=clock,
                    store=store,
                    work=work,
                    budgets=budgets,
                    live=live,
                    gazetteer=SqliteGazetteer(),
                    words=WordsReader(),
                    carriers=found,
                    marketplaces=marketplaces(settings, clock, line),
                    aggregators=aggregators(settings, clock, line),
                    handed_in=handed_in(),
                    mailbox=ImapMailbox(settings.mailbox),
                    channels=ways,
                    poster=poster,
                    forecaster=Foreteller(),
                    identify=Identifier(with_posts({key: one.card for key, one in found.items()})),
                    tally=counters,
                    paint=paint_map,
                    fence=await fence_of(store),
                ),
                counters=counters,
            )
    finally:
        for one in lines:
            await one.close()
        await poster.close()
        await hang_up(ways)
        await store.stop()
