"""The confirmation of an order: what was bought, where it goes and by when, each with a way to object."""

from dataclasses import dataclass
from datetime import UTC

from babel.numbers import format_currency

from milepost.model.orders import Item
from milepost.show.brands import Look, look_of
from milepost.show.buyer.gather import Story
from milepost.show.buyer.sight import country_name
from milepost.show.buyer.windows import Window, standing, zone_or_none
from milepost.show.moments import day
from milepost.tongues.speech import spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Ready to be read. What is not known is empty, and the page says so."""

    order_number: str
    shop_name: str
    look: Look
    placed: str
    state: str
    items: tuple[Item, ...]
    total: str
    to: tuple[str, ...]  # lines of the address, masked
    contact: str  # how the buyer can be reached, masked
    windows: tuple[str, ...]  # one for each parcel that has one


def confirmation(story: Story) -> Confirmation | None:
    """None where no order is shown (a tracking number alone)."""
    order, sight = story.order, story.sight
    if order is None:
        return None
    zone = zone_or_none(story.zone) or UTC
    promises = [standing(parcel.promises) for parcel in story.parcels]
    windows = [Window.of(one, story.zone).sentence() for one in promises if one is not None]
    to = story.destination
    country = country_name(to.country) or to.country
    town = ", ".join(dict.fromkeys(part for part in (to.city, to.region, country) if part))
    return Confirmation(
        order_number=order.order_number,
        shop_name=story.shop_name,
        look=look_of(story.brand),
        placed=day(order.placed_at.astimezone(zone)) if order.placed_at else "",
        state=order.state.replace("_", " ").capitalize(),
        items=tuple(order.items),
        total=format_currency(order.total, order.currency, locale=spoken().locale)
        if order.total is not None and order.currency
        else "",
        to=tuple(line for line in (sight.masked_name(), sight.masked_address(), town) if line),
        contact=sight.masked_contact(),
        windows=tuple(dict.fromkeys(windows)),
    )
