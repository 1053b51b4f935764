"""Everything that can go wrong with a delivery: how bad it is, whose move it is, until when, and its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from milepost.model.events import TrackingEvent
from milepost.model.exceptions import Mover, Severity
from milepost.model.statuses import Responsible, Status

UNDER_WAY = frozenset(
    {
        Status.ACCEPTED,
        Status.IN_TRANSIT,
        Status.OUT_FOR_DELIVERY,
        Status.AVAILABLE_FOR_PICKUP,
        Status.ATTEMPTED,
        Status.RETURN_IN_TRANSIT,
    }
)
ENDED = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED, Status.DESTROYED})
MOVED_ON = UNDER_WAY | ENDED | {Status.LOST}
TURNED_BACK = ENDED | {Status.RETURN_IN_TRANSIT, Status.LOST}

# The shortest windows that carriers.md section 6 names; a carrier's own card may allow more.
TO_COLLECT = timedelta(days=5)
TO_DECIDE = timedelta(days=5)
TO_CLAIM_DAMAGE = timedelta(days=14)
TO_CLAIM_LOSS = timedelta(days=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of delivery exception. `ends_with`: a later scan of these statuses resolves it."""

    severity: Severity
    mover: Mover
    ends_with: frozenset[Status] = MOVED_ON
    act_within: timedelta | None = None  # from when it happened
    responsible: Responsible = Responsible.UNKNOWN  # when the scan does not say


_WATCH = Kind(severity=Severity.WATCH, mover=Mover.CARRIER)
_ASK_BUYER = Kind(severity=Severity.ACTION, mover=Mover.BUYER, act_within=TO_DECIDE)
_ASK_SELLER = Kind(severity=Severity.ACTION, mover=Mover.SELLER, act_within=TO_DECIDE)
_GONE = Kind(
    severity=Severity.CRITICAL,
    mover=Mover.SELLER,
    ends_with=MOVED_ON - {Status.LOST},
    act_within=TO_CLAIM_LOSS,
    responsible=Responsible.CARRIER,
)

KINDS: Mapping[str, Kind] = {
    "weather": _WATCH,
    "disaster": _WATCH,
    "mechanical": _WATCH,
    "carrier_late": _WATCH,
    "misrouted": _WATCH,
    "security": _WATCH,
    "held": _WATCH,
    "customs": _WATCH,
    "customs_duties": _ASK_BUYER,
    "customs_papers": _ASK_SELLER,
    "customs_seized": _ASK_SELLER,
    "customs_refused": Kind(severity=Severity.CRITICAL, mover=Mover.SELLER, act_within=TO_DECIDE),
    "address": _ASK_BUYER,
    "attempted": Kind(
        severity=Severity.ACTION,
        mover=Mover.BUYER,
        ends_with=TURNED_BACK | {Status.OUT_FOR_DELIVERY, Status.AVAILABLE_FOR_PICKUP},
        act_within=TO_COLLECT,
        responsible=Responsible.RECEIVER,
    ),
    "pickup": Kind(
        severity=Severity.ACTION,
        mover=Mover.BUYER,
        ends_with=TURNED_BACK | {Status.OUT_FOR_DELIVERY},
        act_within=TO_COLLECT,
        responsible=Responsible.RECEIVER,
    ),
    "refused": Kind(
        severity=Severity.ACTION,
        mover=Mover.SELLER,
        ends_with=TURNED_BACK | {Status.OUT_FOR_DELIVERY},
        act_within=TO_DECIDE,
        responsible=Responsible.RECEIVER,
    ),
    "shipper": _ASK_SELLER,
    "prohibited": Kind(severity=Severity.CRITICAL, mover=Mover.SELLER, act_within=TO_DECIDE),
    "damaged": Kind(
        severity=Severity.CRITICAL,
        mover=Mover.SELLER,
        ends_with=ENDED | {Status.OUT_FOR_DELIVERY, Status.LOST},
        act_within=TO_CLAIM_DAMAGE,
        responsible=Responsible.CARRIER,
    ),
    "missing": Kind(
        severity=Severity.ACTION,
        mover=Mover.SELLER,
        act_within=TO_DECIDE,
        responsible=Responsible.CARRIER,
    ),
    "lost": _GONE,
    "destroyed": Kind(
        severity=Severity.CRITICAL,
        mover=Mover.SELLER,
        ends_with=frozenset({Status.DELIVERED, Status.RETURNED}),
        act_within=TO_CLAIM_LOSS,
        responsible=Responsible.CARRIER,
    ),
    "returning": Kind(
        severity=Severity.ACTION, mover=Mover.SELLER, ends_with=ENDED | {Status.LOST}, act_within=TO_DECIDE
    ),
    "delivery_retracted": Kind(
        severity=Severity.CRITICAL,
        mover=Mover.SELLER,
        ends_with=TURNED_BACK,
        act_within=TO_DECIDE,
        responsible=Responsible.CARRIER,
    ),
    "unknown_code": Kind(
        severity=Severity.WATCH, mover=Mover.SELLER, ends_with=frozenset(Status) - {Status.UNKNOWN}
    ),
    # Opened by a scan that contradicts the chosen carrier (react/doubts.py), ended by a person.
    "carrier_doubted": Kind(severity=Severity.ACTION, mover=Mover.SELLER, ends_with=frozenset()),
    # Opened by time alone (react/silence.py).
    "no_first_scan": Kind(severity=Severity.ACTION, mover=Mover.SELLER, responsible=Responsible.SHIPPER),
    "silent": Kind(severity=Severity.ACTION, mover=Mover.SELLER, responsible=Responsible.CARRIER),
    "late": Kind(severity=Severity.WATCH, mover=Mover.CARRIER),
}

