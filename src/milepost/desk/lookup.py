"""A buyer asks for an order: by number and second factor together, or by a signed link.

One refusal for unknown number, wrong factor and closed parcel, alike in status, length and time: all of them
count a try, ask the store one question and end at the same moment.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from milepost.desk.guessing import count_try
from milepost.model.people import Link, View
from milepost.ports.app import App
from milepost.record.links import LINK_DAYS, digest, new_link

ANSWER_S = 0.15
"""Every look-up takes this long, right or wrong, so that the time tells nothing."""

NUMBER_LENGTH_MAX = 64
FACTOR_LENGTH_MAX = 256
NOBODYS_NUMBER = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What a visit has earned: an order, and how much of it may be shown."""

    order_number: str
    shop_id: str
    view: View


async def look_up(app: App, order_number: str, factor: str, client: str = "") -> Earned | None:
    """The order, if the e-mail, phone or postcode is the buyer's; None for every other case.

    `client` is where the question comes from. Raises TooManyGuessesError when too many came from there.
    """
    started = time.monotonic()
    try:
        return await _look_up(
            app, order_number.strip()[:NUMBER_LENGTH_MAX], factor.strip()[:FACTOR_LENGTH_MAX], client
        )
    finally:
        await rest_of_answer(started)


async def rest_of_answer(started: float) -> None:
    """Wait until ANSWER_S after `started` (of `time.monotonic`)."""
    await asyncio.sleep(max(0.0, ANSWER_S - (time.monotonic() - started)))


async def _look_up(app: App, order_number: str, factor: str, client: str) -> Earned | None:
    """The try is counted first: of many at the same moment no more are looked at than may be."""
    async with app.store.transaction() as tx:
        tries = await count_try(tx, app, f"look-up:{order_number.casefold()}", client)
    shop_id = await app.store.shop_matching(order_number if tries.is_open else NOBODYS_NUMBER, factor)
    if shop_id is None:
        return None
    async with app.store.transaction() as tx:
        await tries.take_back(tx)
    return Earned(order_number=order_number, shop_id=shop_id, view=View.TOWN)


async def make_link(
    app: App, *, shop_id: str, order_number: str, view: View = View.FULL, days: int = LINK_DAYS
) -> str:
    """A token that opens one order; only its hash is kept."""
    async with app.store.transaction() as tx:
        return await new_link(
            tx,
            shop_id=shop_id,
            order_number=order_number,
            view=view,
            now=app.clock.now(),
            length=timedelta(days=days),
        )


async def open_link(app: App, token: str) -> Link | None:
    """What a token opens, expired or not (the page tells the difference), or None for a wrong one."""
    return await app.store.link(digest(token)) if token else None
