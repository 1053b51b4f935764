"""Who is told what: few messages, each once, the newest only when many things come at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from milepost.model.changes import Decision, ShipmentChange
from milepost.model.events import TrackingEvent
from milepost.model.exceptions import DeliveryException, Mover, Severity
from milepost.model.journeys import Journey
from milepost.model.notices import Audience, Notice
from milepost.model.promises import Promise, Promiser
from milepost.model.statuses import Status
from milepost.react.instants import not_before, rests_on
from milepost.react.words import WORDS

INBOX = "inbox"
"""The seller's in-app channel; every other channel can reach a buyer too."""

BUYERS_ONLY = frozenset({"sms", "web_push"})
"""Texts cost money, browsers ask on an order's page; and sellers have their inbox."""

OLDEST_NEWS = timedelta(hours=48)
"""What happened longer ago is history, and nobody is told of it."""

LATER_BY = timedelta(days=1)
"""A promise that moves by less is not worth a message."""

ANOTHER_TIME = timedelta(hours=4)
"""The same status again after this long is a new event to a person: out for delivery on the next day."""

MILESTONES: Mapping[Status, str] = {
    Status.OUT_FOR_DELIVERY: "out_for_delivery",
    Status.DELIVERED: "delivered",
    Status.ATTEMPTED: "attempted",
    Status.AVAILABLE_FOR_PICKUP: "available_for_pickup",
    Status.RETURNED: "returned",
}
ALL_IS_WELL = frozenset({"out_for_delivery", "delivered"})
TOLD_AS_MILESTONE = frozenset({"attempted", "pickup"})
BUYER_IS_TOLD = frozenset({"delivery_retracted", "lost", "destroyed", "damaged"})
"""Not the buyer's move, but their parcel: what they believe would be wrong without it."""


@dataclass(frozen=True, slots=True)
class _News:
    """Something worth telling the buyer."""

    at: datetime
    not_before: datetime  # when it happened at the earliest, or what it follows from did
    name: str  # what happened: the template
    cause: str  # tells it from the same thing at another time
    facts: Callable[[], Mapping[str, str]]  # worked out only if somebody is told
    exception_key: str | None = None


def decide(
    change: ShipmentChange, decision: Decision, channels: Sequence[str], now: datetime
) -> tuple[Notice, ...]:
    """Notices for buyer and seller, addressed when they are sent. `now` is aware.

    `change.new_promises` holds our own new forecast too, `change.promises` the one that stood before it.
    """
    return (*_for_buyer(change, decision, channels, now), *_for_seller(change, decision, channels, now))


def is_problem(notice: Notice) -> bool:
    """Whether somebody who asked to hear of problems only is told (`Subscription.only_problems`)."""
    return notice.template not in ALL_IS_WELL


def _for_buyer(
    change: ShipmentChange, decision: Decision, channels: Sequence[str], now: datetime
) -> Iterator[Notice]:
    news = [found for found in _buyer_news(change, decision) if now - found.at <= OLDEST_NEWS]
    if not news or change.shipment.superseded:
        return
    latest = max(news, key=lambda found: found.at)
    for channel in channels:
        if channel != INBOX:
            yield from _notices(change, latest, Audience.BUYER, channel, now)


def _buyer_news(change: ShipmentChange, decision: Decision) -> Iterator[_News]:
    milestones = list(_milestone(change))
    yield from milestones
    for exception in decision.opened:
        is_theirs = exception.mover is Mover.BUYER and exception.kind not in TOLD_AS_MILESTONE
        if exception.is_open and (is_theirs or exception.kind in BUYER_IS_TOLD):
            yield _exception_news(exception, WORDS[exception.kind].buyer, change)
    if not milestones:  # it names the window by itself; a second message would only say what follows from it
        yield from _promise_later(change)


def _milestone(change: ShipmentChange) -> Iterator[_News]:
    after = change.after
    name = MILESTONES.get(after.status)
    if name is None or after.status_since is None or not change.new_events:
        return
    if not _is_new_stage(change.before, after):
        return
    again = ":again" if after.status is Status.DELIVERED and change.before.delivery_retracted else ""
    cause = f"{after.status_since:%Y-%m-%d}{again}"
    since = not_before(after.status_since, change)
    yield _News(after.status_since, since, name, cause, partial(_facts, change))


def _is_new_stage(before: Journey, after: Journey) -> bool:
    if before.status is not after.status or before.status_since is None or after.status_since is None:
        return True
    return after.status_since - before.status_since >= ANOTHER_TIME


