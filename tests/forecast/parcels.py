"""Parcels' stories for tests of the forecast: lines of `day clock status place`, and a history to learn from."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from msgspec import structs

from milepost.forecast.foreteller import Foreteller
from milepost.forecast.stages import origin_country
from milepost.model.lessons import Lesson, Way
from milepost.model.places import Located, Place, Precision, RawPlace
from milepost.model.promises import Promise, Promiser
from milepost.ports.forecast import ForecastFacts
from milepost.record.journey import derive
from tests.react.stories import scan

HOUR = timedelta(hours=1)


def _town(city, region, country, where, zone):
    return Located(
        city=city,
        region=region,
        country=country,
        latitude=where[0],
        longitude=where[1],
        zone=zone,
        precision=Precision.CITY,
        method="test",
    )


TOWNS = {
    "louisville": _town("Louisville", "KY", "US", (38.25, -85.76), "America/Kentucky/Louisville"),
    "chicago": _town("Chicago", "IL", "US", (41.88, -87.63), "America/Chicago"),
    "newark": _town("Newark", "NJ", "US", (40.74, -74.17), "America/New_York"),
    "newyork": _town("New York", "NY", "US", (40.71, -74.01), "America/New_York"),
    "shanghai": _town("Shanghai", "SH", "CN", (31.23, 121.47), "Asia/Shanghai"),
}


def at(text, month=3, year=2026):
    """`5 08:10` is 5 March 2026, 08:10 in New York. March 2026 begins on a Sunday."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    local = datetime(year, month, 1, hour, minute, tzinfo=UTC) + timedelta(days=int(day) - 1)
    return local + 5 * HOUR  # standard time, so that days are easily told apart


@dataclass
class Parcel:
    """One parcel, its ledger, and the forecaster that tells of it. `placed`, and lines, in New York time."""

    teller: Foreteller
    placed: str = "2 09:00"
    service: str = ""
    carrier: str = "acme"
    month: int = 3
    lines: list = field(default_factory=list)
    promises: list = field(default_factory=list)

    def facts(self, now):
        """What is known at that moment."""
        when = now if isinstance(now, datetime) else at(now, self.month)
        events = [event for event in map(self._event, self.lines) if event.heard_at <= when]
        door, journey = TOWNS["newyork"], derive(events)
        way = Way(
            shop="shop",
            carrier=self.carrier,
            service=self.service,
            origin=origin_country(journey),
            country=door.country,
            region=door.region,
            zone=door.zone,
        )
        return ForecastFacts(
            now=when,
            placed_at=at(self.placed, self.month),
            way=way,
            door=door,
            journey=journey,
            promises=[one for one in self.promises if one.said_at <= when],
        )

    def hears(self, line):
        """`4 07:10 out_for_delivery newyork [reason]`: heard when it happened. The forecast that follows."""
        self.lines.append(line)
        return self.waits(" ".join(line.split()[:2]))

    def waits(self, now):
        """Time passes until then; the forecast that follows, and its entries are added."""
        facts = self.facts(now)
        found = self.teller.forecast(facts)
        if found is not None:
            self.promises += self.teller.entries(found, facts, ["1"], "s1")
        return found

    def is_named(self, until, *, said, since=None, kind="estimated"):
        """The carrier names a window."""
        self.promises.append(
            Promise(
                order_number="1",
                shop_id="shop",
                shipment_id="s1",
                promiser=Promiser.CARRIER,
                source=self.carrier,
                name="delivery",
                kind=kind,
                from_at=at(since, self.month) if since else None,
                to_at=at(until, self.month),
                offset_minutes=0,
                said_at=at(said, self.month),
                reason="It was named.",
            )
        )

    @property
    def ours(self):
        """Our entries, oldest first."""
        return [one for one in self.promises if one.promiser is Promiser.MILEPOST]

    @property
    def told(self):
        """`Wed 04 to Fri 06` of each of our entries."""
        return [days(one.from_at, one.to_at) for one in self.ours]

    def lesson(self) -> Lesson:
        """What it teaches, once it was delivered."""
        facts = self.facts(datetime(2099, 1, 1, tzinfo=UTC))
        found = self.teller.lesson(facts, self.promises)
        assert found is not None
        return found

    def _event(self, line):
        day, clock, status, town, *more = line.split()
        when = at(f"{day} {clock}", self.month)
        told = scan(" ".join(["1", "00:00", status, *more]))
        return structs.replace(
            told,
            occurred=structs.replace(told.occurred, utc=when, wall_clock=when.isoformat()[:19]),
            heard_at=when,
            place=Place(raw=RawPlace(text=town), located=TOWNS[town]),
            event_id=f"{self.placed}{line}",
        )


def days(start, end):
    """`Wed 04 to Fri 06`, on New York's calendar."""
    first, last = (moment.astimezone(UTC) - 5 * HOUR for moment in (start, end))
    return f"{first:%a %d} to {last:%a %d}"


def ordinary(teller, day, *, hours=50.0, month=1, carrier="acme", wobble=0.0):
    """A parcel that was accepted on that day of January at five and took so many hours."""
    accepted = at(f"{day} 17:00", month)
    parcel = Parcel(teller, placed=f"{day} 09:00", month=month, carrier=carrier)
    delivered = accepted + (hours + wobble) * HOUR
    local = delivered - 5 * HOUR
    shift = (local - datetime(2026, month, 1, tzinfo=UTC)).days + 1
    parcel.lines = [
        f"{day} 12:00 label_created louisville",
        f"{day} 17:00 accepted louisville",
        f"{day + 1} 20:00 in_transit chicago",
        f"{shift} {local:%H:%M} delivered newyork",
    ]
    return parcel


def taught(teller, count=60, *, now=None, **how):
    """The forecaster after so many ordinary parcels, one every day and hour a little other than the next."""
    lessons = []
    for number in range(count):
        parcel = ordinary(teller, 1 + number % 40, wobble=(number * 7 % 11 - 5) * 1.5, **how)
        lessons.append((number + 1, parcel.lesson()))
    lessons.sort(key=lambda pair: pair[1].delivered_at)
    teller.learn([(number + 1, one) for number, (_, one) in enumerate(lessons)], (), now or at("1 00:00"))
    return teller
