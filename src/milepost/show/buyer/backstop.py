"""What happens if it never comes: the shop's own promise, and three steps with their dates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from markupsafe import Markup

from milepost.model.exceptions import DeliveryException
from milepost.model.journeys import Journey
from milepost.model.promises import DELIVERY, Promise
from milepost.model.statuses import Status
from milepost.react.reach import Advice
from milepost.settings import ShopPolicy
from milepost.show.buyer.windows import Window
from milepost.show.moments import day
from milepost.tongues.speech import mark, retold, say, say_marked

SELLER_AFTER = timedelta(days=2)
"""A parcel is often there two days late; then the seller's word with the carrier counts for more."""

OVER = mark("It was to be here by <b>%(day)s</b>. %(who)s %(makes_good)s: ask them now.")
NOT_YET = mark("Not here by <b>%(day)s</b>? %(who)s %(makes_good)s.")
OVERDUE_KINDS = frozenset({"late", "silent", "missing", "no_first_scan", "lost", "destroyed"})
NOT_OVERDUE = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED, Status.AVAILABLE_FOR_PICKUP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Backstop:
    """The line that makes waiting easy: by when, and who makes it good."""

    sentence: Markup
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueStep:
    """One of the three. `state` is done, at or ahead; `when` is empty where no day is known."""

    title: str
    when: str
    what: str
    state: str


def first_due(promises: Iterable[Promise], zone: str | None) -> date | None:
    """The last day of the window that was named first, by whomever; by the clock at the door."""
    told = [one for one in promises if one.name == DELIVERY]
    first = min(told, key=lambda one: one.said_at, default=None)
    return Window.of(first, zone).to_at.date() if first else None


def backstop(
    journey: Journey, due_on: date | None, policy: ShopPolicy, shop_name: str, today: date
) -> Backstop | None:
    """None where the shop promises nothing, no day was ever named, or the parcel's way is over."""
    if due_on is None or policy.backstop_days <= 0 or journey.status in NOT_OVERDUE:
        return None
    by_on = _backstop_on(due_on, policy)
    is_over = by_on < today
    told = OVER if is_over else NOT_YET
    makes_good = {"who": shop_name or say("The seller"), "makes_good": retold(policy.makes_good)}
    return Backstop(sentence=say_marked(told, day=_said(by_on), **makes_good), is_over=is_over)


def overdue_steps(
    journey: Journey,
    exceptions: Sequence[DeliveryException],
    due_on: date | None,
    *,
    policy: ShopPolicy,
    advice: Sequence[Advice],
    today: date,
) -> tuple[OverdueStep, ...]:
    """The carrier, the seller, the claim: shown once it is late, silent or lost."""
    is_wrong = any(one.kind in OVERDUE_KINDS for one in exceptions)
    is_late = due_on is not None and due_on < today
    if journey.status in NOT_OVERDUE or not (is_wrong or is_late):
        return ()
    opened_on = min((one.opened_at.date() for one in exceptions), default=today)
    ask_on = due_on + timedelta(days=1) if due_on is not None and is_late else opened_on
    seller_on = ask_on + SELLER_AFTER
    by_on = _backstop_on(due_on, policy) if due_on is not None and policy.backstop_days > 0 else None
    last_on = min((one.last_on for one in advice if one.last_on), default=None)
    claim_on = by_on or last_on
    at = _at(today, [ask_on, seller_on, claim_on])
    told = (
        (
            say("Ask the carrier"),
            _from(ask_on),
            say("They can look for it. Have the tracking number at hand."),
        ),
        (
            say("Tell the seller"),
            _from(seller_on),
            say("They have the contract with the carrier, and can start a search."),
        ),
        (say("The claim"), _from(claim_on) if claim_on else "", _claim(by_on, last_on, policy)),
    )
    return tuple(
        OverdueStep(
            title=title,
            when=when,
            what=what,
            state="done" if place < at else "at" if place == at else "ahead",
        )
        for place, (title, when, what) in enumerate(told)
    )


def _backstop_on(due_on: date, policy: ShopPolicy) -> date:
    return due_on + timedelta(days=policy.backstop_days)


def _at(today: date, days: Sequence[date | None]) -> int:
    """The last step whose day has come; the first one before that."""
    return max((place for place, one in enumerate(days) if one is not None and one <= today), default=0)


def _claim(by_on: date | None, last_on: date | None, policy: ShopPolicy) -> str:
    told = [say("The seller makes it good with you.")]
    if by_on:
        told = [say("The seller %(makes_good)s.", makes_good=retold(policy.makes_good))]
    if last_on:
        told.append(say("The carrier takes their claim until %(day)s.", day=_said(last_on)))
    return " ".join(told)


def _from(on: date) -> str:
    return say("From %(day)s", day=_said(on))


def _said(on: date) -> str:
    return day(datetime.combine(on, time(), UTC))
