"""Keeps what text messages cost, who wants none, and what became of them; numbers only as keyed hashes."""

from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql

from milepost.ports.notify import Fare
from milepost.ports.texts import Paid
from milepost.store.shelf import Shelf, replaced
from milepost.store.tables import SMS_DAYS, SMS_FARES, SMS_FATES, SMS_OPT_OUTS
from milepost.store.values import micros

RANKS = {
    "accepted": 1,
    "scheduled": 1,
    "queued": 2,
    "sending": 3,
    "sent": 4,
    "canceled": 5,
    "failed": 6,
    "undelivered": 6,
    "delivered": 7,
    "read": 8,
}
"""How late in a message's life a status comes."""

FARE = select(SMS_FARES.c.seq).where(SMS_FARES.c.key == bindparam("key"))
ADD_FARE = postgresql.insert(SMS_FARES)
FARES_OF_NUMBER = (
    select(func.count())
    .select_from(SMS_FARES)
    .where(SMS_FARES.c.number_index == bindparam("number"), SMS_FARES.c.day == bindparam("day"))
)
ADD_DAY = postgresql.insert(SMS_DAYS).on_conflict_do_nothing(index_elements=[SMS_DAYS.c.day])
SPEND = (
    update(SMS_DAYS)
    .where(
        SMS_DAYS.c.day == bindparam("which"),
        SMS_DAYS.c.micros + bindparam("cost", type_=SMS_DAYS.c.micros.type)
        <= bindparam("most", type_=SMS_DAYS.c.micros.type),
    )
    .values(micros=SMS_DAYS.c.micros + bindparam("cost", type_=SMS_DAYS.c.micros.type))
)
SPENT = select(SMS_DAYS.c.micros).where(SMS_DAYS.c.day == bindparam("day"))

_out = postgresql.insert(SMS_OPT_OUTS)
OPT_OUT = _out.on_conflict_do_update(
    index_elements=[SMS_OPT_OUTS.c.number_index], set_=replaced(_out, SMS_OPT_OUTS, "number_index")
)
OPT_IN = delete(SMS_OPT_OUTS).where(SMS_OPT_OUTS.c.number_index == bindparam("number"))
OPTED_OUT = select(SMS_OPT_OUTS.c.at).where(SMS_OPT_OUTS.c.number_index == bindparam("number"))

_fate = postgresql.insert(SMS_FATES)
PUT_FATE = _fate.on_conflict_do_update(
    index_elements=[SMS_FATES.c.message_id],
    set_=replaced(_fate, SMS_FATES, "message_id"),
    where=_fate.excluded.rank >= SMS_FATES.c.rank,
)


class SmsWrites(Shelf):
    async def pay_fare(self, key: str, shop_id: str, fare: Fare, day: str) -> Paid:
        """Set the money aside before the message is sent; a key pays once, however often it is tried."""
        number = self._sealer.blind("phone number", fare.number)
        if await self._session.rows(OPTED_OUT, {"number": number}):
            return Paid.OPTED_OUT
        if await self._session.rows(FARE, {"key": key}):
            return Paid.YES
        sent = await self._session.rows(FARES_OF_NUMBER, {"number": number, "day": day})
        if sent[0][0] >= fare.per_number_max:
            return Paid.NUMBER
        # The row of the day is changed in one statement, so that no two workers spend the same money.
        await self._session.run(ADD_DAY, [{"day": day, "micros": 0}])
        spend = {"which": day, "cost": fare.micros, "most": fare.day_micros_max}
        if await self._session.run(SPEND, [spend]) == 0:
            return Paid.MONEY
        row = {"key": key, "shop_id": shop_id, "number_index": number, "day": day, "micros": fare.micros}
        await self._session.run(ADD_FARE, [row])
        return Paid.YES

    async def opt_out(self, number: str, at: datetime) -> None:
        """This number wants no messages."""
        index = self._sealer.blind("phone number", number)
        await self._session.run(OPT_OUT, [{"number_index": index, "at": micros(at)}])

    async def opt_in(self, number: str) -> None:
        """It does again."""
        await self._session.run(OPT_IN, [{"number": self._sealer.blind("phone number", number)}])

    async def put_fate(self, message_id: str, status: str, error: str, at: datetime) -> None:
        """What the provider says became of a message; told late, it replaces nothing newer."""
        row = {
            "message_id": message_id,
            "status": status,
            "rank": RANKS.get(status, 0),
            "error": error,
            "at": micros(at),
        }
        await self._session.run(PUT_FATE, [row])


class SmsReads(Shelf):
    async def fares_of(self, day: str) -> int:
        """Millionths of money spent on a day."""
        found = await self._session.rows(SPENT, {"day": day})
        return int(found[0][0]) if found else 0

    async def has_opted_out(self, number: str) -> bool:
        index = self._sealer.blind("phone number", number)
        return bool(await self._session.rows(OPTED_OUT, {"number": index}))
