"""Drives the real planner, or the habit of others, through a world of parcels under one carrier's quota."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random

from benches.parcels import BEGINNING, Made
from milepost.model.polling import FREE, Left, Outlook, Pace, Quota
from milepost.model.statuses import Status
from milepost.queue.purse import Purse
from milepost.react import planner
from milepost.settings import Polling

MINUTE = timedelta(minutes=1)
HABIT = timedelta(hours=2)
GROUP = 100
"""Due polls taken at once, as a worker takes them (carry/hands.py, LANE_MAX)."""

SURVEY_EVERY = timedelta(minutes=15)
SAMPLE = 300


@dataclass(slots=True)
class Known:
    """What we know of one parcel, and what is to come of it."""

    made: Made
    heard: int = 0

    def outlook(self) -> Outlook:
        """As the store would tell it."""
        last = self.heard - 1
        made = self.made
        return Outlook(
            number=made.number,
            status=made.statuses[last] if self.heard else Status.EXPECTED,
            last_scan_at=made.made_at[last] if self.heard else None,
            since=made.created_at,
            window=made.eta if self.heard > 1 else None,
        )


@dataclass(slots=True)
class Run:
    """One run and what it showed."""

    parcels: Sequence[Made]
    quota: Quota
    days: float
    polling: Polling = field(default_factory=Polling)
    is_planned: bool = True  # by the planner; else the habit
    away: tuple[float, float] | None = None  # days between which nobody works: a restart at the end
    seed: int = 1
    calls: list[tuple[datetime, int]] = field(default_factory=list)  # when, numbers in it
    ages_s: dict[str, list[float]] = field(default_factory=dict)  # by shop; of scans heard
    purse: Purse = field(default_factory=Purse)
    pace: Pace = FREE
    surveyed_at: datetime = BEGINNING - timedelta(days=1)
    _coming: list[Made] = field(default_factory=list)
    _due: list[tuple[datetime, str]] = field(default_factory=list)
    _open: dict[str, Known] = field(default_factory=dict)
    _chance: Random = field(default_factory=Random)

    def go(self) -> "Run":
        """Minute by minute to the end."""
        self._coming = sorted(self.parcels, key=lambda made: made.created_at, reverse=True)
        self._chance = Random(self.seed)
        now, end = BEGINNING, BEGINNING + timedelta(days=self.days)
        while now < end:
            while self._coming and self._coming[-1].created_at <= now:
                made = self._coming.pop()
                self._open[made.number] = Known(made)
                # Those from before the beginning were asked about before: each is somewhere in its beat.
                ago = made.created_at < BEGINNING
                spread = HABIT * planner.share_of(made.number) if ago else timedelta(0)
                heappush(self._due, (now + spread, made.number))
            if not self._is_away(now):
                self._minute(now)
            now += MINUTE
        return self

    def _is_away(self, now: datetime) -> bool:
        return self.away is not None and self.away[0] <= (now - BEGINNING) / timedelta(days=1) < self.away[1]

    def _minute(self, now: datetime) -> None:
        if self.is_planned and now - self.surveyed_at >= SURVEY_EVERY:
            self._survey(now)
        while self._due and self._due[0][0] <= now:
            group = []
            while self._due and self._due[0][0] <= now and len(group) < GROUP:
                group.append(heappop(self._due))
            left = self.purse.left(now, self.quota.per_minute, self.quota.per_day)
            asked, waiting = self._chosen(group, left, now)
            more, until = self._ahead(len(asked), left, now)
            while more > 0 and self._due and self._due[0][0] <= until:
                asked.append(heappop(self._due))
                more -= 1
            for start in range(0, len(asked), self.quota.batch):
                batch = asked[start : start + self.quota.batch]
                if not self.purse.take(now, self.quota.per_minute, self.quota.per_day, 1):
                    raise RuntimeError(f"a call at {now} is over the quota")
                self.calls.append((now, len(batch)))
                for planned_at, number in batch:
                    self._ask(number, planned_at, now)
            for place, (due_at, number) in enumerate(waiting):
                again_at = self._later(due_at, number, place, left, now) if self.is_planned else due_at
                heappush(self._due, (again_at, number))
            if not self.is_planned and waiting:
                return  # it tries again in a minute

    def _chosen(
        self, group: list[tuple[datetime, str]], left: Left, now: datetime
    ) -> tuple[list[tuple[datetime, str]], list[tuple[datetime, str]]]:
        if not self.is_planned:
            room = left.now * self.quota.batch
            return group[:room], group[room:]
        due = [self._waiting(planned_at, number) for planned_at, number in group]
        places = set(planner.admitted(due, self._room(left), now))
        return (
            [one for place, one in enumerate(group) if place in places],
            [one for place, one in enumerate(group) if place not in places],
        )

    def _ahead(self, asked: int, left: Left, now: datetime) -> tuple[int, datetime]:
        if not self.is_planned:
            return -asked % self.quota.batch, now + MINUTE
        return planner.ahead(asked, self._room(left), now, self.polling)

    def _later(self, planned_at: datetime, number: str, place: int, left: Left, now: datetime) -> datetime:
        one = self._waiting(planned_at, number)
        return planner.put_off(one, place, self._room(left), now, self.polling)

    def _room(self, left: Left) -> planner.Room:
        return planner.Room(quota=self.quota, left=left, pace=self.pace)

    def _waiting(self, planned_at: datetime, number: str) -> planner.Waiting:
        made = self._open[number].made
        is_first = timedelta(0) <= planned_at - made.created_at <= MINUTE
        return planner.Waiting(number=number, shop_id=made.shop_id, is_first=is_first)

    def _ask(self, number: str, planned_at: datetime, now: datetime) -> None:
        one = self._open[number]
        made = one.made
        ages = self.ages_s.setdefault(made.shop_id, [])
        while one.heard < len(made.visible_at) and made.visible_at[one.heard] <= now:
            if self._counts(made.visible_at[one.heard]):
                ages.append((now - made.visible_at[one.heard]).total_seconds())
            one.heard += 1
        due_at = self._next(one, planned_at, now)
        if due_at is None:
            del self._open[number]
        else:
            heappush(self._due, (due_at, number))

    def _next(self, one: Known, planned_at: datetime, now: datetime) -> datetime | None:
        outlook = one.outlook()
        if not self.is_planned:
            return None if outlook.status.is_terminal else now + HABIT
        return planner.next_poll(
            outlook,
            now,
            self.polling,
            stretch=self.pace.of(one.made.shop_id),
            planned_at=planned_at,
            batch=self.quota.batch,
        )

    def _survey(self, now: datetime) -> None:
        self.surveyed_at = now
        left = self.purse.left(now, self.quota.per_minute, self.quota.per_day)
        capacity = planner.numbers_per_h(self.quota, left, now)
        numbers = list(self._open)
        some = self._chance.sample(numbers, min(SAMPLE, len(numbers)))
        wishes = [self._wish(self._open[number], now) for number in some]
        counts = Counter(one.made.shop_id for one in self._open.values())
        self.pace = planner.paced(counts, [wish for wish in wishes if wish], capacity)

    def _wish(self, one: Known, now: datetime) -> float | None:
        stretch = self.pace.of(one.made.shop_id)
        return planner.wish_s(one.outlook(), now, self.polling, stretch=stretch)

    def unheard(self, shop_id: str = "big") -> int:
        """Scans of the middle that nobody has heard of at the end."""
        return sum(
            sum(self._counts(at) for at in one.made.visible_at[one.heard :])
            for one in [*self._open.values()]
            if one.made.shop_id == shop_id
        )

    def _counts(self, visible_at: datetime) -> bool:
        """Of the middle of the run: its beginning is not settled, and of its end news is still to come."""
        return 0.3 <= (visible_at - BEGINNING) / timedelta(days=self.days) < 0.7

    def age_s(self, share: float, shop_id: str = "big") -> float | None:
        """Seconds from when a scan could be known to when we knew, of a share of scans; None: never in time.

        Those that were not heard by the end of the run count as older than any.
        """
        ages = sorted(self.ages_s.get(shop_id, []))
        place = int(share * (len(ages) + self.unheard(shop_id)))
        return ages[place] if place < len(ages) else None
