"""When something is wrong: what happened, what it means, what to do, by when, and whose move it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from milepost.model.exceptions import DeliveryException, Mover, Severity
from milepost.model.journeys import Journey
from milepost.model.statuses import Status
from milepost.react.words import WORDS
from milepost.show.buyer.windows import zone_or_none
from milepost.show.glossary import about_exception
from milepost.show.moments import day
from milepost.tongues.speech import mark, retold, say

SHOWN_MAX = 2
BY_TIME_ALONE = frozenset({"late", "silent", "no_first_scan"})
"""Opened because time passed; where something else is wrong as well, that explains them."""

SELLERS_ONLY = frozenset({"carrier_doubted"})
"""Says nothing of the parcel: a question to those who chose."""

WHAT_NOW, WHAT_IT_MEANS = mark("What to do now"), mark("What this means")
MOVES = {
    Mover.BUYER: mark("Your move"),
    Mover.SELLER: mark("The seller’s move"),
    Mover.CARRIER: mark("The carrier’s move"),
}
NOTHING_TO_DO = {
    Mover.SELLER: mark("You need not do anything: the seller sees this too."),
    Mover.CARRIER: mark("You need not do anything: we keep watching, and show here what changes."),
    Mover.BUYER: "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """One open exception for people."""

    kind: str
    title: str
    what: str
    to_do: str
    by_when: str  # only where the buyer has to act
    whose_move: str
    is_yours: bool
    tone: str
    more: str  # the glossary's page about it


def shown(exceptions: Iterable[DeliveryException], journey: Journey) -> tuple[DeliveryException, ...]:
    """The open ones that are the buyer's business: not what the delivery already answered."""
    if journey.status in (Status.DELIVERED, Status.RETURNED, Status.CANCELLED):
        return ()
    found = [one for one in exceptions if one.is_open and one.kind in WORDS and one.kind not in SELLERS_ONLY]
    said_otherwise = [one for one in found if one.kind not in BY_TIME_ALONE]
    return tuple(said_otherwise[:SHOWN_MAX] or found[:1])


def banner(one: DeliveryException, zone: str | None, headline: str) -> Banner:
    """What a buyer reads about it. A title that the headline says already says what comes next instead."""
    words = WORDS[one.kind]
    is_theirs = one.mover is Mover.BUYER
    by_when = day(one.act_by.astimezone(zone_or_none(zone) or UTC)) if one.act_by and is_theirs else ""
    title = say(words.title)
    return Banner(
        kind=one.kind,
        title=title if title != headline else say(WHAT_NOW if is_theirs else WHAT_IT_MEANS),
        what=say(words.what),
        to_do=retold(words.buyer or NOTHING_TO_DO[one.mover]),
        by_when=by_when,
        whose_move=say(MOVES[one.mover]),
        is_yours=is_theirs,
        tone="bad" if one.severity is Severity.CRITICAL else "warn",
        more=about_exception(one.kind, one.reason),
    )
