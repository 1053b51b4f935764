"""Keeps what people were told: notices, tries to send them, the inbox, and who asked to be told."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Select, bindparam, insert, select
from sqlalchemy.dialects import postgresql

from milepost.model.notices import Attempt, Notice
from milepost.model.people import Subscription
from milepost.ports.notices import InboxEntry
from milepost.ports.rows import Page
from milepost.store.shelf import Shelf, rows_to_ask, texts, wall, walled
from milepost.store.sql.compiled import Among
from milepost.store.tables import ATTEMPTS, INBOX, NOTICES, SMS_FATES, SUBSCRIPTIONS
from milepost.store.values import INTEGER_MAX, from_cursor, from_json, micros, moment, to_cursor, to_json

ADD_NOTICE = (
    postgresql.insert(NOTICES).on_conflict_do_nothing(index_elements=[NOTICES.c.key]).returning(NOTICES.c.key)
)
NOTICE = select(NOTICES.c.facts).where(NOTICES.c.key == bindparam("key"))
NEWEST = (
    select(NOTICES.c.seq, NOTICES.c.facts)
    .where(NOTICES.c.seq < bindparam("before"))
    .order_by(NOTICES.c.seq.desc())
    .limit(bindparam("rows"))
)
ADD_ATTEMPT = insert(ATTEMPTS)
ATTEMPTS_OF = (
    select(ATTEMPTS, SMS_FATES.c.status, SMS_FATES.c.error)
    .select_from(ATTEMPTS.outerjoin(SMS_FATES, SMS_FATES.c.message_id == ATTEMPTS.c.message_id))
    .where(Among(ATTEMPTS.c.notice_key, "keys"))
    .order_by(ATTEMPTS.c.seq)
)

ADD_TO_INBOX = postgresql.insert(INBOX).on_conflict_do_nothing(index_elements=[INBOX.c.notice_key])
NEWEST_IN_INBOX = (
    select(INBOX.c.notice_key, INBOX.c.at, INBOX.c.sealed, NOTICES.c.facts)
    .select_from(INBOX.join(NOTICES, NOTICES.c.key == INBOX.c.notice_key))
    .order_by(INBOX.c.seq.desc())
    .limit(bindparam("rows"))
)

_put = postgresql.insert(SUBSCRIPTIONS)
PUT_SUBSCRIPTION = _put.on_conflict_do_update(
    index_elements=[
        SUBSCRIPTIONS.c.shop_id,
        SUBSCRIPTIONS.c.order_number,
        SUBSCRIPTIONS.c.channel,
        SUBSCRIPTIONS.c.address_index,
    ],
    set_={"sealed": _put.excluded.sealed},
)
SUBSCRIPTIONS_OF = (
    select(SUBSCRIPTIONS.c.channel, SUBSCRIPTIONS.c.address_index, SUBSCRIPTIONS.c.sealed)
    .where(
        SUBSCRIPTIONS.c.shop_id == bindparam("shop_id"),
        SUBSCRIPTIONS.c.order_number == bindparam("order_number"),
    )
    .order_by(SUBSCRIPTIONS.c.seq)
)


class NoticeWrites(Shelf):
    async def put_notices(self, notices: Sequence[Notice]) -> set[str]:
        """Keep decided notices; the keys that were not known."""
        rows = [
            {
                "key": notice.key,
                "shop_id": notice.shop_id,
                "order_number": notice.order_number,
                "facts": to_json(notice),
            }
            for notice in notices
        ]
        return {row[0] for row in await self._session.each(ADD_NOTICE, rows)}

    async def add_attempt(self, attempt: Attempt) -> None:
        row = {
            "notice_key": attempt.notice_key,
            "at": micros(attempt.at),
            "number": attempt.number,
            "outcome": str(attempt.outcome),
            "detail": attempt.detail,
            "message_id": attempt.message_id,
        }
        await self._session.run(ADD_ATTEMPT, [row])

    async def put_inbox(self, notice: Notice, subject: str, text: str, at: datetime) -> None:
        """One entry per notice; the notice must have been put before. Sealed."""
        sealed = self._sealer.seal(msgspec.json.encode((subject, text)), "inbox", (notice.key,))
        row = {"notice_key": notice.key, "shop_id": notice.shop_id, "at": micros(at), "sealed": sealed}
        await self._session.run(ADD_TO_INBOX, [row])

    async def put_subscription(self, subscription: Subscription) -> None:
        """Add or replace by order, channel and address; sealed."""
        address = self._sealer.blind("address", subscription.address.strip().casefold())
        key = {
            "shop_id": subscription.shop_id,
            "order_number": subscription.order_number,
            "channel": subscription.channel,
            "address_index": address,
        }
        sealed = self._sealer.seal(msgspec.json.encode(subscription), "subscriptions", tuple(key.values()))
        await self._session.run(PUT_SUBSCRIPTION, [{**key, "sealed": sealed}])


class NoticeReads(Shelf):
    async def notice(self, key: str) -> Notice | None:
        found = await self._session.rows(NOTICE, {"key": key})
        return from_json(Notice, found[0][0]) if found else None

    async def notices(
        self,
        *,
        shop_ids: Sequence[str] | None,
        cursor: str | None,
        limit: int,
        order_number: str | None = None,
    ) -> Page[tuple[Notice, tuple[Attempt, ...]]]:
        """Newest first, each with its attempts, oldest first. Raises CursorError."""
        (before,) = from_cursor(cursor, (INTEGER_MAX,))
        asked = rows_to_ask(limit)
        given = {} if order_number is None else {"order_number": order_number}
        statement = walled(_filtered(of_order=bool(given)), NOTICES.c.shop_id, shop_ids)
        parameters = {"before": before, "rows": asked, **given, **wall(shop_ids)}
        found = await self._session.rows(statement, parameters)
        shown = [(row[0], from_json(Notice, row[1])) for row in found[: asked - 1]]
        attempts = await self._attempts([notice.key for _, notice in shown])
        after = to_cursor(shown[-1][0]) if len(found) == asked else None
        return Page(
            rows=tuple((notice, tuple(attempts[notice.key])) for _, notice in shown), next_cursor=after
        )

    async def _attempts(self, keys: list[str]) -> dict[str, list[Attempt]]:
        found: dict[str, list[Attempt]] = {key: [] for key in keys}
        for _, key, at, number, outcome, detail, message_id, status, error in await self._session.rows(
            ATTEMPTS_OF, {"keys": texts(keys)}
        ):
            found[key].append(
                Attempt(
                    notice_key=key,
                    at=moment(at),
                    number=number,
                    outcome=outcome,
                    detail=detail,
                    message_id=message_id,
                    fate=" ".join(part for part in (status, error) if part),
                )
            )
        return found

    async def inbox(self, shop_ids: Sequence[str] | None, limit: int) -> list[InboxEntry]:
        """Newest first."""
        statement = walled(NEWEST_IN_INBOX, INBOX.c.shop_id, shop_ids)
        parameters = {"rows": rows_to_ask(limit) - 1, **wall(shop_ids)}
        return [self._entry(row) for row in await self._session.rows(statement, parameters)]

    def _entry(self, row: tuple[Any, ...]) -> InboxEntry:
        key, at, sealed, facts = row
        subject, text = from_json(tuple[str, str], self._sealer.open(sealed, "inbox", (key,)))
        return InboxEntry(notice=from_json(Notice, facts), subject=subject, text=text, at=moment(at))

    async def subscriptions(self, shop_id: str, order_number: str) -> list[Subscription]:
        """All of them, ended ones too, in the order they were first asked for."""
        about = {"shop_id": shop_id, "order_number": order_number}
        found = []
        for channel, address, sealed in await self._session.rows(SUBSCRIPTIONS_OF, about):
            place = (shop_id, order_number, channel, address)
            found.append(from_json(Subscription, self._sealer.open(sealed, "subscriptions", place)))
        return found


@cache
def _filtered(*, of_order: bool) -> Select[Any]:
    return NEWEST.where(NOTICES.c.order_number == bindparam("order_number")) if of_order else NEWEST
