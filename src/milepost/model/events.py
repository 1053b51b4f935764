"""One scan in our words, as one source told it."""

from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from milepost.model.instants import Instant, clock_of
from milepost.model.places import Place, RawPlace
from milepost.model.statuses import Evidence, Responsible, Status

PLACES_REMEMBERED = 4096
BY_HAND = "by_hand"
"""The source of what a person entered."""

RETRACTS = "retracts "
"""How the code of an entry begins that takes back the event whose id follows."""


class Identity(NamedTuple):
    """What makes two readings one stored fact. Near copies (a push and a poll) are joined in `record`."""

    source: str
    number: str  # tracking number, or `order:<number>` when told of the whole order
    code: str
    when: str  # UTC to the second, or the wall clock when unzoned
    place: str
    text: str


class TrackingEvent(Struct, frozen=True, kw_only=True, gc=False):
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
    certainty: int | None = None
    """Per cent, when its meaning was read from the words of `description`; None: its code told it."""

    event_id: str = ""
    """Opaque and stable: 32 hex digits of SHA-256 over the identity. Left out, it is worked out."""

    def __post_init__(self) -> None:
        """Work the id out once: everything that handles the event asks for it."""
        if not self.event_id:
            told = "\x1f".join(self._identity())
            force_setattr(self, "event_id", sha256(told.encode()).hexdigest()[:32])

    @property
    def subject(self) -> str:
        """The number it was told under."""
        return self.tracking_number or f"order:{self.order_number}"

    @property
    def retracts(self) -> str:
        """Id of the entry that this one takes back. Only a person can, and only what a person entered."""
        is_one = self.source == BY_HAND and self.code.startswith(RETRACTS)
        return self.code.removeprefix(RETRACTS) if is_one else ""

    def of_shop(self, shop_id: str | None) -> "TrackingEvent":
        """The same scan as one shop's own; its identity is the same in every shop."""
        return replace(self, shop_id=shop_id)

    @property
    def identity(self) -> Identity:
        """Two events with the same identity are the same scan, however often reported."""
        return Identity(*self._identity())

    def _identity(self) -> tuple[str, str, str, str, str, str]:
        occurred = self.occurred
        when = occurred.wall_clock
        if occurred.offset_minutes == 0:
            when += "Z"
        elif occurred.utc is not None:
            when = clock_of(occurred.utc) + "Z"
        return (
            self.source,
            self.tracking_number or f"order:{self.order_number}",
            self.code,
            when,
            _folded(self.place.raw),
            self.description.casefold(),
        )


@lru_cache(PLACES_REMEMBERED)  # parcels pass the same hubs all day
def _folded(place: RawPlace) -> str:
    return place.line.casefold()
