"""Keeps what is derived of carriers as such: gaps between news, and health."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, literal_column, select
from sqlalchemy.dialects import postgresql

from milepost.model.gaps import NewsGaps
from milepost.model.health import CarrierHealth
from milepost.model.polling import FREE, Pace
from milepost.store.shelf import Shelf, replaced, texts
from milepost.store.shop_shelf import MARK, SET_MARK
from milepost.store.sql.compiled import Among
from milepost.store.tables import CARRIER_HEALTH, NEWS_GAPS, WORK
from milepost.store.values import from_json, moment, to_json

GAPS_OF = select(NEWS_GAPS.c.told).where(
    NEWS_GAPS.c.carrier == bindparam("carrier"), Among(NEWS_GAPS.c.lane, "lanes")
)
_gaps = postgresql.insert(NEWS_GAPS)
PUT_GAPS = _gaps.on_conflict_do_update(
    index_elements=[NEWS_GAPS.c.carrier, NEWS_GAPS.c.lane, NEWS_GAPS.c.stage],
    set_=replaced(_gaps, NEWS_GAPS, "carrier", "lane", "stage"),
)
HEALTH_OF = select(CARRIER_HEALTH.c.carrier, CARRIER_HEALTH.c.told).where(
    Among(CARRIER_HEALTH.c.carrier, "carriers")
)
ASKS = select(WORK.c.key, WORK.c.due_at, WORK.c.token).where(
    Among(WORK.c.key, "keys"), WORK.c.state == literal_column("'due'")
)
_health = postgresql.insert(CARRIER_HEALTH)
PUT_HEALTH = _health.on_conflict_do_update(
    index_elements=[CARRIER_HEALTH.c.carrier], set_=replaced(_health, CARRIER_HEALTH, "carrier")
)
ALL_GAPS = select(NEWS_GAPS.c.told).limit(bindparam("rows"))


class CarrierReads(Shelf):
    async def news_gaps(self, carrier: str, lanes: Sequence[str]) -> list[NewsGaps]:
        """What is known of these lanes, every stage."""
        asked = {"carrier": carrier, "lanes": texts(lanes)}
        return [from_json(NewsGaps, told) for (told,) in await self._session.rows(GAPS_OF, asked)]

    async def carrier_health(self, carriers: Sequence[str]) -> dict[str, CarrierHealth]:
        """Of those that were asked."""
        found = await self._session.rows(HEALTH_OF, {"carriers": texts(carriers)})
        return {carrier: from_json(CarrierHealth, told) for carrier, told in found}

    async def pace(self, carrier: str) -> Pace:
        """As the last survey found it."""
        found = await self._session.rows(MARK, {"name": f"pace:{carrier}"})
        return from_json(Pace, found[0][0]) if found else FREE

    async def asks(self, keys: Sequence[str]) -> dict[str, datetime]:
        """When standing orders to ask are due, by key; what a worker has in hand counts as due long ago."""
        found = await self._session.rows(ASKS, {"keys": texts(keys)})
        return {key: moment(0 if token else due_at) for key, due_at, token in found}

    async def all_news_gaps(self, limit: int) -> list[NewsGaps]:
        """Of every carrier, lane and stage."""
        return [from_json(NewsGaps, told) for (told,) in await self._session.rows(ALL_GAPS, {"rows": limit})]


class CarrierWrites(CarrierReads):
    async def put_news_gaps(self, gaps: Iterable[NewsGaps]) -> None:
        """Add or replace by carrier, lane and stage."""
        rows = [
            {"carrier": one.carrier, "lane": one.lane, "stage": one.stage, "told": to_json(one)}
            for one in gaps
        ]
        if rows:
            await self._session.run(PUT_GAPS, rows)

    async def put_pace(self, carrier: str, pace: Pace) -> None:
        """Replace it."""
        await self._session.run(SET_MARK, [{"name": f"pace:{carrier}", "value": to_json(pace)}])

    async def put_carrier_health(self, health: CarrierHealth) -> None:
        """Add or replace by carrier."""
        await self._session.run(PUT_HEALTH, [{"carrier": health.carrier, "told": to_json(health)}])