_SAYS_MORE_THAN_HELD = ("customs", "address", "security", "damaged", "missing", "prohibited")
_SAYS_MORE_OF_CUSTOMS = ("customs_duties", "customs_papers", "customs_seized", "customs_refused")
TAKEN_OVER: Mapping[str, tuple[str, ...]] = {
    "refused": ("attempted",),
    "lost": ("missing",),
    "destroyed": ("damaged", "missing"),
    **dict.fromkeys(_SAYS_MORE_THAN_HELD, ("held",)),
    **dict.fromkeys(_SAYS_MORE_OF_CUSTOMS, ("held", "customs")),
}
"""A kind that says more ends those that said less."""

_BY_REASON: Mapping[str, str] = {
    "external.weather": "weather",
    "external.disaster": "disaster",
    "external.security_event": "security",
    "access.security": "security",
    "customs.duties_due": "customs_duties",
    "receiver.payment_missing": "customs_duties",
    "customs.papers_missing": "customs_papers",
    "customs.government_hold": "customs_seized",
    "customs.refused": "customs_refused",
    "receiver.refused": "refused",
    "receiver.unknown_person": "address",
    "receiver.moved": "address",
    "carrier.mechanical": "mechanical",
    "carrier.misrouted": "misrouted",
    "carrier.damaged": "damaged",
    "carrier.contents_missing": "damaged",
    "carrier.lost": "missing",
    "shipper.prohibited_goods": "prohibited",
}
_BY_GROUP: Mapping[str, str] = {
    "external": "carrier_late",
    "customs": "customs",
    "address": "address",
    "carrier": "carrier_late",
    "shipper": "shipper",
}
_BY_STATUS: Mapping[Status, str] = {
    Status.HELD: "held",
    Status.ATTEMPTED: "attempted",
    Status.AVAILABLE_FOR_PICKUP: "pickup",
    Status.RETURN_IN_TRANSIT: "returning",
    Status.LOST: "lost",
    Status.DESTROYED: "destroyed",
    Status.UNKNOWN: "unknown_code",
}
_STATUS_SAYS_ALL = frozenset(
    {
        Status.AVAILABLE_FOR_PICKUP,
        Status.RETURN_IN_TRANSIT,
        Status.LOST,
        Status.DESTROYED,
        Status.UNKNOWN,
        Status.DELIVERED,
        Status.RETURNED,
        Status.CANCELLED,
        Status.EXPECTED,
        Status.LABEL_CREATED,
    }
)


def mover_of(kind: str, responsible: Responsible) -> Mover:
    """Whose move it is; where papers are wanted of the receiver it is theirs."""
    if kind == "customs_papers" and responsible is Responsible.RECEIVER:
        return Mover.BUYER
    return KINDS[kind].mover


def kind_of(event: TrackingEvent) -> str | None:
    """What is wrong according to this one scan, or None when nothing is."""
    if event.status is None or (event.status is Status.UNKNOWN and not event.code):
        return None  # a row without any code has no code that somebody could add to a table
    if event.status in _STATUS_SAYS_ALL or not event.reason:
        return _BY_STATUS.get(event.status)
    return kind_of_reason(event.reason) or _BY_STATUS.get(event.status)


def kind_of_status(status: Status) -> str | None:
    """What a status alone makes of a parcel, where no reason is told."""
    return _BY_STATUS.get(status)


def kind_of_reason(reason: str) -> str | None:
    """What a reason alone makes of a parcel on its way; None: that depends on where it is."""
    return _BY_REASON.get(reason) or _BY_GROUP.get(reason.partition(".")[0])
