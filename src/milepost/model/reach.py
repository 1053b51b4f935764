"""How to reach a carrier and by which rules it plays: dated facts, with their source and how sure we are."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import quote

WORKING_DAYS = range(5)  # Monday to Friday; holidays are not known here
MONTHS_A_YEAR = 12


class Confidence(StrEnum):
    """How sure we are of a fact (carriers.md, confidence marks)."""

    HIGH = "high"  # read in the carrier's own documents or rules, or measured
    MEDIUM = "medium"  # several independent sources agree
    LOW = "low"  # one other source: not confirmed

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody may act on it without looking it up again."""
        return self is not Confidence.LOW


class ContactKind(StrEnum):
    """What a way to reach a carrier is for."""

    TRACKING = "tracking"  # its page about this number, where a country has its own
    SUPPORT = "support"  # its help pages
    PHONE = "phone"
    CHAT = "chat"
    EMAIL_FORM = "email_form"
    CLAIMS = "claims"
    REDIRECT = "redirect"  # change place or day of a delivery
    HOLD_MAIL = "hold_mail"  # keep everything while the receiver is away


class Topic(StrEnum):
    """What a rule is about."""

    DELIVERY_ATTEMPTS = "delivery_attempts"
    HOLD_FOR_PICKUP = "hold_for_pickup"
    SIGNATURE_OPTIONS = "signature_options"
    CLAIM_DAMAGE = "claim_damage"
    CLAIM_LOSS = "claim_loss"
    LIABILITY = "liability"
    HOLD_MAIL = "hold_mail"
    REDIRECT = "redirect"
    DATA_RETENTION = "data_retention"
    NUMBER_REUSE = "number_reuse"


class Unit(StrEnum):
    """What a rule counts in."""

    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


class CountsFrom(StrEnum):
    """The event from which a rule counts its days."""

    LABEL_CREATED = "label_created"
    SHIPPED = "shipped"
    PROMISED = "promised"  # the day on which it should have been delivered
    ATTEMPTED = "attempted"
    ARRIVED_FOR_PICKUP = "arrived_for_pickup"
    DELIVERED = "delivered"
    LAST_SCAN = "last_scan"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """One way to reach a carrier. `to` is an https address (with `{n}` for the number) or a phone number."""

    kind: ContactKind
    to: str
    source: str
    checked_on: date
    confidence: Confidence
    hours: str = ""  # in the country's own time
    countries: tuple[str, ...] = ()  # ISO alpha-2 where it is of use; empty: anywhere

    def to_about(self, number: str) -> str:
        """Where it leads to, about this number where it takes one."""
        return self.to.replace("{n}", quote(number, safe=""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One rule of a carrier: in words, and in numbers where it has numbers."""

    topic: Topic
    text: str
    source: str
    checked_on: date
    confidence: Confidence
    applies_to: str = ""  # services or places in words; empty: parcels in general
    count: int | None = None  # how often, of delivery attempts
    within: int | None = None  # how long, in `unit`, from `counts_from`
    not_before: int | None = None  # how long one has to wait first, in `unit`
    unit: Unit = Unit.DAYS
    counts_from: CountsFrom | None = None  # None: from which event is not known, so nothing can be computed
    amount: int | None = None  # up to how much, in whole units of `currency`
    currency: str = ""  # ISO 4217
    countries: tuple[str, ...] = ()  # ISO alpha-2 where it holds; empty: anywhere
    crosses_border: bool | None = None  # True: only from one country to another; False: only within one

    def first_day(self, counted_from: date) -> date | None:
        """The first day on which it may be used, when that event was on `counted_from`; None: at once."""
        return (
            None
            if self.not_before is None or not self.counts_from
            else _after(counted_from, self.not_before, self.unit)
        )

    def last_day(self, counted_from: date) -> date | None:
        """The last day on which it may be used, when that event was on `counted_from`; None: not known."""
        return (
            None
            if self.within is None or not self.counts_from
            else _after(counted_from, self.within, self.unit)
        )


def holds_in(countries: tuple[str, ...], country: str) -> bool:
    """Whether something of these countries is of use in this one (ISO alpha-2; empty: not known)."""
    return not countries or not country or country.upper() in countries


def _after(day: date, length: int, unit: Unit) -> date:
    if unit is Unit.MONTHS:
        return _months_after(day, length)
    if unit is Unit.DAYS:
        return day + timedelta(days=length)
    while length:
        day += timedelta(days=1)
        length -= day.weekday() in WORKING_DAYS
    return day


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where it is shorter."""
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))
