"""One scan in our words, as one source told it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from milepost.model.instants import Instant
from milepost.model.places import Place
from milepost.model.statuses import Evidence, Responsible, Status


class Identity(NamedTuple):
    """What makes two readings one stored fact. Near copies (a push and a poll) are joined in `record`."""

    source: str
    number: str  # tracking number, or `order:<number>` when told of the whole order
    code: str
    when: str  # UTC to the second, or the wall clock when unzoned
    place: str
    text: str


@dataclass(frozen=True, kw_only=True)
class TrackingEvent:
    """One scan in our words. Never edited, never deleted.

    `status` None is a note: it says nothing of where the parcel is. `unknown` is a code we cannot read.
    """

    source: str
    shop_id: str | None
    order_number: str | None  # set when the source told it of an order
    tracking_number: str | None
    occurred: Instant
    heard_at: datetime  # UTC
    status: Status | None
    reason: str | None
    responsible: Responsible | None
    evidence: Evidence
    code: str
    description: str  # the source's own words
    place: Place
    report_hash: str  # where to find the bytes

    @property
    def subject(self) -> str:
        """The number it was told under."""
        return self.tracking_number or f"order:{self.order_number}"

    def of_shop(self, shop_id: str | None) -> "TrackingEvent":
        """The same scan as one shop's own; its identity is the same in every shop."""
        twin = object.__new__(TrackingEvent)
        vars(twin).update(vars(self), shop_id=shop_id)  # with its identity, if that is known already
        return twin

    @property
    def identity(self) -> Identity:
        """Two events with the same identity are the same scan, however often reported."""
        when = self.occurred.wall_clock
        if self.occurred.utc is not None:
            when = self.occurred.utc.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
        return Identity(
            self.source,
            self.subject,
            self.code,
            when,
            self.place.raw.line.casefold(),
            self.description.casefold(),
        )

    @cached_property  # asked for again and again while a batch is recorded
    def event_id(self) -> str:
        """Opaque and stable: 32 hex digits of SHA-256 over the identity."""
        return hashlib.sha256("\x1f".join(self.identity).encode()).hexdigest()[:32]
