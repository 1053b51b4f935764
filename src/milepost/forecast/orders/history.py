"""What has been learned of orders so far, and the estimate that needs nothing else: levels and effects.

Opinions in log days: by the promised days; by what orders took of late that stood at the same place among the
promises of their day, with effects and without; by handling plus transit where places are known. Shops change
overnight how they promise, networks how they carry: none of them is best everywhere, their mean is.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from math import exp, floor, log

from milepost.forecast.orders.peers import Peers
from milepost.forecast.orders.promises import Promises
from milepost.forecast.orders.rows import OrderRow, Stage
from milepost.forecast.orders.ways import Keys, Way, lane_keys, weekday, who_keys

FIRST_DAYS = (9.0, 8.5, 6.0)
"""To the door from purchase, approval and hand-over, before anything is known: a parcel at home."""

HANDLING_FIRST_DAYS = 2.5
HANDLING_COHORT_DAYS = 14.0
LEFT_MIN_DAYS = 0.5
PROMISE_STEP_DAYS = 2
PROMISE_MAX_DAYS = 60
PROMISE_PARTS = 12
PARTS_WEIGHT = 0.4
"""Of handling plus transit, beside the opinions that know nothing of stages."""

PEERS_WEIGHT = 0.25
"""Of what others of equal promise took: it follows the network best, and knows of no seller and no lane."""

SHARED = 1  # the reading of a way that goes by the place of the promise
QUARTERS = 4  # of a day
FEW_WORDS = 12
"""A column with more different words (a category) says much of handling, and little of what follows."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """Log days that are left, each way of thinking for itself."""

    by_days: float
    by_share: float | None
    by_peers: float | None
    by_parts: float | None

    @property
    def mean(self) -> float:
        whole = self.by_days if self.by_share is None else (self.by_days + self.by_share) / 2
        if self.by_peers is not None:
            whole += PEERS_WEIGHT * (self.by_peers - whole)
        return whole if self.by_parts is None else whole + PARTS_WEIGHT * (self.by_parts - whole)


class History:
    """Everything before an instant. Call in order of time: `refresh`, then `came_to` or `delivered`."""

    __slots__ = ("_asked", "_day", "_vocabulary", "handling", "peers", "promises", "transit", "ways")

    def __init__(self) -> None:
        self.ways = {stage: Way(days, readings=2) for stage, days in zip(Stage, FIRST_DAYS, strict=True)}
        self.peers = {stage: Peers() for stage in Stage}
        self.handling = Way(HANDLING_FIRST_DAYS, HANDLING_COHORT_DAYS, half_life_days=60.0, shrinkage=5.0)
        self.transit = Way(FIRST_DAYS[Stage.HANDED_OVER], shrinkage=8.0)
        """Hand-over to door once more, by places alone: what may be said of it before it begins."""
        self.promises = Promises()
        self._vocabulary: dict[str, set[str]] = {}
        self._day: int | None = None
        self._asked: tuple[object, tuple[Keys, Keys]] = (None, ((), ()))  # what was asked last is asked again

    def refresh(self, now: float) -> None:
        """Follow the network, once a day."""
        day = floor(now)
        if day != self._day:
            self._day = day
            for way in (*self.ways.values(), self.handling, self.transit):
                way.refresh(now)
            for peers in self.peers.values():
                peers.refresh(now)

    def came_to(self, row: OrderRow, stage: Stage, now: float) -> None:
        """The order was bought, approved or handed over."""
        if stage is Stage.PURCHASE:
            self.promises.made(row)
            self.handling.begin(row.order_id, now, [handling_keys(row)])
            for name, word in row.words.items():
                known = self._vocabulary.setdefault(name, set())
                if len(known) <= FEW_WORDS:
                    known.add(word)
        elif stage is Stage.HANDED_OVER:
            self.handling.end(row.order_id, now)
            self.transit.begin(row.order_id, now, [transit_keys(row)])
        way, peers = self.ways[stage], self.peers[stage]
        by_peers = None
        if row.promised_at is not None:
            share = self.promises.place(row).share
            by_peers = peers.days(share)
            peers.begin(row.order_id, now, share)
        readings = self.way_keys(row, stage)
        way.begin(row.order_id, now, readings, way.level if by_peers is None else by_peers)

    def delivered(self, row: OrderRow, now: float) -> None:
        """It is there: every way that it began ends."""
        for stage, way in self.ways.items():
            if row.at(stage) is not None:
                way.end(row.order_id, now)
                self.peers[stage].come(row.order_id, now)
        if row.handed_over_at is not None:
            self.transit.end(row.order_id, now)

    def opinions(self, row: OrderRow, stage: Stage, now: float) -> Opinions:
        """What is left at a milestone, said at the milestone itself."""
        way, (keys, shared) = self.ways[stage], self.way_keys(row, stage)
        by_days, by_share, by_peers = way.days(keys, now), None, None
        if row.promised_at is not None:
            by_peers = self.peers[stage].days(self.promises.place(row).share)
            if by_peers is not None:
                by_share = by_peers + way.effects(shared, now, SHARED)
        return Opinions(by_days, by_share, by_peers, self._by_parts(row, stage, now))

    def _by_parts(self, row: OrderRow, stage: Stage, now: float) -> float | None:
        if not row.has_places or not self.transit.has_ended:
            return None
        transit = self.transit.days(transit_keys(row), now)
        if stage is Stage.HANDED_OVER:
            return transit
        handling = exp(self.handling.days(handling_keys(row), now)) - (now - row.purchased_at)
        return log(max(handling, LEFT_MIN_DAYS) + exp(transit))

    def way_keys(self, row: OrderRow, stage: Stage) -> tuple[Keys, Keys]:
        """Whom an order is like on its way, from coarse to fine, in the two readings of its promise."""
        asked = (row.order_id, stage)
        if self._asked[0] != asked:
            self._asked = (asked, self._keys_of(row, stage))
        return self._asked[1]

    def _keys_of(self, row: OrderRow, stage: Stage) -> tuple[Keys, Keys]:
        at = row.at(stage)
        before: list[Hashable] = ["all", ("weekday", weekday(row, row.purchased_at if at is None else at))]
        few = {
            name: word for name, word in row.words.items() if len(self._vocabulary.get(name, ())) <= FEW_WORDS
        }
        before += who_keys(few)
        after: list[Hashable] = []
        if row.carrier or row.service:
            after += [("carrier", row.carrier), ("service", row.carrier, row.service)]
        after += lane_keys(row)
        if row.seller:
            after.append(("seller", row.seller))
        if row.promised_at is None:
            return [*before, *after], [*before, *after]
        days = int(min(row.promised_at - row.purchased_at, PROMISE_MAX_DAYS) // PROMISE_STEP_DAYS)
        share = int(self.promises.place(row).share * PROMISE_PARTS)
        return [*before, ("promised", days), *after], [*before, ("share", share), *after]


def left_days(row: OrderRow, now: float) -> float | None:
    """Days until the date that the shop promised."""
    return None if row.promised_at is None else row.promised_at - now


def transit_keys(row: OrderRow) -> Keys:
    """Whom an order is like in the carrier's hands, as far as is known before it gets there."""
    keys: list[Hashable] = ["all"]
    if row.carrier or row.service:
        keys += [("carrier", row.carrier), ("service", row.carrier, row.service)]
    keys += lane_keys(row)
    return [*keys, ("place", row.destination.country, row.destination.zip)] if row.destination.zip else keys


def handling_keys(row: OrderRow) -> Keys:
    """Whom an order is like until it is handed over."""
    local = row.local(row.purchased_at)
    keys: list[Hashable] = ["all", ("bought", weekday(row, row.purchased_at), int(local % 1 * QUARTERS))]
    keys += who_keys(row.words)
    if row.origin.zip:
        keys.append(("from", row.origin.country, row.origin.zip[: max(len(row.origin.zip) - 2, 1)]))
    return [*keys, ("seller", row.seller)] if row.seller else keys
