"""Whether ten million events are as quick to add to, to show and to search as ten thousand.

Both histories are open in one process and are asked in turn, so that a noisy machine is noisy for both.
News, pages and searches are the same ones at both sizes: what a probe costs differs by history alone.
"""

import asyncio
import os
import random
import shutil
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from benches.asgi import ask
from benches.figures import BUILD, Figure, show
from benches.fingerprint import fingerprint
from benches.history import History, contact_of, history, orders_of, ranks
from benches.past import START, play
from milepost import wiring
from milepost.clock import SteppedClock
from milepost.desk.lookup import make_link
from milepost.flow import take_in
from milepost.model.people import View
from milepost.model.reports import Report
from milepost.ports.app import App
from milepost.show.cookies import VISITS
from milepost.show.pages.console_orders import FOUND_MAX
from milepost.web import build

SEED = 21
SMALL = 10_000
LARGE = int(os.environ.get("BENCH_EVENTS", "10000000"))
RUNS = 7
LEARNING_ROUNDS = 1
"""Rounds of news before the clock runs: statements are compiled, pages are in memory."""

CHUNK = 1 << 23
WARM_UP_BATCHES = 40
PROBES = 100
"""Pages, or searches, of one run."""

KEYS = ("order_number", "tracking_number", "email", "phone", "postcode")
SEARCHES = {f"growth_search_{key}" for key in KEYS}

Task = Callable[[], Awaitable[Any]]
Probe = Callable[["Side", int], Awaitable[list[Task]]]
"""The tasks of one run on one side; the same ones on the other side, but for where they find their rows."""


@dataclass(frozen=True, kw_only=True)
class Took:
    """Seconds per task: by the clock on the wall, and of processor time in all threads."""

    wall_s: float
    cpu_s: float


Pair = tuple[Took, Took]
Middle = Callable[[Sequence[float]], float]


@dataclass(kw_only=True)
class Side:
    """One of the two histories, open."""

    history: History
    milepost: wiring.Running
    clock: SteppedClock
    first: int  # casts before this one have had their news in earlier runs

    @property
    def app(self) -> App:
        """The running Milepost."""
        return self.milepost.app

    def fresh_cast(self, number: str, run: int) -> int:
        """A cast under way whose parcel has not had this news yet, another one for every number."""
        casts = self.history.under_way
        return casts[(self.first + run + 7 * ranks(self.history.past)[number]) % len(casts)]


def measure() -> list[Figure]:
    """Page, search and ingest at ten million events divided by the same at ten thousand."""
    folder = BUILD.parent / f"growth-{fingerprint()}"
    past = play(folder, SEED)
    small, large = history(past, SMALL), history(past, LARGE)
    taken = folder / f"{LARGE}.taken"
    first = int(taken.read_text()) if taken.exists() else 0
    taken.write_text(str(first + RUNS))
    return asyncio.run(_measure(small, large, first))


async def _measure(small: History, large: History, first: int) -> list[Figure]:
    async with _open(large, first) as big:
        await asyncio.to_thread(_read_through, large.path)
        await _warm_up(big)
        ingest = [await _news(small, big, run) for run in range(RUNS)]
        async with _open(_copied(small), 0) as little:
            page = await _looks(_pages, little, big)
            found = {key: await _looks(_search(key), little, big) for key in KEYS}
    figures = [*_figures("page", page, large.events), *_figures("ingest", ingest, large.events)]
    for key, pairs in found.items():
        figures += _figures(f"search_{key}", pairs, large.events)
    worst = max((one for one in figures if one.name in SEARCHES), key=lambda one: one.value)
    figures.append(replace(worst, name="growth_search"))
    show(f"From {small.events:,} to {large.events:,} events, median of {RUNS} runs in turn", figures)
    return figures


@asynccontextmanager
async def _open(history: History, first: int) -> AsyncIterator[Side]:
    clock = SteppedClock(START)
    async with wiring.running(history.past.settings(history.path), clock) as milepost:
        yield Side(history=history, milepost=milepost, clock=clock, first=first)


def _copied(small: History) -> History:
    """A small history nobody has added to yet."""
    path = small.path.with_suffix(".copy")
    for old in path.parent.glob(path.name + "*"):
        old.unlink()
    shutil.copyfile(small.path, path)
    return replace(small, path=path)


def _read_through(path: Path) -> None:
    """Warm means that the machine's memory holds the file, as far as it can."""
    with path.open("rb", buffering=0) as file:
        while file.read(CHUNK):
            pass


async def _news(small: History, big: Side, run: int) -> Pair:
    """What news took at both sizes; the small one is a new copy, because its parcels have had theirs."""
    async with _open(_copied(small), 0) as little:
        await _warm_up(little)
        tasks = [await _ingest(side, run) for side in (little, big)]
        await _in_turn([one[:LEARNING_ROUNDS] for one in tasks])
        return await _in_turn([one[LEARNING_ROUNDS:] for one in tasks])


