"""A buyer asks for an order: by number and second factor together, or by a signed link.

One refusal for unknown number, wrong factor and closed parcel, alike in status, length and time.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta

from milepost.model.people import Link, View
from milepost.ports.app import App
from milepost.record.links import LINK_DAYS, digest, new_link

GUESSES_MAX = 5
"""Wrong factors per order and day before look-ups of it are closed; a signed link still works."""

GUESS_WINDOW = timedelta(hours=24)
ANSWER_S = 0.15
"""Every look-up takes this long, right or wrong, so that the time tells nothing."""

NUMBER_LENGTH_MAX = 64
FACTOR_LENGTH_MAX = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What a visit has earned: an order, and how much of it may be shown."""

    order_number: str
    shop_id: str
    view: View


async def look_up(app: App, order_number: str, factor: str) -> Earned | None:
    """The order, if the e-mail, phone or postcode is the buyer's; None for every other case."""
    started = time.monotonic()
    earned = await _look_up(app, order_number.strip()[:NUMBER_LENGTH_MAX], factor.strip()[:FACTOR_LENGTH_MAX])
    await asyncio.sleep(max(0.0, ANSWER_S - (time.monotonic() - started)))
    return earned


async def _look_up(app: App, order_number: str, factor: str) -> Earned | None:
    now = app.clock.now()
    subject = digest(f"look-up:{order_number.casefold()}")
    closed = await app.store.guesses(subject, now - GUESS_WINDOW) >= GUESSES_MAX
    row = await app.store.order(order_number)
    shop_id = row.facts.shop_id if row else ""
    right = await app.store.contact_matches(shop_id, order_number, factor)
    if row is not None and right and not closed and factor:
        return Earned(order_number=row.facts.order_number, shop_id=shop_id, view=View.TOWN)
    async with app.store.transaction() as tx:
        await tx.count_guess(subject, now)
    return None


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
