"""One report, understood: events in our words and everything else it told."""

from dataclasses import dataclass
from datetime import datetime

from milepost.model.events import TrackingEvent
from milepost.model.imports import Layout
from milepost.model.orders import OrderFacts
from milepost.model.promises import EtaKind
from milepost.model.reports import Refusal, Report
from milepost.model.scans import ProofTold, ShipmentTold


@dataclass(frozen=True, slots=True, kw_only=True)
class EtaRead:
    """A delivery window a carrier named, with its instants settled (UTC)."""

    source: str
    tracking_number: str
    kind: EtaKind
    from_at: datetime | None
    to_at: datetime
    offset_minutes: int | None  # None: told without an offset and read at a place of unknown zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one report means. A report we could not read at all has only refusals."""

    report: Report
    events: tuple[TrackingEvent, ...] = ()
    etas: tuple[EtaRead, ...] = ()
    proofs: tuple[ProofTold, ...] = ()
    shipments: tuple[ShipmentTold, ...] = ()
    orders: tuple[OrderFacts, ...] = ()
    hints: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[
        str, ...
    ] = ()  # what it says of our access: `authorization_ended`, `authorization_ends WHEN`
    layout: Layout | None = None  # of what people hand in
