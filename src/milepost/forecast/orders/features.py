"""What the learned layer looks at: only how an order differs from its network, never how the network stands.

A tree that may look at a level learns the months it was trained in, and is lost in the next (docs/decisions).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log, nan

from milepost.forecast import calendar
from milepost.forecast.orders.history import History, Opinions, handling_keys, left_days
from milepost.forecast.orders.rows import OrderRow, Stage, distance_km
from milepost.forecast.orders.ways import lane_keys, weekday

NUMBERS_MAX = 24  # columns of a shop's own
WORDS_MAX = 8
AHEAD = (4, 8, 14)
TRAITS = ("lane", "area", "prefix")
BEFORE = (
    *("weekday", "hour", "rest_4", "rest_8", "rest_14", "to_work", "rests", "promised_weekday"),
    *("effects", "days_over", "share_over", "peers_over", "parts_over"),
    *("promise_left", "promise_share", "promise_longer"),
    *("seller_way", "seller_handling", "seller_transit", "seller_seen", "from_handling"),
    *(f"{trait}_{what}" for trait in TRAITS for what in ("way", "transit")),
    *(
        "place_transit",
        "place_seen",
        "distance",
        "start_north",
        "start_east",
        "end_north",
        "end_east",
        "same_region",
    ),
)
AFTER = ("elapsed", "approval", "hand_over_left", "handling_over")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which numbers and words the shop tells of its orders, from what was seen in training."""

    numbers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def names(self, stage: Stage) -> tuple[str, ...]:
        """The features in order."""
        words = [f"{word}_{what}" for word in self.words for what in ("handling", "way")]
        return (*BEFORE, *(AFTER if stage else ()), *(f"n_{name}" for name in self.numbers), *words)


def columns_of(rows: Iterable[OrderRow]) -> Columns:
    """The columns that these rows tell, the most frequent of very many."""
    numbers: dict[str, int] = {}
    words: dict[str, int] = {}
    for row in rows:
        for name in row.numbers:
            numbers[name] = numbers.get(name, 0) + 1
        for name in row.words:
            words[name] = words.get(name, 0) + 1
    return Columns(_most(numbers, NUMBERS_MAX), _most(words, WORDS_MAX))


def features(
    history: History, row: OrderRow, stage: Stage, now: float, *, said: Opinions, columns: Columns
) -> list[float]:
    """One row for the trees, in the order of `columns.names(stage)`; NaN is "not told"."""
    base = said.mean
    left = left_days(row, now)
    found = _calendar(row, now)
    found += [
        base - history.ways[stage].level,
        said.by_days - base,
        nan if said.by_share is None else said.by_share - base,
        nan if said.by_peers is None else said.by_peers - base,
        nan if said.by_parts is None else said.by_parts - base,
        nan if left is None else log(max(left, 0.25)) - base,
        *(history.promises.place(row) if left is not None else (nan, nan)),
    ]
    found += _seller(history, row, stage, now)
    found += _places(history, row, stage, now)
    if stage:
        found += _so_far(history, row, now)
    found += [row.numbers.get(name, nan) for name in columns.numbers]
    way = history.ways[stage]
    for name in columns.words:
        key = ("word", name, row.words.get(name, ""))
        found += [history.handling.adds(key, now), way.adds(key, now)]
    return found


def _calendar(row: OrderRow, now: float) -> list[float]:
    local = row.local(now)
    day, end = int(local), row.destination
    country = end.country or row.origin.country
    promised = row.promised_at
    return [
        weekday(row, now),
        local % 1 * 24,
        *(calendar.rest_days(day, ahead, country, end.region) for ahead in AHEAD),
        calendar.days_to_work(day, country, end.region),
        calendar.is_rest(day, country, end.region),
        nan if promised is None else weekday(row, promised),
    ]


def _seller(history: History, row: OrderRow, stage: Stage, now: float) -> list[float]:
    if not row.seller:
        return [nan] * 5
    key, transit = ("seller", row.seller), history.ways[Stage.HANDED_OVER]
    origin = ("from", row.origin.country, row.origin.zip[: max(len(row.origin.zip) - 2, 1)])
    return [
        history.ways[stage].adds(key, now),
        history.handling.adds(key, now),
        transit.adds(key, now),
        history.handling.seen(key, now),
        history.handling.adds(origin, now) if row.origin.zip else nan,
    ]


def _places(history: History, row: OrderRow, stage: Stage, now: float) -> list[float]:
    keys = lane_keys(row)
    if not keys:
        return [nan] * (2 * len(TRAITS) + 8)
    way, transit = history.ways[stage], history.transit
    found = []
    for at in range(len(TRAITS)):
        found += [way.adds(keys[at], now), transit.adds(keys[at], now)] if at < len(keys) else [nan, nan]
    start, end = row.origin, row.destination
    place = ("place", end.country, end.zip)
    far = distance_km(start, end)
    return [
        *found,
        transit.adds(place, now),
        transit.seen(place, now),
        nan if far is None else log(far + 1),
        *(
            nan if one is None else one
            for one in (start.latitude, start.longitude, end.latitude, end.longitude)
        ),
        start.region == end.region,
    ]


def _so_far(history: History, row: OrderRow, now: float) -> list[float]:
    """What the order itself has shown since it was bought."""
    since = now - row.purchased_at
    approved = row.approved_at
    is_approved = approved is not None and approved <= now
    return [
        since,
        log(max(approved - row.purchased_at, 0.001)) if approved is not None and is_approved else nan,
        nan if row.hand_over_by is None else row.hand_over_by - now,
        log(max(since, 0.1)) - history.handling.days(handling_keys(row), now),
    ]


def _most(counts: dict[str, int], limit: int) -> tuple[str, ...]:
    return tuple(sorted(sorted(counts, key=lambda name: -counts[name])[:limit]))
