"""How often news of a parcel comes, when it last did, and when we ask again: in plain words for a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from milepost.forecast.stages import origin_country
from milepost.model.gaps import ANY_LANE, NewsGaps
from milepost.model.journeys import Journey
from milepost.model.polling import TYPICAL_GAP_S, stage
from milepost.ports.app import App
from milepost.ports.rows import ShipmentRow
from milepost.ports.store import Reads
from milepost.react import polls
from milepost.show.buyer.windows import zone_or_none
from milepost.show.moments import DAY_S, HOUR_S, clock, counted, near_day

WHEN_IT_IS = {
    "waiting": "before the first scan",
    "moving": "on the way",
    "door": "at the door",
    "troubled": "while something is in its way",
}
DAYS_FROM_S = 47 * HOUR_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """One parcel's. `usual` and `again` are parts of a sentence; the page says the age of the last news."""

    usual: str
    heard_at: datetime | None
    again: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where it goes, and the zone (IANA) the page tells times in; UTC when it is not known."""

    country: str
    zone: str | None = None


async def rhythm(app: App, reads: Reads, row: ShipmentRow, journey: Journey, door: Door) -> Rhythm | None:
    """Of a parcel that somebody asks about; None of one that ended, or whose carrier nobody can ask."""
    carrier = app.carriers.get(row.shipment.carrier or "")
    if carrier is None or journey.status.is_terminal or row.shipment.superseded:
        return None
    lane = f"{origin_country(journey)}>{door.country}".casefold()
    gaps = await reads.news_gaps(carrier.card.key, [lane, ANY_LANE])
    usual = usually(carrier.card.name, gaps, lane, stage(journey.status))
    key = polls.key_of(row.shipment)
    due_at = (await reads.asks([key])).get(key)
    again = _again(due_at, app.clock.now(), door.zone) if due_at else ""
    if not again and row.last_heard_at is None:
        return None
    return Rhythm(usual=usual, heard_at=row.last_heard_at, again=again)


def usually(name: str, gaps: Sequence[NewsGaps], lane: str, at: str) -> str:
    """`UPS usually reports every 9 hours on this route`; honest where too few parcels were seen to say."""
    known = {one.lane: one.usual_s for one in gaps if one.stage == at}
    if (usual_s := known.get(lane)) is not None and lane != ANY_LANE:
        return f"{name} usually reports every {lasting(usual_s)} on this route"
    if (usual_s := known.get(ANY_LANE)) is not None:
        return f"{name} usually reports every {lasting(usual_s)} {WHEN_IT_IS[at]}"
    assumed = lasting(TYPICAL_GAP_S[at])
    return f"We have seen too few parcels to say how often {name} reports; we reckon with every {assumed}"


def lasting(seconds: float) -> str:
    """`hour`, `9 hours`, `3 days`, `40 minutes`: what follows `every`."""
    if seconds < 0.75 * HOUR_S:
        return counted(max(10, round(seconds / 600) * 10), "minute")
    number, noun = (seconds / HOUR_S, "hour") if seconds < DAYS_FROM_S else (seconds / DAY_S, "day")
    return noun if round(number) == 1 else counted(round(number), noun)


def _again(due_at: datetime, now: datetime, zone: str | None) -> str:
    """`we ask again by 2:20 pm EST`; the day too, when it is another one."""
    if due_at <= now:
        return "we are asking again now"
    local = due_at.astimezone(zone_or_none(zone) or UTC)
    near = near_day(local, now)
    on = "" if near == "today" else f"{near}, "
    return f"we ask again by {on}{clock(local)} {local.tzname()}"
