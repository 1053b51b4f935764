"""Pages of no single order look like the shop, where there is only one: its buyers know no other."""

import time
from dataclasses import replace
from typing import Any

from litestar import Request

from milepost.ports.app import App
from milepost.ports.store import StoreError
from milepost.show.brands import MILEPOST_LOOK, Look, look_of
from milepost.show.looks import HOUSE, app_of

FRESH_S = 20.0
"""Real seconds after which somebody looks again whether the look or the number of shops changed."""


class House:
    """What was seen last. Two shops, or none, and a shop that chose nothing: Milepost's own."""

    def __init__(self) -> None:
        self.look: Look = MILEPOST_LOOK
        self._until = 0.0

    async def look_again(self, app: App) -> None:
        """At most every FRESH_S, for one of those who ask at a time. A store in trouble changes nothing."""
        if time.monotonic() < self._until:
            return
        self._until = time.monotonic() + FRESH_S
        try:
            self.look = await _seen(app)
        except StoreError:
            return  # whoever asks the store for more than that says so


async def look_at_house(request: Request[Any, Any, Any]) -> None:
    """Before every page: so that an error, too, comes in the look of the house."""
    house: House = request.app.state[HOUSE]
    await house.look_again(app_of(request))


async def _seen(app: App) -> Look:
    shops = await app.store.shops()
    brand = await app.store.brand(shops[0].shop_id) if len(shops) == 1 else None
    if brand is None or brand.is_plain:
        return MILEPOST_LOOK
    return replace(look_of(brand), name=brand.name or shops[0].name)
