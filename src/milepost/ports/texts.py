"""Where it is kept what text messages cost, who wants none, and what became of them."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from milepost.ports.notify import Fare


class Paid(StrEnum):
    """Whether a message may be sent, and if not, why."""

    YES = "yes"
    OPTED_OUT = "opted_out"
    NUMBER = "number"  # this number got as many as it may in a day
    MONEY = "money"  # the day's money is spent


class SmsWrites(Protocol):
    """The part of a transaction that has to do with text messages. `day` is a UTC date, ISO."""

    async def pay_fare(self, key: str, shop_id: str, fare: Fare, day: str) -> Paid:
        """Set the money aside before the message is sent; a key pays once, however often it is tried."""
        ...

    async def opt_out(self, number: str, at: datetime) -> None: ...

    async def opt_in(self, number: str) -> None: ...

    async def put_fate(self, message_id: str, status: str, error: str, at: datetime) -> None:
        """What the provider says became of a message; told late, it replaces nothing newer."""
        ...


class SmsReads(Protocol):
    """The part of the store that has to do with text messages."""

    async def fares_of(self, day: str) -> int:
        """Millionths of money spent on a day."""
        ...

    async def has_opted_out(self, number: str) -> bool: ...
