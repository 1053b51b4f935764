"""Keeps whose scans carriers push to us, until when, and how much was first heard that way."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, delete, func, select, tuple_, update
from sqlalchemy.dialects import postgresql

from milepost.model.pushes import (
    EVERY_NUMBER,
    HeardBy,
    PushCount,
    PushHealth,
    PushState,
    PushSubscription,
    health_of,
)
from milepost.ports.pushes import SubscriptionNews
from milepost.store.shelf import Shelf, replaced, texts
from milepost.store.shop_shelf import SET_MARK
from milepost.store.sql.compiled import Among
from milepost.store.tables import MARKS, PUSH_COUNTS, PUSH_SUBSCRIPTIONS, PUSHES
from milepost.store.values import micros, micros_or_none, moment, moment_or_none

LAST = "pushed:"
"""How the marks of the carriers' last pushes begin."""

_put = postgresql.insert(PUSH_SUBSCRIPTIONS)
PUT = _put.on_conflict_do_update(
    index_elements=[PUSH_SUBSCRIPTIONS.c.carrier, PUSH_SUBSCRIPTIONS.c.tracking_number],
    set_=replaced(_put, PUSH_SUBSCRIPTIONS, "carrier", "tracking_number", "pushed_at"),
)
OF_NUMBERS = (PUSH_SUBSCRIPTIONS.c.carrier == bindparam("of")) & Among(
    PUSH_SUBSCRIPTIONS.c.tracking_number, "numbers"
)
ONES = select(
    PUSH_SUBSCRIPTIONS.c.tracking_number,
    PUSH_SUBSCRIPTIONS.c.state,
    PUSH_SUBSCRIPTIONS.c.asked_at,
    PUSH_SUBSCRIPTIONS.c.subscription_id,
    PUSH_SUBSCRIPTIONS.c.until_at,
    PUSH_SUBSCRIPTIONS.c.said,
    PUSH_SUBSCRIPTIONS.c.pushed_at,
).where(OF_NUMBERS)
NOTE = update(PUSH_SUBSCRIPTIONS).where(OF_NUMBERS).values(pushed_at=bindparam("at"))
HEED = (
    update(PUSH_SUBSCRIPTIONS)
    .where(
        PUSH_SUBSCRIPTIONS.c.carrier == bindparam("of"),
        PUSH_SUBSCRIPTIONS.c.subscription_id == bindparam("id"),
    )
    .values(
        state=bindparam("new_state"),
        said=bindparam("why"),
        until_at=func.coalesce(
            bindparam("until", type_=PUSH_SUBSCRIPTIONS.c.until_at.type), PUSH_SUBSCRIPTIONS.c.until_at
        ),
    )
)

_count = postgresql.insert(PUSH_COUNTS)
COUNT = _count.on_conflict_do_update(
    index_elements=[PUSH_COUNTS.c.carrier, PUSH_COUNTS.c.day, PUSH_COUNTS.c.how, PUSH_COUNTS.c.lag_s],
    set_={"scans": PUSH_COUNTS.c.scans + _count.excluded.scans},
)
COUNTS = select(
    PUSH_COUNTS.c.carrier, PUSH_COUNTS.c.day, PUSH_COUNTS.c.how, PUSH_COUNTS.c.lag_s, PUSH_COUNTS.c.scans
).where(PUSH_COUNTS.c.day >= bindparam("since"))
LASTS = select(MARKS.c.name, MARKS.c.value).where(
    MARKS.c.name >= LAST, MARKS.c.name < LAST.removesuffix(":") + ";"
)


_old_ids = (
    select(PUSHES.c.source, PUSHES.c.notification_id)
    .where(Among(PUSHES.c.source, "carriers"), PUSHES.c.at < bindparam("before"))
    .limit(bindparam("most", type_=BigInteger))
)
FORGET_IDS = delete(PUSHES).where(tuple_(PUSHES.c.source, PUSHES.c.notification_id).in_(_old_ids))
_ended = (
    select(PUSH_SUBSCRIPTIONS.c.carrier, PUSH_SUBSCRIPTIONS.c.tracking_number)
    .where(
        Among(PUSH_SUBSCRIPTIONS.c.carrier, "carriers"),
        PUSH_SUBSCRIPTIONS.c.tracking_number != EVERY_NUMBER,
        func.coalesce(PUSH_SUBSCRIPTIONS.c.until_at, PUSH_SUBSCRIPTIONS.c.asked_at) < bindparam("before"),
    )
    .limit(bindparam("most", type_=BigInteger))
)
FORGET_ENDED = delete(PUSH_SUBSCRIPTIONS).where(
    tuple_(PUSH_SUBSCRIPTIONS.c.carrier, PUSH_SUBSCRIPTIONS.c.tracking_number).in_(_ended)
)


