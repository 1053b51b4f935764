"""What is kept of carriers as such: how often their news comes, and how they do."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from milepost.model.gaps import NewsGaps
from milepost.model.health import CarrierHealth
from milepost.model.polling import Pace


class CarrierReads(Protocol):
    """Small tables, a few rows per carrier."""

    async def news_gaps(self, carrier: str, lanes: Sequence[str]) -> list[NewsGaps]:
        """What is known of these lanes, every stage."""
        ...

    async def carrier_health(self, carriers: Sequence[str]) -> dict[str, CarrierHealth]:
        """Of those that were asked."""
        ...

    async def pace(self, carrier: str) -> Pace:
        """As the last survey found it."""
        ...

    async def asks(self, keys: Sequence[str]) -> dict[str, datetime]:
        """When standing orders to ask are due, by key; what a worker has in hand counts as due long ago."""
        ...

    async def all_news_gaps(self, limit: int) -> list[NewsGaps]:
        """Of every carrier, lane and stage; `limit` rows at most."""
        ...


class CarrierWrites(CarrierReads, Protocol):
    """Derived, and replaced."""

    async def put_news_gaps(self, gaps: Iterable[NewsGaps]) -> None: ...

    async def put_pace(self, carrier: str, pace: Pace) -> None: ...

    async def put_carrier_health(self, health: CarrierHealth) -> None: ...
