"""How many of each proof: a few in `make test`, all the issue names in `make sim` (MILEPOST_TIER=sim)."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Tier:
    """Counts of one tier."""

    name: str
    world_orders: int  # orders of the one large world, all faults on
    seeds: tuple[int, ...]  # further worlds, all faults on
    seed_orders: int
    fault_orders: int  # orders of the world run under each fault by itself
    shuffles: int
    power_cuts: int
    failing_call_step: int  # 1: every call to the disk fails once
    fills: int


TIERS = {
    "test": Tier("test", 200, (11, 12, 13), 40, 12, 200, 100, 23, 2),
    "sim": Tier("sim", 5_000, tuple(range(101, 121)), 200, 60, 2_000, 2_000, 1, 50),
}
TIER = TIERS[os.environ.get("MILEPOST_TIER", "test")]
