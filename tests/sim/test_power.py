"""The power goes at any moment: what was said to be kept is there, nothing is half there, the file is whole."""

import asyncio
import itertools
from dataclasses import dataclass, field

import pytest

from tests.sim.disk import Disk
from tests.sim.results import keep
from tests.sim.tiers import TIER
from tests.sim.writing import Told, chance_of, integrity, sqlite_store, there, write

SEED = 3
CUTS_PER_TEST = 50
CUTS_NORMAL = 30
CALLS_MAX = 400  # writes and syncs before the power goes, at most
GIVEN_UP = 0.1  # of the batches, by whoever writes them
FROM_NOTHING = 0.05  # of the cuts, this share falls into making the tables or soon after
NUMBERS = itertools.count


@dataclass
class Found:
    """What cuts did, all together."""

    cuts: int = 0
    acknowledged: int = 0
    lost: int = 0
    halves: int = 0
    corrupt: int = 0
    seeds_lost: list = field(default_factory=list)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The file of a store that was started once, and its key."""
    folder = tmp_path_factory.mktemp("made")

    async def make():
        store = sqlite_store(folder)
        await store.start()
        await store.stop()

    asyncio.run(make())
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(".lock")}


@pytest.mark.parametrize("first", range(0, TIER.power_cuts, CUTS_PER_TEST))
async def test_a_power_cut_takes_nothing_that_was_said_to_be_kept(first, made, tmp_path):
    found = await cut_many(range(first, first + CUTS_PER_TEST), made, tmp_path, synchronous="FULL")
    keep("power_cuts", {"synchronous": "FULL", "first": first, "seed": SEED, **vars(found)})
    assert found.acknowledged > CUTS_PER_TEST, "too little was kept to be worth cutting"
    assert (found.lost, found.halves, found.corrupt) == (0, 0, 0), f"seeds {SEED} {found.seeds_lost}"


async def test_the_same_cuts_do_take_it_when_commits_do_not_wait_for_the_disk(made, tmp_path):
    """Shows that the simulator can lose: SQLite promises less with `synchronous=NORMAL`."""
    found = await cut_many(range(CUTS_NORMAL), made, tmp_path, synchronous="NORMAL")
    keep("power_cuts", {"synchronous": "NORMAL", "seed": SEED, **vars(found)})
    assert found.lost > 0, "nothing was lost without waiting for the disk: the simulator cuts no power"
    assert (found.halves, found.corrupt) == (0, 0)


async def cut_many(seeds, made, folder, *, synchronous):
    found = Found()
    for seed in seeds:
        await cut(seed, made, folder / f"{synchronous}{seed}", synchronous, found)
    return found


async def cut(seed, made, folder, synchronous, found):
    """One life of a database: written to until the power goes, and looked at afterwards."""
    chance = chance_of("cut", SEED, seed)
    before, after = folder / "before", folder / "after"
    for place in (before, after):
        place.mkdir(parents=True)
    from_nothing = chance.random() < FROM_NOTHING
    for name, content in made.items():
        if not from_nothing or name.endswith(".key"):
            (before / name).write_bytes(content)
            (after / name).write_bytes(content)
            (before / name).chmod(0o600)
            (after / name).chmod(0o600)
    told = await live_until_the_cut(before, chance, synchronous, seed, after)
    store = sqlite_store(after)
    await store.start()
    now = await there(store)
    await store.stop()
    lost = told.kept - now.whole
    found.cuts += 1
    found.acknowledged += len(told.kept)
    found.lost += len(lost)
    found.halves += len(now.halves) + len(told.given_up & (now.whole | now.halves))
    found.corrupt += integrity(after / "milepost.sqlite") != ["ok"]
    if lost or now.halves:
        found.seeds_lost.append(seed)


async def live_until_the_cut(folder, chance, synchronous, seed, after):
    disk = Disk(f"cut{SEED}-{synchronous}-{seed}")
    told = Told()
    store = sqlite_store(folder, disk.name)
    cut_at = chance.randint(1, CALLS_MAX)
    try:
        if (folder / "milepost.sqlite").exists():
            await store.start()
            disk.off_at = disk.calls + cut_at
        else:
            disk.off_at = cut_at
            await store.start()
        connection = store._database.connection
        connection.pragma("synchronous", synchronous)
        connection.wal_autocheckpoint(chance.choice((8, 30, 100, 4000)))  # often enough to meet a cut
        numbers = itertools.takewhile(lambda _: not disk.is_off, itertools.count())
        await write(store, numbers, told, chance, given_up=GIVEN_UP)
    except Exception:
        if not disk.is_off:
            raise
    finally:
        disk.leave(after, chance)
        await store.stop()
        disk.close()
    return told
