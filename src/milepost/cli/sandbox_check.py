"""`milepost sandbox check`: the words of it; cli/check.py does it."""

from typing import Annotated, Literal

import uvloop
from cyclopts import Parameter

from milepost.cli.check import Check, run_check
from milepost.cli.sandbox import Aggregators, AsJson, Faults, Orders, Seed, Stories, fault_names, tell


def check(
    *,
    seed: Seed = 1,
    orders: Orders = 40,
    stories: Stories = None,
    faults: Faults = "none",
    aggregator: Aggregators = "",
    engine: Annotated[
        Literal["sqlite", "postgres"], Parameter(help="Where Milepost keeps its facts.")
    ] = "sqlite",
    pushes: Annotated[bool, Parameter(help="Carriers push, too, beside the polls.")] = True,
    as_json: AsJson = False,
) -> int:
    job = Check(
        seed=seed,
        orders=orders,
        stories=stories,
        faults=fault_names(faults),
        aggregator=aggregator,
        engine=engine,
        quiet=as_json,
        pushes=pushes,
    )
    result = uvloop.run(run_check(job))
    return tell(result, as_json=as_json)
