"""A whole world from a seed: the same every time, any number of orders, and everything found quickly."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from milepost_sandbox.clock import WorldClock
from milepost_sandbox.stories.library import all_stories
from milepost_sandbox.world.generate import Plan, WorldError, make_world
from tests.tidy.tree import ROOT

START = datetime(2026, 11, 22, tzinfo=UTC)


def a_world(orders=60, seed=1, *, late=False):
    return make_world(
        Plan(seed=seed, orders=orders, start=START, late=late), all_stories(), WorldClock(START)
    )


def test_two_worlds_of_one_seed_are_the_same():
    assert a_world(120).orders == a_world(120).orders
    assert a_world(120).parcels == a_world(120).parcels
    assert a_world(120).shops == a_world(120).shops


def test_another_seed_is_another_world():
    assert a_world(seed=1).orders != a_world(seed=2).orders


@pytest.mark.parametrize("orders", [1, 2, 7, 40, 101])
def test_there_are_exactly_as_many_orders_as_asked(orders):
    assert len(a_world(orders).orders) == orders


def test_every_story_is_told_when_there_is_room():
    stories = all_stories()
    world = a_world(sum(story.orders for story in stories))
    assert {order.story for order in world.orders} == {story.name for story in stories}


@pytest.mark.parametrize("orders", [0, 100_001])
def test_a_number_of_orders_that_is_none_is_refused(orders):
    with pytest.raises(WorldError, match="orders must be from 1 to 100000"):
        a_world(orders)


def test_ids_numbers_and_step_keys_are_unique():
    world = a_world(300)
    assert len({order.order_id for order in world.orders}) == 300
    assert all(len(order.order_id) == 18 for order in world.orders)
    units = [unit.line_item_id for order in world.orders for unit in order.units]
    assert len(set(units)) == len(units)
    ours = [parcel for parcel in world.parcels if parcel.order_ids]
    assert len({(parcel.carrier, parcel.tracking_number) for parcel in ours}) == len(ours)
    assert len({parcel.package_id for parcel in ours}) == len(ours)
    keys = [step.key for parcel in world.parcels for step in parcel.steps]
    assert len(set(keys)) == len(keys)


def test_two_steps_of_one_order_are_two_minutes_apart():
    for order in a_world(200).orders:
        moments = sorted(step.at for parcel in order.parcels for step in parcel.steps)
        assert all(later - earlier >= timedelta(minutes=2) for earlier, later in pairwise(moments))


def test_order_statuses_come_in_order_and_follow_the_parcel():
    for order in a_world(200).orders:
        assert order.moments[0].status == "UNPAID"
        assert [moment.at for moment in order.moments] == sorted({moment.at for moment in order.moments})
        assert order.status_at(order.created_at - timedelta(seconds=1)) is None
        if order.delivered_at is not None and order.cancelled_at is None:
            assert order.status_at(order.delivered_at) in ("DELIVERED", "COMPLETED")
            assert order.moments[-1].status == "COMPLETED"


def test_no_scan_of_a_split_order_shows_before_all_its_labels_exist():
    split = [order for order in a_world(200).orders if order.split_or_combine == "SPLIT"]
    assert split
    for order in split:
        assert min(s.published_at for p in order.parcels for s in p.steps) >= order.rts_at


def test_orders_are_found_by_the_time_of_their_last_change():
    world = a_world(150)
    now = START
    found = [
        order
        for shop in world.shops
        for order in world.orders_updated(shop.shop_id, START - timedelta(days=1), now, now)
    ]
    wanted = {
        order.order_id
        for order in world.orders
        if (at := order.update_time_at(now)) and START - timedelta(days=1) <= at < now
    }
    assert {order.order_id for order in found} == wanted
    assert len(found) == len(wanted)
    assert wanted


def test_with_the_fault_late_many_scans_are_published_hours_after_they_happened():
    def late_ones(world):
        steps = [step for parcel in world.parcels for step in parcel.steps]
        return sum(step.published_at - step.at > timedelta(hours=2) for step in steps) / len(steps)

    assert late_ones(a_world(100, late=True)) > 0.15
    assert late_ones(a_world(100)) < 0.05


def test_the_world_ends_four_days_after_its_last_scan_is_published():
    world = a_world()
    last = max(step.published_at for parcel in world.parcels for step in parcel.steps)
    assert world.ends_at >= last + timedelta(days=4)


def test_a_served_step_is_remembered_for_its_source():
    world = a_world(5)
    step = world.parcels[0].steps[0]
    world.served("ups", step.key)
    assert world.served_at("ups", step.key) == START
    assert world.served_at("tiktok_shop", step.key) is None


def test_buyers_cannot_be_mistaken_for_real_people():
    for order in a_world(100).orders:
        assert order.buyer.email.endswith("@relay.example.invalid")
        assert len(order.buyer.email) < 45
        assert ")555010" in order.buyer.phone


DIGEST = """
import hashlib
from datetime import UTC, datetime
from milepost_sandbox.clock import WorldClock
from milepost_sandbox.faults import Faults
from milepost_sandbox.servers.platforms import PLATFORMS
from milepost_sandbox.stories.library import all_stories
from milepost_sandbox.truth import Truth
from milepost_sandbox.world.generate import Plan, make_world
start = datetime(2026, 3, 2, tzinfo=UTC)
world = make_world(Plan(seed=9, orders=60, start=start, late=True), all_stories(), WorldClock(start))
truth = Truth(world, Faults(9, ["all"]), PLATFORMS)
told = repr((world.orders, world.parcels, list(truth.events(world.ends_at)), truth.parcels(world.ends_at)))
print(hashlib.sha256(told.encode()).hexdigest())
"""


def test_another_process_with_other_hashes_makes_the_same_world_and_truth():
    digests = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", DIGEST],
            env={"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64
