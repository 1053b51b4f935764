"""Keeps what programs are told: messages as they are sent, to whom, and each try."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql

from milepost.model.webhooks import (
    Endpoint,
    Happening,
    Sending,
    SendingState,
    WebhookAttempt,
    WebhookMessage,
)
from milepost.store.shelf import Shelf, rows_to_ask, texts
from milepost.store.sql.compiled import Among
from milepost.store.sql.engine import Row
from milepost.store.tables import (
    WEBHOOK_ATTEMPTS,
    WEBHOOK_MESSAGES,
    WEBHOOK_SENDINGS,
    WEBHOOK_SEQUENCES,
)
from milepost.store.values import (
    INTEGER_MAX,
    from_cursor,
    micros,
    moment,
    to_cursor,
)

KNOWN = select(WEBHOOK_MESSAGES.c.message_id).where(Among(WEBHOOK_MESSAGES.c.message_id, "ids"))
_number = postgresql.insert(WEBHOOK_SEQUENCES)
NUMBER = _number.on_conflict_do_update(
    index_elements=[WEBHOOK_SEQUENCES.c.shop_id, WEBHOOK_SEQUENCES.c.subject],
    set_={"last": WEBHOOK_SEQUENCES.c.last + _number.excluded.last},
).returning(WEBHOOK_SEQUENCES.c.shop_id, WEBHOOK_SEQUENCES.c.subject, WEBHOOK_SEQUENCES.c.last)
ADD_MESSAGE = postgresql.insert(WEBHOOK_MESSAGES).on_conflict_do_nothing(
    index_elements=[WEBHOOK_MESSAGES.c.message_id]
)
MESSAGE = (
    WEBHOOK_MESSAGES.c.message_id,
    WEBHOOK_MESSAGES.c.kind,
    WEBHOOK_MESSAGES.c.shop_id,
    WEBHOOK_MESSAGES.c.subject,
    WEBHOOK_MESSAGES.c.sequence,
    WEBHOOK_MESSAGES.c.at,
    WEBHOOK_MESSAGES.c.body,
)
MESSAGES = (
    select(*MESSAGE).where(Among(WEBHOOK_MESSAGES.c.message_id, "ids")).order_by(WEBHOOK_MESSAGES.c.seq)
)

_sending = postgresql.insert(WEBHOOK_SENDINGS)
PUT_SENDING = _sending.on_conflict_do_update(
    index_elements=[WEBHOOK_SENDINGS.c.endpoint_id, WEBHOOK_SENDINGS.c.message_id],
    set_={"state": _sending.excluded.state, "at": _sending.excluded.at},
)
TRIED = (
    update(WEBHOOK_SENDINGS)
    .where(
        WEBHOOK_SENDINGS.c.endpoint_id == bindparam("endpoint"),
        WEBHOOK_SENDINGS.c.message_id == bindparam("message"),
    )
    .values(tries=WEBHOOK_SENDINGS.c.tries + 1)
    .returning(WEBHOOK_SENDINGS.c.tries)
)
STATE = select(WEBHOOK_SENDINGS.c.state).where(
    WEBHOOK_SENDINGS.c.endpoint_id == bindparam("endpoint"),
    WEBHOOK_SENDINGS.c.message_id == bindparam("message"),
)
ADD_ATTEMPT = postgresql.insert(WEBHOOK_ATTEMPTS)
_joined = WEBHOOK_SENDINGS.join(
    WEBHOOK_MESSAGES, WEBHOOK_MESSAGES.c.message_id == WEBHOOK_SENDINGS.c.message_id
)
NEWEST = (
    select(WEBHOOK_SENDINGS.c.seq, WEBHOOK_SENDINGS.c.state, *MESSAGE)
    .select_from(_joined)
    .where(
        WEBHOOK_SENDINGS.c.endpoint_id == bindparam("endpoint"), WEBHOOK_SENDINGS.c.seq < bindparam("before")
    )
    .order_by(WEBHOOK_SENDINGS.c.seq.desc())
    .limit(bindparam("rows"))
)
ATTEMPTS_OF = (
    select(WEBHOOK_ATTEMPTS)
    .where(
        Among(WEBHOOK_ATTEMPTS.c.message_id, "ids"), WEBHOOK_ATTEMPTS.c.endpoint_id == bindparam("endpoint")
    )
    .order_by(WEBHOOK_ATTEMPTS.c.seq)
)
_taken = (
    select(WEBHOOK_SENDINGS.c.seq)
    .where(
        WEBHOOK_SENDINGS.c.message_id == WEBHOOK_MESSAGES.c.message_id,
        WEBHOOK_SENDINGS.c.endpoint_id == bindparam("endpoint"),
        WEBHOOK_SENDINGS.c.state == bindparam("taken"),
    )
    .exists()
)
OF_TIME = (
    select(*MESSAGE)
    .where(
        WEBHOOK_MESSAGES.c.shop_id == bindparam("shop"),
        WEBHOOK_MESSAGES.c.at >= bindparam("since"),
        WEBHOOK_MESSAGES.c.at < bindparam("until"),
    )
    .order_by(WEBHOOK_MESSAGES.c.at, WEBHOOK_MESSAGES.c.seq)
    .limit(bindparam("rows"))
)
MISSED = OF_TIME.where(~_taken)
OLD = (
    select(WEBHOOK_MESSAGES.c.message_id)
    .where(WEBHOOK_MESSAGES.c.at < bindparam("before"))
    .order_by(WEBHOOK_MESSAGES.c.at)
    .limit(bindparam("rows"))
)
FORGET = tuple(
    delete(table).where(Among(table.c.message_id, "ids"))
    for table in (WEBHOOK_ATTEMPTS, WEBHOOK_SENDINGS, WEBHOOK_MESSAGES)
)


class WebhookWrites(Shelf):
    async def add_webhook_messages(self, happenings: Sequence[Happening]) -> list[WebhookMessage]:
        """Number and keep them; those whose key was known are left out."""
        by_id = {one.message_id: one for one in happenings}
        known = {row[0] for row in await self._session.rows(KNOWN, {"ids": texts(by_id)})}
        new = [one for message_id, one in by_id.items() if message_id not in known]
        if not new:
            return []
        last = await self._numbered(Counter((one.shop_id, one.subject) for one in new))
        messages = []
        for one in reversed(new):  # the last of a subject has its last number
            messages.append(one.message(last[one.shop_id, one.subject]))
            last[one.shop_id, one.subject] -= 1
        messages.reverse()
        await self._session.run(ADD_MESSAGE, [_message_row(one) for one in messages])
        return messages

    async def _numbered(self, wanted: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Take as many numbers of each subject as are wanted; the last one taken."""
        rows = [
            {"shop_id": shop, "subject": subject, "last": count}
            for (shop, subject), count in sorted(wanted.items())  # in one order, so that no two writers cross
        ]
        return {(row[0], row[1]): row[2] for row in await self._session.each(NUMBER, rows)}

    async def webhook_messages(self, message_ids: Sequence[str]) -> list[WebhookMessage]:
        found = await self._session.rows(MESSAGES, {"ids": texts(message_ids)})
        return [_message(row) for row in found]

    async def put_webhook_sendings(
        self, sendings: Sequence[tuple[str, WebhookMessage]], state: SendingState, at: datetime
    ) -> None:
        """Messages on their way to endpoints `(endpoint_id, message)`: added, or set to this state."""
        rows = [
            {
                "endpoint_id": endpoint_id,
                "message_id": message.message_id,
                "shop_id": message.shop_id,
                "state": state.value,
                "at": micros(at),
            }
            for endpoint_id, message in sendings
        ]
        if rows:
            await self._session.run(PUT_SENDING, rows)

    async def add_webhook_attempt(self, attempt: WebhookAttempt) -> None:
        """Keep one try; its number is counted here."""
        which = {"endpoint": attempt.endpoint_id, "message": attempt.message_id}
        counted = await self._session.rows(TRIED, which)
        row = {
            "endpoint_id": attempt.endpoint_id,
            "message_id": attempt.message_id,
            "shop_id": attempt.shop_id,
            "at": micros(attempt.at),
            "number": counted[0][0] if counted else 1,
            "outcome": attempt.outcome,
            "status": attempt.status,
            "detail": attempt.detail,
            "took_ms": attempt.took_ms,
        }
        await self._session.run(ADD_ATTEMPT, [row])

    async def sweep_webhooks(self, before: datetime, limit: int) -> int:
        """Forget messages from before, with their tries; how many messages, at most `limit`."""
        found = await self._session.rows(OLD, {"before": micros(before), "rows": limit})
        ids = [row[0] for row in found]
        if ids:
            for statement in FORGET:
                await self._session.run(statement, [{"ids": ids}])
        return len(ids)


