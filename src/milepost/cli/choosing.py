"""`milepost carrier choose` and `undo`: a person says whose parcel it is."""

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from milepost.cli.answers import Config, counted
from milepost.cli.exits import Exit
from milepost.cli.opening import opened
from milepost.cli.who import at_the_terminal
from milepost.desk.carriers import choose_carrier, undo_choice
from milepost.model.choices import CarrierChoice
from milepost.model.errors import OperatorError

Number = Annotated[str, Parameter(help="The tracking number as the order names it.")]
USES_MAX = 20
"""Uses of one number: the newest is meant."""


def choose(
    number: Number,
    carrier: Annotated[str, Parameter(help="The carrier's key, as `milepost carrier list` prints it.")],
    /,
    *,
    note: Annotated[str, Parameter(help="How you know.")] = "",
    config: Config = None,
) -> int:
    """Say whose parcel it is. Another carrier's scans are set aside, and its next one is raised for review.

    Choosing the carrier that holds confirms it. `milepost carrier undo` takes the last choice back.
    """
    chosen = asyncio.run(_chosen(config, number, carrier, note))
    print(f"{number}: {chosen.carrier or 'nobody'} (before: {chosen.before or 'nobody'})")
    if chosen.set_aside:
        print(f"Set aside: {counted(len(chosen.set_aside), 'scan')} of another carrier.")
    return Exit.DONE


def undo(number: Number, /, *, config: Config = None) -> int:
    """Undo the last choice of a parcel's carrier; the history stays."""
    chosen = asyncio.run(_chosen(config, number, None, ""))
    print(f"{number}: {chosen.carrier or 'nobody'} again (was: {chosen.before or 'nobody'})")
    return Exit.DONE


async def _chosen(config: Path | None, number: str, carrier: str | None, note: str) -> CarrierChoice:
    async with opened(config) as milepost:
        page = await milepost.store.shipments(
            shop_ids=None, cursor=None, limit=USES_MAX, tracking_number=number
        )
        uses = [row.shipment for row in page.rows if not row.shipment.superseded]
        if not uses:
            raise OperatorError(f"There is no parcel {number}; write the number its order names.")
        newest = max(uses, key=lambda one: one.since)
        who = at_the_terminal()
        if carrier is None:
            return await undo_choice(milepost, newest.shipment_id, who)
        return await choose_carrier(milepost, newest.shipment_id, carrier, who, note)
