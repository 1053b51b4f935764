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
    sending_kills: int = 6  # of the process that sends notices and webhooks, over both engines
    crews: tuple[int, ...] = (3,)  # so many worker processes on one database
    shared_actions: int = 200  # that they carry out
    bus_runs: int = 1  # of each bus: it dies twice under load, its store deleted
    bus_orders: int = 10  # orders of one such run
    kills: int = 3  # of Milepost's own programs, on each engine
    server_kills: int = 1  # of the PostgreSQL server
    hearings: int = 60  # orders in which one set of events is heard, over both engines
    late_s: tuple[float, ...] = (0.02, 3.5)  # by which every answer of PostgreSQL comes late
    stuck_connections: int = 1  # one after the other
    changes: int = 1  # of the tables and back, under pushes
    pushed_orders: int = 24  # whose carriers push and lose a fifth; with fewer, first polls tell most
    map_routes: int = 100
    colors: int = 40  # that shops may choose
    clock_steps: int = 1  # lives in which the clock is set wrong and right again, of each step and engine


SEEDS = tuple(range(101, 121))
BUS = {"bus_runs": 100, "bus_orders": 20}
WORK = {"sending_kills": 500, "crews": (2, 3, 4), "shared_actions": 10_000}
TROUBLE = {"kills": 200, "server_kills": 20, "hearings": 20_000, "clock_steps": 50}
MAPS = {"map_routes": 2_000}
BRANDS = {"colors": 20_000}
PUSHES = {"pushed_orders": 2_000}
SLOW = {"changes": 50, "stuck_connections": 10, "late_s": (0.005, 0.02, 0.1, 0.5, 1.0, 2.0, 3.5, 6.0)}
TIERS = {
    "test": Tier("test", 120, (11, 12), 36, 9, 100, 100, 23, 2),
    "sim": Tier(
        "sim",
        5_000,
        SEEDS,
        200,
        60,
        2_000,
        2_000,
        1,
        50,
        **WORK,
        **BUS,
        **TROUBLE,
        **SLOW,
        **PUSHES,
        **MAPS,
        **BRANDS,
    ),
}
TIER = TIERS[os.environ.get("MILEPOST_TIER", "test")]