class PushWrites(Shelf):
    async def put_push_subscriptions(self, subscriptions: Iterable[PushSubscription]) -> None:
        """Add or replace, by carrier and number; `pushed_at` stays what it was."""
        rows = [
            {
                "carrier": one.carrier,
                "tracking_number": one.tracking_number,
                "state": one.state.value,
                "asked_at": micros(one.asked_at),
                "subscription_id": one.subscription_id,
                "until_at": micros_or_none(one.until_at),
                "said": one.said,
                "pushed_at": None,  # of a new one
            }
            for one in subscriptions
        ]
        if rows:
            await self._session.run(PUT, rows)

    async def heed_push_news(self, carrier: str, news: SubscriptionNews) -> int:
        """Set the state and end of all numbers in one of their subscriptions; how many there are."""
        if not news.subscription_id:
            return 0
        row = {
            "of": carrier,
            "id": news.subscription_id,
            "new_state": news.state.value,
            "why": news.said,
            "until": micros_or_none(news.until_at),
        }
        return await self._session.run(HEED, [row])

    async def note_pushed(self, carrier: str, tracking_numbers: Sequence[str], at: datetime) -> None:
        """Remember when a number was last pushed, and its carrier."""
        numbers = texts(tracking_numbers)
        if numbers:
            await self._session.run(NOTE, [{"of": carrier, "numbers": numbers, "at": micros(at)}])
        await self._session.run(SET_MARK, [{"name": f"{LAST}{carrier}", "value": str(micros(at))}])

    async def forget_pushes(self, carriers: Sequence[str], before: datetime, limit: int) -> int:
        """Forget ids of their pushes, and subscriptions that ended, before that; of each at most `limit`."""
        asked = {"carriers": texts(carriers), "before": micros(before), "most": limit}
        return await self._session.run(FORGET_IDS, [asked]) + await self._session.run(FORGET_ENDED, [asked])

    async def count_pushes(self, counts: Iterable[PushCount]) -> None:
        """Add to what was counted; in one order everywhere, so that no two nodes wait for each other."""
        rows = [
            {
                "carrier": one.carrier,
                "day": one.day,
                "how": one.how.value,
                "lag_s": one.lag_s,
                "scans": one.scans,
            }
            for one in sorted(counts, key=lambda one: (one.carrier, one.day, one.how, one.lag_s))
        ]
        if rows:
            await self._session.run(COUNT, rows)


class PushReads(Shelf):
    async def push_subscriptions(
        self, carrier: str, tracking_numbers: Sequence[str]
    ) -> dict[str, PushSubscription]:
        """By number; those nobody asked for are left out."""
        rows = await self._session.rows(ONES, {"of": carrier, "numbers": texts(tracking_numbers)})
        return {
            number: PushSubscription(
                carrier=carrier,
                tracking_number=number,
                state=PushState(state),
                asked_at=moment(asked_at),
                subscription_id=subscription_id,
                until_at=moment_or_none(until_at),
                said=said,
                pushed_at=moment_or_none(pushed_at),
            )
            for number, state, asked_at, subscription_id, until_at, said, pushed_at in rows
        }

    async def push_health(self, since_day: str) -> dict[str, PushHealth]:
        """By carrier, of what was counted from that day (UTC, ISO date) on."""
        lasts = {
            name.removeprefix(LAST): moment(int(value)) for name, value in await self._session.rows(LASTS)
        }
        counts = [
            PushCount(carrier=carrier, day=day, how=HeardBy(how), lag_s=lag_s, scans=scans)
            for carrier, day, how, lag_s, scans in await self._session.rows(COUNTS, {"since": since_day})
        ]
        carriers = sorted({*lasts, *(one.carrier for one in counts)})
        return {carrier: health_of(carrier, counts, lasts.get(carrier)) for carrier in carriers}
