"""One parcel as every dialect tells it: a line a scan, the carrier's window, who took it if one may know."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from milepost.model.events import TrackingEvent
from milepost.model.instants import SURENESS
from milepost.model.journeys import Journey
from milepost.model.promises import DELIVERY, Promise, Promiser
from milepost.model.shipments import Shipment
from milepost.model.statuses import Status
from milepost.ports.rows import ShipmentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One scan, by the source that knows it best: the carrier itself before those who pass it on."""

    line_id: str
    event: TrackingEvent
    heard_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """A parcel. `lines` are oldest first; `received_by` is empty unless the key may see contacts."""

    row: ShipmentRow
    lines: tuple[Line, ...]
    journey: Journey
    window: Promise | None = None  # the carrier's newest
    tracking_page: str = ""
    received_by: str = ""

    @property
    def shipment(self) -> Shipment:
        """What we know besides the scans."""
        return self.row.shipment

    @property
    def status(self) -> Status:
        """Where it is."""
        return self.journey.status

    @property
    def is_over(self) -> bool:
        """No more news is expected."""
        return self.status.is_terminal

    @property
    def updated_at(self) -> datetime:
        """When we last heard something of it (UTC)."""
        return self.row.last_heard_at or self.shipment.created_at

    def first(self, *statuses: Status) -> TrackingEvent | None:
        """The first scan with one of these statuses."""
        return next((line.event for line in self.lines if line.event.status in statuses), None)


def tracked(
    row: ShipmentRow, journey: Journey, promises: Sequence[Promise], *, page: str = "", received_by: str = ""
) -> Tracked:
    """Put together from what is kept."""
    return Tracked(
        row=row,
        journey=journey,
        lines=tuple(_lines(journey, row.shipment.carrier)),
        window=_window(promises, row.shipment.shipment_id),
        tracking_page=page,
        received_by=received_by,
    )


def local(event: TrackingEvent) -> str | None:
    """ISO 8601 with the offset it was told with; None where none is known."""
    moment = event.occurred.local
    return moment.isoformat(timespec="seconds") if moment else None


def zulu(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def with_offset(moment: datetime | None, offset_minutes: int | None) -> str | None:
    """ISO 8601 in the offset a window was named in, or in UTC."""
    if moment is None:
        return None
    return moment.astimezone(timezone(timedelta(minutes=offset_minutes or 0))).isoformat(timespec="seconds")


def city(event: TrackingEvent) -> str | None:
    """The town, as we understood it or as it was written."""
    located = event.place.located
    return (located.city if located else event.place.raw.city) or None


def region(event: TrackingEvent) -> str | None:
    """State or province."""
    located = event.place.located
    return (located.region if located else "") or event.place.raw.region or None


def country(event: TrackingEvent) -> str | None:
    """ISO 3166 alpha-2 where we know it, else as it was written."""
    located = event.place.located
    return (located.country if located else event.place.raw.country) or None


def _lines(journey: Journey, carrier: str | None) -> Iterable[Line]:
    """One line a step; further sources of the same scan are left out (docs/use/switching.md)."""
    steps: dict[str, list[Line]] = {}
    for scan in journey.standing:
        line = Line(line_id=scan.event_id, event=scan.event, heard_at=scan.first_heard_at)
        steps.setdefault(scan.step, []).append(line)
    for lines in steps.values():
        yield min(
            lines, key=lambda line: (line.event.source != carrier, SURENESS[line.event.occurred.source])
        )


def _window(promises: Iterable[Promise], shipment_id: str) -> Promise | None:
    told = [
        one
        for one in promises
        if (one.shipment_id, one.promiser, one.name) == (shipment_id, Promiser.CARRIER, DELIVERY)
    ]
    return max(told, key=lambda promise: promise.said_at, default=None)
