"""The fifteen statuses of a parcel, in the order a parcel lives through them (style.md section 4)."""

from enum import StrEnum


class Status(StrEnum):
    """Where a parcel is in its life. "Late" and "silent" are exceptions, not statuses."""

    EXPECTED = "expected"  # we know of it, the carrier does not
    LABEL_CREATED = "label_created"
    ACCEPTED = "accepted"
    IN_TRANSIT = "in_transit"
    HELD = "held"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AVAILABLE_FOR_PICKUP = "available_for_pickup"
    ATTEMPTED = "attempted"
    DELIVERED = "delivered"
    RETURN_IN_TRANSIT = "return_in_transit"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    LOST = "lost"
    DESTROYED = "destroyed"
    UNKNOWN = "unknown"

    @property
    def stage(self) -> int:
        """How far along a life it stands; used only to break ties between equal instants."""
        return _STAGE[self]

    @property
    def is_terminal(self) -> bool:
        """No more scans are expected (they may still come: delivered can be retracted)."""
        return self in TERMINAL


_STAGE = {status: number for number, status in enumerate(Status)}
TERMINAL = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED, Status.LOST, Status.DESTROYED})
BEFORE_ACCEPTANCE = frozenset({Status.EXPECTED, Status.LABEL_CREATED})


class Evidence(StrEnum):
    """How strongly an event shows that the parcel was there (carriers.md section 11)."""

    PHYSICAL = "physical"  # somebody or something scanned it
    LOGICAL = "logical"  # the carrier computed it
    MESSAGE = "message"  # news about the parcel, not of its movement


class Responsible(StrEnum):
    """Whose doing a problem is."""

    CARRIER = "carrier"
    SHIPPER = "shipper"
    RECEIVER = "receiver"
    CUSTOMS = "customs"
    NATURE = "nature"
    UNKNOWN = "unknown"


_REASONS: dict[str, tuple[Responsible, tuple[str, ...]]] = {
    "receiver": (
        Responsible.RECEIVER,
        (
            "absent",
            "closed",
            "refused",
            "unknown_person",
            "moved",
            "not_collected",
            "asked_later",
            "asked_change",
            "id_or_age_failed",
            "payment_missing",
        ),
    ),
    "address": (Responsible.SHIPPER, ("incomplete", "wrong", "no_unit", "undeliverable_area", "po_box")),
    "access": (
        Responsible.RECEIVER,
        ("no_access", "locker_full", "too_large", "unsafe_place", "security"),
    ),
    "carrier": (
        Responsible.CARRIER,
        (
            "misrouted",
            "damaged",
            "lost",
            "mechanical",
            "late_linehaul",
            "capacity",
            "no_time",
            "label_missing",
            "contents_missing",
        ),
    ),
    "customs": (
        Responsible.CUSTOMS,
        ("in_progress", "papers_missing", "duties_due", "government_hold", "broker", "refused"),
    ),
    "external": (
        Responsible.NATURE,
        ("weather", "disaster", "labor", "traffic", "security_event", "holiday"),
    ),
    "shipper": (
        Responsible.SHIPPER,
        ("data_missing", "not_handed_over", "recalled", "bad_packaging", "prohibited_goods"),
    ),
}

REASONS: dict[str, Responsible] = {
    f"{group}.{detail}": responsible
    for group, (responsible, details) in _REASONS.items()
    for detail in details
}
"""Every reason, `group.detail`, with the party usually responsible (carriers.md section 11)."""
