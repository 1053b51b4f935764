"""How a step becomes rows on a platform's wire, and what each row entails.

A `Telling` is one row together with its truth, made in one place so that the two cannot drift apart unseen;
the tests read the wire again by hand and compare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from milepost_sandbox.servers import chance
from milepost_sandbox.world.words import Entailed, FaultsLike, OffsetSource, Parcel, Place, Step

Row = TypeVar("Row")
"""A carrier's `Telling`, or a row of the shop's own journey."""

MISSING_OFFSET_SHARE: Final = 0.25
UNKNOWN_CODE_SHARE: Final = 0.06
ROWS_KEPT_MAX: Final = 500_000
UNKNOWN_AFTER: Final = timedelta(seconds=37)
"""An unknown row stands so long after its step; steps of one situation are at least two minutes apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a row means in Milepost's words; `status` None is a note that tells no whereabouts."""

    status: str | None
    reason: str | None = None
    physical: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One row on the wire and its truth. `at` carries the offset the row was reported with, if it was."""

    step: Step
    at: datetime
    code: str
    description: str
    meaning: Meaning
    row: dict[str, Any]
    offset_source: OffsetSource = "reported"
    grain_s: int = 1

    def entailed(self, source: str, *, tracking_number: str | None, order_id: str | None) -> Entailed:
        """The truth of this row, for the audit."""
        grain = self.at.replace(second=0) if self.grain_s == 60 else self.at
        return Entailed(
            source=source,
            step_key=self.step.key,
            tracking_number=tracking_number,
            order_id=order_id,
            code=self.code,
            description=self.description.strip(),
            instant_utc=None if self.offset_source == "unzoned" else grain.astimezone(UTC),
            wall_clock=grain.strftime("%Y-%m-%dT%H:%M:%S"),
            offset_source=self.offset_source,
            status=self.meaning.status,
            reason=self.meaning.reason,
            published_at=self.step.published_at,
            physical=self.meaning.physical,
            grain_seconds=self.grain_s,
        )


class Rows:
    """A server's memory of the rows it has made: they never change, and every poll asks for them again."""

    def __init__(
        self, faults: FaultsLike, make: Callable[[FaultsLike, Parcel, Step], tuple[Telling, ...]]
    ) -> None:
        self._faults = faults
        self._make = make
        self._kept: dict[str, tuple[Telling, ...]] = {}

    def newest_first(self, parcel: Parcel, now: datetime) -> list[Telling]:
        """The parcel's rows at `now` as carriers list them: the newest first."""
        told = [row for step in parcel.steps_published(now) for row in self._of(parcel, step)]
        return sorted(told, key=lambda telling: telling.at, reverse=True)

    def _of(self, parcel: Parcel, step: Step) -> tuple[Telling, ...]:
        rows = self._kept.get(step.key)
        if rows is None:
            if len(self._kept) >= ROWS_KEPT_MAX:
                self._kept.clear()
            rows = self._kept[step.key] = self._make(self._faults, parcel, step)
        return rows


UNKNOWN: Final = Meaning(status="unknown", physical=False)
"""What a row with a code no table knows entails."""


def carrier_entails(source: str, parcel: Parcel, tellings: Sequence[Telling]) -> tuple[Entailed, ...]:
    """The truth of a carrier's rows; a stranger's parcel entails nothing, for nobody asked about it."""
    if not parcel.order_ids:
        return ()
    order_id = parcel.order_ids[0] if len(parcel.order_ids) == 1 else None
    return tuple(
        telling.entailed(source, tracking_number=parcel.tracking_number, order_id=order_id)
        for telling in tellings
    )


def lacks_offset(faults: FaultsLike, source: str, step: Step, at: datetime, place: Place | None) -> bool:
    """Whether the fault `missing_offset` strikes this row.

    A wall clock in the hour that autumn repeats names two instants, so rows in it always keep their offset.
    """
    if not faults.strikes("missing_offset", source, step.key, share=MISSING_OFFSET_SHARE):
        return False
    return place is None or not is_ambiguous(at, place)


def is_ambiguous(at: datetime, place: Place) -> bool:
    """Whether the place's clocks show this wall time twice, because summer time ends."""
    zone = ZoneInfo(place.zone)
    wall = at.astimezone(zone).replace(tzinfo=None)
    first, second = (wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first != second


def with_unknown(
    faults: FaultsLike, source: str, step: Step, own: Sequence[Row], write: Callable[[datetime], Row]
) -> tuple[Row, ...]:
    """A step's own rows, and where the fault `unknown_code` strikes, a later one that nobody can read.

    `write` makes that row for the instant it stands at.
    """
    if not faults.strikes("unknown_code", source, step.key, share=UNKNOWN_CODE_SHARE):
        return tuple(own)
    return (*own, write(step.at + UNKNOWN_AFTER))


def unknown_code(step: Step) -> str:
    """A code no carrier's table has (carriers.md §2.5, 3.4, 4.3 and 5.3 know none of these)."""
    return ("QQ", "QX", "QZ")[chance.number(3, "unknown", step.key)]


def offset_text(at: datetime, *, colon: bool = True) -> str:
    """The offset like `-05:00`."""
    text = at.strftime("%z")
    return f"{text[:3]}:{text[3:5]}" if colon else text[:5]


def disturbed(faults: FaultsLike, source: str, rows: list[Telling]) -> list[Telling]:
    """The rows as the faults `duplicate` and `shuffled` leave them; nothing is lost."""
    if not rows:
        return rows
    key = (source, rows[0].step.key, len(rows))
    told = list(rows)
    if faults.strikes("duplicate", *key, share=0.3):
        again = told[chance.number(len(told), "again", *key)]
        told.insert(chance.number(len(told) + 1, "where", *key), again)
    if faults.strikes("shuffled", *key, share=0.3):
        told = [
            row for _, row in sorted(enumerate(told), key=lambda pair: chance.fraction("mix", *key, pair[0]))
        ]
    return told


def attempt_number(parcel: Parcel, step: Step) -> int:
    """Which delivery attempt this step is, counted from 1."""
    attempts = [
        earlier.key
        for earlier in parcel.steps
        if earlier.situation in {"attempt_absent", "attempt_closed", "refused"}
    ]
    return attempts.index(step.key) + 1 if step.key in attempts else 1


def showing(parcels: Sequence[Parcel], now: datetime, retention: timedelta) -> list[Parcel]:
    """The parcels of one number a carrier still shows, newest first: published and not forgotten yet."""
    seen = []
    for parcel in parcels:
        steps = parcel.steps_published(now)
        if steps and max(step.at for step in steps) > now - retention:
            seen.append(parcel)
    return sorted(seen, key=lambda parcel: parcel.label_at, reverse=True)
