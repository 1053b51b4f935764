"""The journey as a reader's list: our words large, the source's words small, newest first, by local day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from milepost.model.events import BY_HAND, TrackingEvent
from milepost.model.instants import OffsetSource
from milepost.model.journeys import Journey, JourneyEvent
from milepost.model.statuses import Status
from milepost.show.buyer.sight import Sight
from milepost.show.buyer.windows import zone_or_none
from milepost.show.moments import clock, day, offset_name
from milepost.show.words.sentences import scans
from milepost.tongues.speech import mark, say

SHOWN_MAX = 6
"""Scans shown at once; the older ones are folded away."""

LOCAL_TIME = mark("local time")
SAYS_ALL = frozenset(
    {
        Status.DELIVERED,
        Status.RETURN_IN_TRANSIT,
        Status.RETURNED,
        Status.CANCELLED,
        Status.LOST,
        Status.DESTROYED,
    }
)
"""After these the reason adds nothing to what a scan is called."""

TROUBLE = frozenset({Status.HELD, Status.ATTEMPTED, Status.LOST, Status.DESTROYED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One scan for people. Two sources that tell of one scan are one row with two raw lines."""

    title: str
    icon: str
    town: str
    country: str  # only where it is another one than the destination's
    raw: tuple[tuple[str, str], ...]  # who wrote it, and what
    time: str
    zone: str
    machine_time: str
    is_problem: bool
    by_hand: bool  # a person of the shop entered it, nobody scanned


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The scans of one local date."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Newest day first."""

    recent: tuple[Day, ...]
    older: tuple[Day, ...]
    older_count: int


def timeline(
    journey: Journey, *, sight: Sight, names: Mapping[str, str], home: str, zone: str | None, now: datetime
) -> Timeline:
    """All scans of a journey. `home` is the destination's country name, `zone` its IANA zone."""
    if sight.is_public:
        return Timeline(recent=(), older=(), older_count=0)
    zones = _zones_on_the_way(journey, zone)
    told = [_row(together, sight, names, home, zones[together[0].event_id]) for together in _steps(journey)]
    return Timeline(
        recent=_days(told[:SHOWN_MAX], now, zone),
        older=_days(told[SHOWN_MAX:], now, zone),
        older_count=max(0, len(told) - SHOWN_MAX),
    )


def _steps(journey: Journey) -> list[list[JourneyEvent]]:
    """Events that tell of one scan together; the newest step first."""
    steps: dict[str, list[JourneyEvent]] = {}
    for scan in journey.standing:
        steps.setdefault(scan.step, []).append(scan)
    return [_best_first(together) for together in reversed(list(steps.values()))]


def _zones_on_the_way(journey: Journey, zone: str | None) -> dict[str, str | None]:
    """The zone to show a bare instant without a place in: that of the place before it, or the door's.

    The instant is exact either way; only the clock it is shown by is chosen.
    """
    zones: dict[str, str | None] = {}
    current = zone
    for scan in journey.events:
        located = scan.event.place.located
        current = located.zone if located and located.zone else current
        zones[scan.event_id] = current
    return zones


def _best_first(together: list[JourneyEvent]) -> list[JourneyEvent]:
    """The one that says most stands for the step: a place, a reason, the most words."""
    return sorted(
        together,
        key=lambda scan: (
            scan.event.place.raw.is_empty,
            scan.event.reason is None,
            -len(scan.event.description),
        ),
    )


def _row(
    together: Sequence[JourneyEvent], sight: Sight, names: Mapping[str, str], home: str, zone: str | None
) -> tuple[date, Row]:
    event = together[0].event
    town, country = sight.town(event.place), sight.country(event.place)
    title, icon = called(event, town)
    when, zone_name = _local(event, zone)
    return when.date(), Row(
        title=title,
        icon=icon,
        town=town,
        country=country if country != home else "",
        raw=tuple(_raw(together, sight, names)),
        time=clock(when),
        zone=zone_name,
        machine_time=when.isoformat(timespec="seconds") if event.occurred.utc else event.occurred.wall_clock,
        by_hand=all(scan.event.source == BY_HAND for scan in together),
        is_problem=event.status in TROUBLE or (event.reason is not None and event.status not in SAYS_ALL),
    )


def called(event: TrackingEvent, town: str) -> tuple[str, str]:
    """What a scan is called, and its icon."""
    words = scans()
    if event.reason in words.reasons and event.status not in SAYS_ALL:
        title, icon = words.reasons[event.reason]
        return say(title), icon
    if event.status is None:
        return say(words.notes.title), words.notes.icon
    if event.status in (Status.IN_TRANSIT, Status.ACCEPTED):
        said = event.description.casefold()
        for phrase in words.phrases:
            if any(part in said for part in phrase.contains) and (town or "%(place)s" not in phrase.title):
                return say(phrase.title, place=town.partition(",")[0]), phrase.icon
    title, icon = words.statuses[event.status.value]
    return say(title), icon


def _raw(
    together: Iterable[JourneyEvent], sight: Sight, names: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    seen = set()
    for scan in together:
        text = sight.scrubbed(scan.event.description)
        who = names.get(scan.event.source, scan.event.source)
        if text and (who, text) not in seen:
            seen.add((who, text))
            yield who, text


def _local(event: TrackingEvent, zone: str | None) -> tuple[datetime, str]:
    """Local time where it happened, and what to call that time. Unzoned: the clock on the wall, said so."""
    instant = event.occurred
    if instant.source is OffsetSource.UNZONED or instant.utc is None:
        return datetime.fromisoformat(instant.wall_clock).replace(tzinfo=UTC), say(LOCAL_TIME)
    place = zone_or_none(event.place.located.zone if event.place.located else None)
    if place is None and event.place.raw.is_empty and not instant.offset_minutes:
        place = zone_or_none(zone)
    local = instant.utc.astimezone(place) if place else instant.local or instant.utc
    name = local.tzname() or ""
    return local, name if place and name.isalpha() else offset_name(local.utcoffset() or UTC.utcoffset(None))


def _days(rows: Sequence[tuple[date, Row]], now: datetime, zone: str | None) -> tuple[Day, ...]:
    days: dict[date, list[Row]] = {}
    for when, row in rows:
        days.setdefault(when, []).append(row)
    today = now.astimezone(zone_or_none(zone) or UTC).date()
    return tuple(Day(name=_day_name(when, today), rows=tuple(told)) for when, told in days.items())


def _day_name(when: date, today: date) -> str:
    name = day(datetime(when.year, when.month, when.day, tzinfo=UTC))
    near = {0: mark("Today · %(day)s"), 1: mark("Yesterday · %(day)s")}.get((today - when).days)
    return say(near, day=name) if near else name
