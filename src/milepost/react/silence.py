"""What time alone makes of a parcel: nobody scanned it, it went silent, or it is late."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from milepost.model.changes import Decision, ShipmentChange
from milepost.model.promises import Promise, Promiser
from milepost.model.statuses import BEFORE_ACCEPTANCE, Status
from milepost.react.begun import begun

FIRST_SCAN_WITHIN = timedelta(days=3)
"""From label (or from when we knew of the number) to the first scan."""

HEARING_LAG = timedelta(hours=4)
"""A scan may be made and not heard yet: carriers are asked every three hours on the way."""

DELIVERY_CLOCKS = ("delivery", "delivery_option_required_delivery_time", "delivery_sla_time")
"""Names of promises that say when it arrives, the one that binds most first (taxonomies.md section 8)."""

_PROMISERS = (Promiser.CARRIER, Promiser.MARKETPLACE, Promiser.MILEPOST)
_WAITING_FOR_PEOPLE = frozenset({Status.AVAILABLE_FOR_PICKUP})


@dataclass(frozen=True, slots=True)
class _Rule:
    """One sort of silence: since when it holds, unless something else happens before; and how it ended."""

    kind: str
    since: datetime | None  # from when on it holds; None: it cannot hold now
    due_at: datetime | None  # when it is news: what would end it has had time to be heard
    ended_at: datetime | None  # when what it waited for happened, if known
    ended: str


def decide(
    change: ShipmentChange, now: datetime, silence: timedelta, *, can_be_asked: bool = True
) -> Decision:
    """Silences that began or ended by `now` (aware). Deciding twice opens nothing twice.

    `silence`: without a scan it is improbable that all is well (measured on its lane and stage, or set).
    `can_be_asked`: whether there is a way to ask its carrier at all, given keys.
    """
    opened, resolved = [], []
    for rule in _rules(change, silence, can_be_asked=can_be_asked):
        standing = [found for found in change.exceptions if found.kind == rule.kind]
        holds = rule.due_at is not None and rule.due_at <= now
        if not holds:
            ended_at = rule.ended_at or now
            resolved += [found.resolve(max(ended_at, found.opened_at), rule.ended) for found in standing]
        elif not standing and rule.since is not None:
            opened.append(begun(rule.kind, change.shipment, rule.since, now))
    return Decision(opened=tuple(opened), resolved=tuple(resolved))


def next_watch(
    change: ShipmentChange, now: datetime, silence: timedelta, *, can_be_asked: bool = True
) -> datetime | None:
    """When time alone will make the next news (UTC, after `now`), or None when it cannot any more."""
    rules = _rules(change, silence, can_be_asked=can_be_asked)
    due = [rule.due_at for rule in rules if rule.due_at and rule.due_at > now]
    return min(due, default=None)


def _rules(change: ShipmentChange, silence: timedelta, *, can_be_asked: bool) -> Iterator[_Rule]:
    journey = change.after
    is_unheard_of = _is_unheard_of(change, can_be_asked=can_be_asked)
    is_over = journey.status.is_terminal or change.shipment.superseded or is_unheard_of
    is_waiting = not is_over and journey.status in BEFORE_ACCEPTANCE
    began_at = journey.status_since or change.shipment.created_at
    waited = began_at + FIRST_SCAN_WITHIN if is_waiting else None
    yield _rule("no_first_scan", change, waited, journey.accepted_at, "It was scanned.")
    can_be_silent = not is_over and not is_waiting and journey.status not in _WAITING_FOR_PEOPLE
    last_scan_at = journey.last_scan_at if can_be_silent else None
    silent = last_scan_at + silence if last_scan_at else None
    yield _rule("silent", change, silent, journey.last_scan_at, "It was scanned again.")
    promised = None if is_over or journey.returning else promised_end(change.promises)
    late = promised.to_at if promised else None
    yield _rule("late", change, late, journey.delivered_at, _late_ended(change), lag=HEARING_LAG)


def _rule(
    kind: str,
    change: ShipmentChange,
    since: datetime | None,
    ended_at: datetime | None,
    ended: str,
    *,
    lag: timedelta = timedelta(0),
) -> _Rule:
    """Nothing is news before we have had time to hear the story of an old parcel, piece by piece."""
    known_at = change.shipment.created_at + HEARING_LAG
    due_at = max(since + lag, known_at) if since else None
    return _Rule(kind, since, due_at, ended_at, ended)


def _is_unheard_of(change: ShipmentChange, *, can_be_asked: bool) -> bool:
    """Nobody we could ask has it and nobody ever told of it: its silence says nothing."""
    return (change.shipment.carrier is None or not can_be_asked) and not change.after.events


def promised_end(promises: tuple[Promise, ...]) -> Promise | None:
    """The promise that counts for lateness: the carrier's, else the marketplace's, else our own."""
    for promiser in _PROMISERS:
        for name in DELIVERY_CLOCKS:
            named = [found for found in promises if found.promiser is promiser and found.name == name]
            if named:
                return max(named, key=lambda found: found.said_at)
    return None


def _late_ended(change: ShipmentChange) -> str:
    if change.after.status is Status.DELIVERED:
        return "It was delivered."
    return "The parcel's way ended." if change.after.status.is_terminal else "A later date was named."
