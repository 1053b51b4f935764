"""How sure we are of a forecast, for a buyer: the odds of each day, and how often we were right."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from milepost.forecast.doorstep import odds
from milepost.forecast.ledger import basis_of
from milepost.forecast.spreads import given_waited
from milepost.model.lessons import Way
from milepost.model.promises import Promise, Promiser
from milepost.show.buyer.windows import reason_of
from milepost.show.moments import short_day
from milepost.tongues.speech import say, say_many

HOUR = timedelta(hours=1)
DAYS_SHOWN = 7
TENTHS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChance:
    """The chance of one day, in words."""

    day: str
    chance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certainty:
    """What a forecast rests on. `percent` is what was measured, empty before enough was."""

    question: str
    percent: str
    reason: str
    measured: str = ""
    days: tuple[DayChance, ...] = ()


def certainty(promise: Promise, country: str, zone: str | None, now: datetime) -> Certainty | None:
    """Of our own window; a carrier's needs no more than its name."""
    if promise.promiser is not Promiser.MILEPOST or not promise.reason:
        return None
    days = _days(promise, country, zone, now)
    if promise.confidence is None or promise.sample_size is None:
        question = say("How sure are we?") if days else say("What is this based on?")
        return Certainty(question=question, percent="", reason=reason_of(promise), days=days)
    return Certainty(
        question=say("How sure are we?"),
        percent=_percent(promise.confidence),
        reason=reason_of(promise),
        measured=_measured(promise.sample_size, promise.confidence),
        days=days,
    )


def _measured(parcels: int, share: float) -> str:
    """Of how many, how many of ten; `%(num)s` is the parcels."""
    tenths = round(share * TENTHS)
    if share == 1:
        return say_many(
            "Of %(num)s parcel like this, all came inside the window we showed.",
            "Of %(num)s parcels like this, all came inside the window we showed.",
            parcels,
        )
    if tenths == 0:
        return say_many(
            "Of %(num)s parcel like this, hardly one came inside the window we showed.",
            "Of %(num)s parcels like this, hardly one came inside the window we showed.",
            parcels,
        )
    return say_many(
        "Of %(num)s parcel like this, %(tenths)s of 10 came inside the window we showed.",
        "Of %(num)s parcels like this, %(tenths)s of 10 came inside the window we showed.",
        parcels,
        tenths=tenths,
    )


def _percent(share: float) -> str:
    """`80 %`, as the language writes it."""
    return say("%(number)s %%", number=round(100 * share))


def _days(promise: Promise, country: str, zone: str | None, now: datetime) -> tuple[DayChance, ...]:
    """The odds of the days to come, as they are by now: what has passed without it counts no more."""
    basis = basis_of(promise)
    if basis is None:
        return ()
    left = given_waited(basis.spread, (now - promise.said_at) / HOUR)
    closed = frozenset(basis.closed_on)
    way = Way(country=country, zone=zone or "")
    found = odds(left, now, way, lambda _carrier, weekday: weekday not in closed)
    likely = sorted(sorted(found, key=lambda one: -one.share)[:DAYS_SHOWN])
    return tuple(
        DayChance(day=short_day(datetime.combine(one.day, time(), UTC)), chance=_percent(one.share))
        for one in likely
    )