def _promise_later(change: ShipmentChange) -> Iterator[_News]:
    """Our own window moved later by a day or more (the carrier's window is in it when it is current)."""
    if change.after.status.is_terminal or change.after.returning:
        return
    for promise in change.new_promises:
        before = _standing(promise, change.promises)
        if promise.promiser is not Promiser.MILEPOST or before is None:
            continue
        if promise.to_at - before.to_at >= LATER_BY:
            facts = partial(_later_facts, change, before, promise)
            cause = f"{promise.to_at:%Y-%m-%d}"
            yield _News(promise.said_at, rests_on(change), "promise_later", cause, facts)
            return


def _later_facts(change: ShipmentChange, before: Promise, promise: Promise) -> dict[str, str]:
    return _facts(change) | {
        "promised_from": before.from_at.isoformat() if before.from_at else "",
        "promised_to": before.to_at.isoformat(),
        "now_from": promise.from_at.isoformat() if promise.from_at else "",
        "now_to": promise.to_at.isoformat(),
        "why": promise.reason,
        "basis": promise.basis,
    }


def _standing(promise: Promise, promises: Sequence[Promise]) -> Promise | None:
    """What was said before under the same identity, if it was something else."""
    same = [
        found for found in promises if found.identity == promise.identity and found.said_at < promise.said_at
    ]
    return max(same, key=lambda found: found.said_at, default=None)


def _for_seller(
    change: ShipmentChange, decision: Decision, channels: Sequence[str], now: datetime
) -> Iterator[Notice]:
    for exception in decision.opened:
        if not exception.is_open or exception.severity is Severity.WATCH:
            continue
        if now - exception.opened_at > OLDEST_NEWS:
            continue
        news = _exception_news(exception, WORDS[exception.kind].seller, change)
        for channel in channels:
            if channel not in BUYERS_ONLY:
                yield from _notices(change, news, Audience.SELLER, channel, now)


def _exception_news(exception: DeliveryException, to_do: str, change: ShipmentChange) -> _News:
    facts = partial(_exception_facts, exception, to_do, change)
    opened_at, name = exception.opened_at, f"exception_{exception.kind}"
    cause = opened_at.strftime("%Y-%m-%d")
    return _News(opened_at, not_before(opened_at, change), name, cause, facts, exception.key)


def _exception_facts(exception: DeliveryException, to_do: str, change: ShipmentChange) -> dict[str, str]:
    words = WORDS[exception.kind]
    return _facts(change) | {
        "title": words.title,
        "what": words.what,
        "to_do": to_do,
        "act_by": exception.act_by.isoformat() if exception.act_by else "",
        "happened_at": _opened(exception, change),
    }


def _opened(exception: DeliveryException, change: ShipmentChange) -> str:
    scans = (scan for scan in change.after.events if scan.event_id == exception.event_id)
    scan = next(scans, None)
    return _local(scan.event) if scan else exception.opened_at.isoformat()


def _facts(change: ShipmentChange) -> dict[str, str]:
    """What every message may say; the town at most, never a name or an address."""
    place = change.after.last_place
    located = place.located if place else None
    since = change.after.status_since
    told = [scan.event for scan in change.after.events if scan.event.status is not None]
    opening = next((event for event in told if event.occurred.order_key == since), None)
    offsets = [event.occurred.offset_minutes for event in told if event.occurred.offset_minutes]
    return {
        "status": change.after.status.value,
        "happened_at": _local(opening) if opening else since.isoformat() if since else "",
        "offset_minutes": str(offsets[-1]) if offsets else "",
        "place": ", ".join(part for part in (located.city, located.region) if part) if located else "",
        "carrier": change.shipment.provider_name,
        "tracking_number": change.shipment.tracking_number,
    }


def _local(event: TrackingEvent) -> str:
    """When it happened by the clocks where it happened, ISO 8601; without offset when none is known."""
    located, utc = event.place.located, event.occurred.utc
    if utc is None:
        return event.occurred.wall_clock
    if located is not None and located.zone is not None:
        return utc.astimezone(ZoneInfo(located.zone)).isoformat()
    return (event.occurred.local or utc).isoformat()


def _notices(
    change: ShipmentChange, news: _News, audience: Audience, channel: str, now: datetime
) -> Iterator[Notice]:
    """One per order in the shipment for buyers, who switch notices per order; one for the seller."""
    shipment, facts = change.shipment, news.facts()
    for number in shipment.order_numbers:
        yield Notice(
            key=f"{shipment.shipment_id}:{number}:{news.name}:{news.cause}:{audience}:{channel}",
            shop_id=shipment.shop_id,
            order_number=number,
            shipment_id=shipment.shipment_id,
            audience=audience,
            channel=channel,
            template=news.name,
            facts=facts,
            created_at=now,
            exception_key=news.exception_key,
            news_at=news.not_before,
        )
        if audience is Audience.SELLER:
            return
