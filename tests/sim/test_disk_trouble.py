"""A disk that fails at any call, fills up or turns read-only: said so, nothing told is lost, and it goes on after."""

import asyncio
import os
import subprocess
from contextlib import asynccontextmanager, contextmanager

import apsw
import httpx
import pytest

from milepost.desk.lookup import make_link
from milepost.model.people import View
from milepost.sources.marketplaces.tiktok_shop.signing import push_signature
from milepost.web import build
from tests.flow.house import SHOP, house, order, scans
from tests.sim.disk import Disk
from tests.sim.pushes import body_of, kept_pushes
from tests.sim.results import keep
from tests.sim.tiers import TIER
from tests.sim.writing import Told, chance_of, integrity, sqlite_store, there, write
from tests.sources.tiktok_server import APP

SEED = 4
BATCHES = 8
RESENT_MAX = 10
SMALL_DISK = "48m"  # the log alone may grow to 16 MB before its pages are moved home
READS_ALIKE = {"accept": "text/html"}


@pytest.mark.parametrize("error", [apsw.IOError, apsw.FullError], ids=["an I/O error", "a full disk"])
async def test_whichever_call_goes_wrong_it_is_heard_and_nothing_told_is_lost(error, tmp_path):
    """The n-th write or sync fails, for every n; what was refused is sent again until it is kept."""
    number, refused = 0, 0
    for number in range(1, 1_000_000, TIER.failing_call_step):
        calls, failed = await live_with_a_failing_call(number, error, tmp_path / str(number))
        refused += failed
        if number > calls:
            break
    assert refused > 0, "no failing call was noticed by anybody"
    keep(
        "failing_calls",
        {"error": error.__name__, "calls": number, "refused": refused, "seed": SEED, "lost": 0},
    )


async def live_with_a_failing_call(number, error, folder):
    folder.mkdir()
    disk = Disk(f"fails-{error.__name__}-{number}")
    store = sqlite_store(folder, disk.name)
    try:
        await store.start()
        start = disk.calls
        disk.fails[start + number] = error
        store._database.connection.wal_autocheckpoint(10)
        told = Told()
        await write(store, iter(range(BATCHES)), told, chance_of("failing", SEED, number))
        failed, calls = len(told.refused), disk.calls - start
        for again in range(RESENT_MAX):
            missing = sorted(told.refused - told.kept)
            told.refused.clear()
            await write(store, iter(missing), told, chance_of("again", SEED, number, again))
        where = f"call {number}, seed {SEED}"
        assert not told.refused, f"{where}: it does not go on by itself"
        assert (await there(store)).whole == told.kept, f"{where}: rows are not what was told"
        await store.stop()
        again = sqlite_store(folder)
        await again.start()
        found = await there(again)
        await again.stop()
        assert (found.whole, found.halves) == (told.kept, set()), f"{where}: not so after a reopening"
        assert integrity(folder / "milepost.sqlite") == ["ok"], where
    finally:
        await store.stop()
        disk.close()
    return calls, failed


@asynccontextmanager
async def listening(folder):
    """A Milepost with one order, its buyer's browser, and the marketplace's push."""
    async with house(folder) as milepost:
        await milepost.hear(order(), scans("AC1", "2026-03-04T08:10+01:00  OFD  Paris FR"))
        token = await make_link(milepost.app, shop_id=SHOP, order_number="1001", view=View.FULL, days=9)
        site = httpx.ASGITransport(app=build(milepost.app, milepost.milepost.counters))
        async with httpx.AsyncClient(transport=site, base_url="https://milepost") as http:
            await http.get(f"/t/{token}")

            async def push(number):
                body = body_of(number)
                signed = {"Authorization": push_signature(APP.app_key, APP.app_secret, body)}
                return await http.post("/hooks/tiktok_shop", content=body, headers=signed)

            yield milepost, http, push


@pytest.mark.parametrize(
    ("error", "word"),
    [(apsw.FullError, "disk full"), (apsw.ReadOnlyError, "read only"), (apsw.IOError, "disk error")],
)
async def test_while_nothing_can_be_written_pushes_come_again_pages_show_and_the_reason_is_said(
    error, word, tmp_path
):
    disk = Disk(f"whole-{error.__name__}")
    apsw.set_default_vfs(disk.name)
    try:
        async with listening(tmp_path) as (milepost, http, push):
            await until_kept(push, range(3))
            disk.refuses = error
            await refused_but_readable(http, push, word)
            disk.refuses = None
            ready = await http.get("/readyz")
            assert (ready.status_code, ready.json()["database"]) == (200, "ok"), (
                "it does not recover by itself"
            )
            assert await kept_pushes(milepost.app.store) == set(range(3)), "what was refused is there"
            await until_kept(push, range(3, 9))
            assert await kept_pushes(milepost.app.store) == set(range(9))
    finally:
        apsw.set_default_vfs("unix")
        disk.close()


async def until_kept(push, numbers):
    """A slow machine answers 503 too; what is sent again is kept."""
    for number in numbers:
        for _ in range(RESENT_MAX):
            if (await push(number)).status_code == 200:
                break
        else:
            raise AssertionError(f"push {number} is not kept after {RESENT_MAX} tries")


async def refused_but_readable(http, push, word):
    answers = await asyncio.gather(*[push(number) for number in range(3, 9)])
    assert {answer.status_code for answer in answers} == {503}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    ready = await http.get("/readyz")
    assert (ready.status_code, ready.json()["state"], ready.json()["database"]) == (503, "unavailable", word)
    page = await http.get("/orders/1001", headers=READS_ALIKE)
    assert page.status_code == 200
    assert "Out for delivery" in page.text


@contextmanager
def small_disk(folder):
    """A real disk of 8 MB; only the superuser can make one."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "none", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.skipif(
    os.getuid() != 0, reason="mounting a small disk takes the superuser; the test above plays one"
)
async def test_a_disk_that_fills_up_for_real_loses_nothing_and_is_used_again_when_there_is_room(tmp_path):
    sent = fills = 0
    with small_disk(tmp_path / "disk") as folder:
        async with listening(folder) as (milepost, http, push):
            told = set()
            for _ in range(TIER.fills):
                filler = folder / "filler"
                with filler.open("wb", buffering=0) as file:
                    fill(file)
                refused = 0
                while refused < 3:  # the log has some room of its own for a while
                    sent += 1
                    answer = await push(sent)
                    assert answer.status_code in (200, 503)
                    told |= {sent} if answer.status_code == 200 else set()
                    refused += answer.status_code == 503
                ready = await http.get("/readyz")
                assert (ready.status_code, ready.json()["database"]) == (503, "disk full")
                assert (await http.get("/orders/1001", headers=READS_ALIKE)).status_code == 200
                filler.unlink()
                assert (await http.get("/readyz")).status_code == 200, "it does not recover by itself"
                await until_kept(push, set(range(1, sent + 1)) - told)
                told = set(range(1, sent + 1))
                assert await kept_pushes(milepost.app.store) == told
                fills += 1
        assert integrity(folder / "house.sqlite") == ["ok"]
    keep("disk_fills", {"fills": fills, "pushes": sent, "lost": 0})


def fill(file):
    """Until not one byte more fits."""
    size = 1 << 20
    while size:
        try:
            while file.write(bytes(size)) == size:
                pass
        except OSError:
            pass
        size //= 2
