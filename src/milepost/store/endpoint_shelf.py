"""Keeps the addresses of programs: sealed, with how they fare."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql

from milepost.model.webhooks import Endpoint, Secret
from milepost.store.shelf import Shelf, replaced, texts, wall, walled
from milepost.store.sql.compiled import Among
from milepost.store.sql.engine import Row
from milepost.store.tables import WEBHOOK_ATTEMPTS, WEBHOOK_ENDPOINTS, WEBHOOK_SENDINGS
from milepost.store.values import from_json, micros, micros_or_none, moment_or_none

ENDPOINT = (
    WEBHOOK_ENDPOINTS.c.endpoint_id,
    WEBHOOK_ENDPOINTS.c.shop_id,
    WEBHOOK_ENDPOINTS.c.sealed,
    WEBHOOK_ENDPOINTS.c.disabled_at,
    WEBHOOK_ENDPOINTS.c.disabled_why,
    WEBHOOK_ENDPOINTS.c.failing_since,
    WEBHOOK_ENDPOINTS.c.told_share,
    WEBHOOK_ENDPOINTS.c.paused_until,
)
_put = postgresql.insert(WEBHOOK_ENDPOINTS)
PUT_ENDPOINT = _put.on_conflict_do_update(
    index_elements=[WEBHOOK_ENDPOINTS.c.endpoint_id], set_=replaced(_put, WEBHOOK_ENDPOINTS, "endpoint_id")
)
OF_SHOPS = (
    select(*ENDPOINT).where(Among(WEBHOOK_ENDPOINTS.c.shop_id, "shops")).order_by(WEBHOOK_ENDPOINTS.c.seq)
)
ALL = select(*ENDPOINT).order_by(WEBHOOK_ENDPOINTS.c.seq)
ONE = select(*ENDPOINT).where(WEBHOOK_ENDPOINTS.c.endpoint_id == bindparam("id"))
FAILED = (
    update(WEBHOOK_ENDPOINTS)
    .where(WEBHOOK_ENDPOINTS.c.endpoint_id == bindparam("id"))
    .values(failing_since=func.coalesce(WEBHOOK_ENDPOINTS.c.failing_since, bindparam("now")))
)
WORKED = (
    update(WEBHOOK_ENDPOINTS)
    .where(WEBHOOK_ENDPOINTS.c.endpoint_id == bindparam("id"), WEBHOOK_ENDPOINTS.c.failing_since.is_not(None))
    .values(failing_since=None, told_share=0)
)
END_PAUSES = (
    update(WEBHOOK_ENDPOINTS)
    .where(WEBHOOK_ENDPOINTS.c.paused_until > bindparam("now"))
    .values(paused_until=None)
)
DROP_ATTEMPTS = delete(WEBHOOK_ATTEMPTS).where(
    WEBHOOK_ATTEMPTS.c.message_id.in_(
        select(WEBHOOK_SENDINGS.c.message_id).where(WEBHOOK_SENDINGS.c.endpoint_id == bindparam("id"))
    ),
    WEBHOOK_ATTEMPTS.c.endpoint_id == bindparam("id"),
)
DROP = (
    DROP_ATTEMPTS,
    delete(WEBHOOK_SENDINGS).where(WEBHOOK_SENDINGS.c.endpoint_id == bindparam("id")),
    delete(WEBHOOK_ENDPOINTS).where(WEBHOOK_ENDPOINTS.c.endpoint_id == bindparam("id")),
)


class _Hidden(msgspec.Struct):
    """What is sealed of an endpoint."""

    url: str
    description: str
    types: tuple[str, ...]
    secrets: tuple[Secret, ...]
    created_at: datetime


class EndpointRows(Shelf):
    """Both sides open what is sealed."""

    def _opened(self, row: Row) -> Endpoint:
        endpoint_id, shop_id, sealed, disabled_at, disabled_why, failing_since, told_share, paused_until = row
        opened = self._sealer.open(sealed, "webhook_endpoints", (shop_id, endpoint_id))
        hidden = from_json(_Hidden, opened)
        return Endpoint(
            endpoint_id=endpoint_id,
            shop_id=shop_id,
            url=hidden.url,
            description=hidden.description,
            types=hidden.types,
            secrets=hidden.secrets,
            created_at=hidden.created_at,
            disabled_at=moment_or_none(disabled_at),
            disabled_why=disabled_why,
            failing_since=moment_or_none(failing_since),
            told_share=told_share,
            paused_until=moment_or_none(paused_until),
        )


class EndpointWrites(EndpointRows):
    async def webhook_endpoints(self, shop_ids: Collection[str]) -> list[Endpoint]:
        """All endpoints of these shops, disabled ones too, in the order in which they were added."""
        found = await self._session.rows(OF_SHOPS, {"shops": texts(shop_ids)})
        return [self._opened(row) for row in found]

    async def put_webhook_endpoint(self, endpoint: Endpoint) -> None:
        """Add or replace by id, health included; sealed."""
        hidden = _Hidden(
            url=endpoint.url,
            description=endpoint.description,
            types=endpoint.types,
            secrets=endpoint.secrets,
            created_at=endpoint.created_at,
        )
        sealed = self._sealer.seal(
            msgspec.json.encode(hidden), "webhook_endpoints", (endpoint.shop_id, endpoint.endpoint_id)
        )
        row = {
            "endpoint_id": endpoint.endpoint_id,
            "shop_id": endpoint.shop_id,
            "sealed": sealed,
            "disabled_at": micros_or_none(endpoint.disabled_at),
            "disabled_why": endpoint.disabled_why,
            "failing_since": micros_or_none(endpoint.failing_since),
            "told_share": endpoint.told_share,
            "paused_until": micros_or_none(endpoint.paused_until),
        }
        await self._session.run(PUT_ENDPOINT, [row])

    async def drop_webhook_endpoint(self, endpoint_id: str) -> None:
        """Forget it and what was sent there."""
        for statement in DROP:
            await self._session.run(statement, [{"id": endpoint_id}])

    async def webhook_failed(self, endpoint_id: str, at: datetime) -> Endpoint | None:
        """Its failures count from now unless they did; the endpoint as it stands then."""
        await self._session.run(FAILED, [{"id": endpoint_id, "now": micros(at)}])
        found = await self._session.rows(ONE, {"id": endpoint_id})
        return self._opened(found[0]) if found else None

    async def webhook_worked(self, endpoint_id: str) -> None:
        """A message was taken: no failures, nothing to tell its owner."""
        await self._session.run(WORKED, [{"id": endpoint_id}])

    async def end_webhook_pauses(self, now: datetime) -> None:
        """Pauses that would last beyond `now` are over."""
        await self._session.run(END_PAUSES, [{"now": micros(now)}])


class EndpointReads(EndpointRows):
    async def webhooks(self, shop_ids: Sequence[str] | None) -> list[Endpoint]:
        """In the order in which they were added."""
        statement = walled(ALL, WEBHOOK_ENDPOINTS.c.shop_id, shop_ids)
        return [self._opened(row) for row in await self._session.rows(statement, wall(shop_ids))]

    async def webhook(self, endpoint_id: str) -> Endpoint | None:
        found = await self._session.rows(ONE, {"id": endpoint_id})
        return self._opened(found[0]) if found else None