class WebhookReads(Shelf):
    async def webhook_message(self, message_id: str) -> WebhookMessage | None:
        found = await self._session.rows(MESSAGES, {"ids": [message_id]})
        return _message(found[0]) if found else None

    async def webhook_state(self, endpoint_id: str, message_id: str) -> SendingState | None:
        """What became of a message at an endpoint; None when it was never meant for it."""
        found = await self._session.rows(STATE, {"endpoint": endpoint_id, "message": message_id})
        return SendingState(found[0][0]) if found else None

    async def webhook_sendings(
        self, endpoint_id: str, *, cursor: str | None, limit: int, state: str | None = None
    ) -> tuple[list[Sending], str | None]:
        """Newest first, each with its tries; and the cursor of the next page. Raises CursorError."""
        (before,) = from_cursor(cursor, (INTEGER_MAX,))
        asked = rows_to_ask(limit)
        given = {} if state is None else {"state": state}
        parameters = {"endpoint": endpoint_id, "before": before, "rows": asked, **given}
        found = await self._session.rows(_newest(of_state=bool(given)), parameters)
        shown = found[: asked - 1]
        tries = await self._tries(endpoint_id, [row[2] for row in shown])
        sendings = [
            Sending(
                endpoint_id=endpoint_id,
                message=_message(row[2:]),
                state=SendingState(row[1]),
                attempts=tuple(tries.get(row[2], ())),
            )
            for row in shown
        ]
        return sendings, to_cursor(shown[-1][0]) if len(found) == asked else None

    async def _tries(self, endpoint_id: str, ids: list[str]) -> dict[str, list[WebhookAttempt]]:
        tries: dict[str, list[WebhookAttempt]] = {}
        for row in await self._session.rows(ATTEMPTS_OF, {"ids": texts(ids), "endpoint": endpoint_id}):
            _, endpoint, message_id, shop_id, at, number, outcome, status, detail, took_ms = row
            one = WebhookAttempt(
                endpoint_id=endpoint,
                message_id=message_id,
                shop_id=shop_id,
                at=moment(at),
                number=number,
                outcome=outcome,
                status=status,
                detail=detail,
                took_ms=took_ms,
            )
            tries.setdefault(message_id, []).append(one)
        return tries

    async def webhook_missed(
        self, endpoint: Endpoint, since: datetime, until: datetime, *, everything: bool, limit: int
    ) -> list[WebhookMessage]:
        """Messages of `[since, until)` it subscribed to and did not take (or all), oldest first."""
        parameters: dict[str, Any] = {
            "shop": endpoint.shop_id,
            "since": micros(since),
            "until": micros(until),
            "rows": limit,
        }
        statement: Select[Any] = OF_TIME
        if not everything:
            statement = MISSED
            parameters |= {"endpoint": endpoint.endpoint_id, "taken": SendingState.SENT.value}
        found = [_message(row) for row in await self._session.rows(statement, parameters)]
        return [one for one in found if endpoint.wants(one.kind)]


@cache
def _newest(*, of_state: bool) -> Select[Any]:
    return NEWEST.where(WEBHOOK_SENDINGS.c.state == bindparam("state")) if of_state else NEWEST


def _message_row(one: WebhookMessage) -> dict[str, object]:
    return {
        "message_id": one.message_id,
        "shop_id": one.shop_id,
        "kind": one.kind,
        "subject": one.subject,
        "sequence": one.sequence,
        "at": micros(one.at),
        "body": one.body,
    }


def _message(row: Row) -> WebhookMessage:
    message_id, kind, shop_id, subject, sequence, at, body = row
    return WebhookMessage(
        message_id=message_id,
        kind=kind,
        shop_id=shop_id,
        subject=subject,
        sequence=sequence,
        at=moment(at),
        body=body,
    )
