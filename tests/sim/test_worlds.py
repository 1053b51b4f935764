"""Whole worlds through the whole of Milepost, over HTTP, audited event by event."""

import json
import subprocess
import sys
from dataclasses import asdict

import pytest
import uvloop

from milepost.cli.check import Check, run_check
from milepost_sandbox.door import FAULTS
from tests.sim.results import keep
from tests.sim.tiers import TIER

WRONG = ("missing", "duplicate", "invented", "wrong_instant", "wrong_status")


TELLERS = ("aftership", "", "easypost", "seventeen_track", "ship24")
"""Who tells of the parcels whose carriers have no server, world by world. Not Shippo: it must be asked with the
carrier's name and has none for some, so what its pushes lose stays lost."""


def check(seed, orders, faults, aggregator=""):
    """`milepost sandbox check` as anybody runs it; its one JSON line."""
    words = ["--seed", str(seed), "--orders", str(orders), "--faults", faults]
    words += ["--aggregator", aggregator] if aggregator else []
    ran = subprocess.run(
        [sys.executable, "-m", "milepost", "sandbox", "check", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = ran.stdout.strip().splitlines()
    assert lines, f"it said nothing: {ran.stderr[-3000:]}"
    result = json.loads(lines[-1]) | ({"aggregator": aggregator} if aggregator else {})
    judge(result, faults, "\n".join(lines[:-1]) + ran.stderr[-2000:])
    assert result["orders"] == orders
    assert ran.returncode == 0


def judge(result, faults, details):
    """Nothing missing, twice, invented or wrong, in a world where enough happens to be wrong about."""
    keep("worlds", {"faults": faults, **result})
    wrong = {name: result[name] for name in WRONG if result[name]}
    assert not wrong, f"{wrong}\n{details[-4000:]}"
    assert result["expected"] > result["orders"] * 5


def test_a_large_world_with_every_fault_ends_as_it_was():
    check(1, TIER.world_orders, "all")


@pytest.mark.parametrize("seed", TIER.seeds)
def test_other_worlds_with_every_fault_end_as_they_were(seed):
    check(seed, TIER.seed_orders, "all", TELLERS[TIER.seeds.index(seed) % len(TELLERS)])


PUSHES_GO_WRONG = ("push_lost", "duplicate", "shuffled")
BY_THEMSELVES = sorted(set(FAULTS) - {"push_lost"})  # pushes that are lost have a world of their own


@pytest.mark.parametrize("fault", [*BY_THEMSELVES, *(["none"] if TIER.name == "sim" else [])])
def test_each_fault_by_itself_loses_nothing(fault):
    job = Check(seed=5, orders=TIER.fault_orders, stories=None, faults=(fault,), engine="sqlite", quiet=True)
    result = asdict(uvloop.run(run_check(job)))
    judge(result, fault, "\n".join(map(str, result.pop("details", []))))


@pytest.mark.parametrize("engine", ["sqlite", *(["postgres"] if TIER.name == "sim" else [])])
def test_with_a_fifth_of_the_pushes_lost_and_others_late_or_twice_pushes_and_polls_tell_all_of_it_once(
    engine,
):
    job = Check(
        seed=5,
        orders=TIER.pushed_orders,
        stories=None,
        faults=PUSHES_GO_WRONG,
        engine=engine,
        quiet=True,
    )
    healths = {}

    async def look(app):
        healths.update(await app.store.push_health("2000-01-01"))

    result = asdict(uvloop.run(run_check(job, look)))
    judge(result, ",".join(PUSHES_GO_WRONG), "\n".join(map(str, result.pop("details", []))))
    by_push = sum(one.by_push for one in healths.values())
    by_poll = sum(one.by_poll for one in healths.values())
    keep(
        "pushes",
        {"engine": engine, "seed": job.seed, "orders": job.orders, "by_push": by_push, "by_poll": by_poll},
    )
    assert len(healths) >= 3, f"hardly anybody pushed: {sorted(healths)}"
    assert by_poll > 0, "no push was lost, so no poll had to make one good"
    assert by_push > 2 * by_poll, "so much is lost that pushes are of no use"
