"""How often news of a parcel comes, when it last did, and when we ask again: in plain words for a page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
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
from milepost.show.moments import DAY_S, HOUR_S, clock, days_off, near_day
from milepost.tongues.speech import mark, mark_many, say, say_many

WHEN_IT_IS = {
    "waiting": mark("%(carrier)s usually reports %(every)s before the first scan"),
    "moving": mark("%(carrier)s usually reports %(every)s on the way"),
    "door": mark("%(carrier)s usually reports %(every)s at the door"),
    "troubled": mark("%(carrier)s usually reports %(every)s while something is in its way"),
}
ON_THIS_ROUTE = mark("%(carrier)s usually reports %(every)s on this route")
TOO_FEW = mark("We assume that %(carrier)s reports %(every)s")
EVERY = {
    "minute": mark_many("every %(num)s minute", "every %(num)s minutes"),
    "hour": mark_many("every hour", "every %(num)s hours"),
    "day": mark_many("every day", "every %(num)s days"),
}
DAYS_FROM_S = 47 * HOUR_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """One parcel's, as facts: it is read before it is known in which language a page says it."""

    carrier: str
    sentence: str  # one of WHEN_IT_IS, ON_THIS_ROUTE and TOO_FEW
    gap_s: float
    heard_at: datetime | None
    due_at: datetime | None
    zone: str | None
    is_asking: bool  # it is due now
    now: datetime = field(repr=False)  # two pages that differ in nothing else look the same

    @property
    def usual(self) -> str:
        """`UPS usually reports every 9 hours on this route`: part of a sentence."""
        return say(self.sentence, carrier=self.carrier, every=every(self.gap_s))

    @property
    def again(self) -> str:
        """`we ask again by 2:20 pm EST`; the day too, when it is another one. Nothing when nobody will."""
        if self.due_at is None:
            return ""
        if self.is_asking:
            return say("we are asking again now")
        local = self.due_at.astimezone(zone_or_none(self.zone) or UTC)
        at = f"{clock(local)} {local.tzname()}"
        if days_off(local, self.now) == 0:
            return say("we ask again by %(clock)s", clock=at)
        return say("we ask again by %(day)s, %(clock)s", day=near_day(local, self.now), clock=at)


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
    sentence, gap_s = how_often(gaps, lane, stage(journey.status))
    key, now = polls.key_of(row.shipment), app.clock.now()
    due_at = (await reads.asks([key])).get(key)
    if due_at is None and row.last_heard_at is None:
        return None
    return Rhythm(
        carrier=carrier.card.name,
        sentence=sentence,
        gap_s=gap_s,
        heard_at=row.last_heard_at,
        due_at=due_at,
        zone=door.zone,
        is_asking=due_at is not None and due_at <= now,
        now=now,
    )


def how_often(gaps: Sequence[NewsGaps], lane: str, at: str) -> tuple[str, float]:
    """A sentence and its seconds: of the route, or of the carrier, or assumed, and then it says so."""
    known = {one.lane: one.usual_s for one in gaps if one.stage == at}
    if (usual_s := known.get(lane)) is not None and lane != ANY_LANE:
        return ON_THIS_ROUTE, usual_s
    if (usual_s := known.get(ANY_LANE)) is not None:
        return WHEN_IT_IS[at], usual_s
    return TOO_FEW, TYPICAL_GAP_S[at]


def every(seconds: float) -> str:
    """`every hour`, `every 9 hours`, `every 3 days`, `every 40 minutes`."""
    if seconds < 0.75 * HOUR_S:
        return say_many(*EVERY["minute"], max(10, round(seconds / 600) * 10))
    number, noun = (seconds / HOUR_S, "hour") if seconds < DAYS_FROM_S else (seconds / DAY_S, "day")
    return say_many(*EVERY[noun], round(number))
