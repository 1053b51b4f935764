"""What the store knows of a parcel, put together for the planner."""

from collections.abc import Mapping
from datetime import datetime

from milepost.model.actions import Action
from milepost.model.gaps import ANY_LANE
from milepost.model.polling import Outlook, stage
from milepost.model.statuses import Status
from milepost.ports.app import App
from milepost.ports.carriers import CarrierReads
from milepost.ports.rows import ShipmentRow
from milepost.react import planner, polls


async def usual_gaps(reads: CarrierReads, carrier: str) -> dict[str, float]:
    """Seconds between two scans of a carrier, by stage, as far as enough were seen."""
    known = await reads.news_gaps(carrier, [ANY_LANE])
    return {one.stage: usual_s for one in known if (usual_s := one.usual_s) is not None}


def outlook_of(row: ShipmentRow, action: Action, gaps: Mapping[str, float]) -> Outlook:
    """Of a standing order to ask; `gaps` as in `usual_gaps`."""
    status = Status(row.status)
    return Outlook(
        number=row.shipment.tracking_number,
        status=status,
        last_scan_at=row.last_scan_at,
        since=row.shipment.since,
        window=polls.window_of(action.payload),
        usual_gap_s=gaps.get(stage(status)),
    )


def next_parcel_look(
    row: ShipmentRow,
    action: Action,
    now: datetime,
    app: App,
    *,
    gaps: Mapping[str, float],
    pushed: float = 0.0,
    stretch: float = 1.0,
    batch: int = 1,
) -> datetime | None:
    """When this parcel is asked about again, or None: never."""
    return planner.next_poll(
        outlook_of(row, action, gaps),
        now,
        app.settings.polling,
        stretch=stretch,
        pushed=pushed,
        planned_at=action.due_at,
        batch=batch,
    )