async def _looks(probe: Probe, little: Side, big: Side) -> list[Pair]:
    """Warm: each task is done once before it is timed. Of many small ones the median counts."""
    pairs = []
    for run in range(RUNS):
        tasks = [await probe(side, run) for side in (little, big)]
        await _in_turn(tasks)
        pairs.append(await _in_turn(tasks, statistics.median))
    return pairs


async def _in_turn(tasks: Sequence[Sequence[Task]], middle: Middle = statistics.fmean) -> Pair:
    """Each task of one side, then the same of the other."""
    took: tuple[list[Took], list[Took]] = [], []
    for pair in zip(*tasks, strict=True):
        for side, task in enumerate(pair):
            started, used = time.perf_counter(), time.process_time()
            await task()
            wall_s, cpu_s = time.perf_counter() - started, time.process_time() - used
            took[side].append(Took(wall_s=wall_s, cpu_s=cpu_s))
    little, big = (
        Took(wall_s=middle([one.wall_s for one in side]), cpu_s=middle([one.cpu_s for one in side]))
        for side in took
    )
    return little, big


async def _warm_up(side: Side) -> None:
    """Parcels of other casts are heard of again, as a worker hears of them all day; nothing is new."""
    chance = random.Random(SEED)
    known = list(side.history.past.known.items())
    for _ in range(WARM_UP_BATCHES if len(side.history.under_way) > 1 else 2):
        casts = [chance.choice(side.history.under_way) for _ in known]
        await take_in([_cast(side, one, cast) for (_, one), cast in zip(known, casts, strict=True)], side.app)


async def _ingest(side: Side, run: int) -> list[Task]:
    """Rounds of news of parcels under way, each one batch through the whole corridor."""

    def take(told: Mapping[str, Report]) -> Task:
        reports = [_cast(side, one, side.fresh_cast(number, run)) for number, one in told.items()]

        async def task() -> None:
            side.clock.move_to(max(side.clock.now(), reports[0].heard_at))
            if not any(reading.events for reading in await take_in(reports, side.app)):
                raise RuntimeError("news without events: the history is not what we think")

        return task

    return [take(told) for told in side.history.past.news]


def _cast(side: Side, report: Report, cast: int) -> Report:
    """The same answer about the parcel of that cast."""
    (number,) = report.subject
    fresh = side.history.number(number, cast)
    return replace(report, subject=(fresh,), body=report.body.replace(number.encode(), fresh.encode()))


async def _pages(side: Side, run: int) -> list[Task]:
    """Tracking pages of the real site; parcels under way, which is what people look at."""
    site = build(side.app, side.milepost.counters)
    tasks: list[Task] = []
    for shop_id, number, _ in _orders(side, side.history.past.under_way, side.history.under_way, run):
        token = await make_link(side.app, shop_id=shop_id, order_number=number, view=View.FULL)
        tasks.append(partial(ask, site, f"/orders/{number}", f"{VISITS}={token}"))
    return tasks


def _search(key: str) -> Probe:
    async def probe(side: Side, run: int) -> list[Task]:
        """Searches by this key, anywhere in the past."""
        orders = _orders(side, side.history.past.ended, side.history.ended, run)
        return [partial(_find, side.app, _text(key, number, tracked)) for _, number, tracked in orders]

    return probe


async def _find(app: App, text: str) -> None:
    if not await app.store.search(text, None, FOUND_MAX):
        raise RuntimeError("a search found nothing: the history is not what we think")


def _orders(side: Side, template: Path, casts: range, run: int) -> list[tuple[str, str, str]]:
    """Shop, order number and tracking number of the same orders at every size, each of any cast."""
    chance = random.Random(run)
    chosen = chance.choices(orders_of(template), k=PROBES)
    number = side.history.number
    return [
        (shop, number(order, cast), number(tracked, cast))
        for shop, order, tracked in chosen
        for cast in [chance.choice(casts)]
    ]


def _text(key: str, order_number: str, tracking_number: str) -> str:
    contact = contact_of(order_number, None)
    return {
        "order_number": order_number,
        "tracking_number": tracking_number,
        "email": contact.email or "",
        "phone": contact.phone or "",
        "postcode": contact.postal_code or "",
    }[key]


def _figures(name: str, pairs: Sequence[Pair], n: int) -> list[Figure]:
    """The growth by the clock and by processor time, and what both sizes took."""
    wall = round(statistics.median(big.wall_s / little.wall_s for little, big in pairs), 3)
    cpu = round(statistics.median(big.cpu_s / little.cpu_s for little, big in pairs), 3)
    little, big = (
        round(statistics.median(side.wall_s for side in sides) * 1000, 3)
        for sides in zip(*pairs, strict=True)
    )
    grown = f"growth_{name}"
    small, large = f"{grown}_small_ms", f"{grown}_large_ms"
    return [
        Figure(name=grown, value=wall, unit="times", n=n, seed=SEED, ratio=wall, ratio_to=small),
        Figure(name=f"{grown}_cpu", value=cpu, unit="times", n=n, seed=SEED, ratio=cpu, ratio_to=small),
        Figure(name=small, value=little, unit="ms", n=SMALL, seed=SEED),
        Figure(name=large, value=big, unit="ms", n=n, seed=SEED),
    ]
