"""A file handed in: what is stated beside it, how it was read, and what would become of each row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self

DATE_ORDERS = ("ymd", "dmy", "mdy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What whoever hands in a file says of it, because the file itself does not. Kept beside its bytes."""

    zone: str = ""  # IANA name: of local times without an offset
    dates: str = ""  # of DATE_ORDERS: how 03/04/2026 is meant
    encoding: str = ""
    carrier: str = ""  # key: whose file it is
    columns: tuple[tuple[str, str], ...] = ()  # (our name, the file's)
    about: tuple[str, ...] = ()  # the tracking numbers it is about, where only we know which they are
    without: tuple[str, ...] = ()  # places that were refused, e.g. `row 4`: they do not go in

    def words(self) -> tuple[str, ...]:
        """As a report's subject."""
        plain = [("zone", self.zone), ("dates", self.dates), ("encoding", self.encoding)]
        plain += [("carrier", self.carrier)]
        plain += [("column", f"{ours}={theirs}") for ours, theirs in self.columns]
        plain += [("about", number) for number in self.about]
        plain += [("without", place) for place in self.without]
        return tuple(f"{name}={value}" for name, value in plain if value)

    @classmethod
    def of(cls, words: Sequence[str]) -> Self:
        """From a report's subject; words it does not know are somebody else's."""
        said: dict[str, list[str]] = {}
        for word in words:
            name, _, value = word.partition("=")
            said.setdefault(name, []).append(value)
        columns = [value.partition("=") for value in said.get("column", ())]
        return cls(
            zone="".join(said.get("zone", ())[:1]),
            dates="".join(said.get("dates", ())[:1]),
            encoding="".join(said.get("encoding", ())[:1]),
            carrier="".join(said.get("carrier", ())[:1]),
            columns=tuple((ours, theirs) for ours, _, theirs in columns),
            about=tuple(said.get("about", ())),
            without=tuple(said.get("without", ())),
        )


class Standing(NamedTuple):
    """Where in a file something stands, so that a person finds it, and what it is about."""

    where: str  # `row 4`, `segment 12`, `event 3`
    order_number: str
    tracking_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file was read. A file of events has one standing for each scan, in their order."""

    standings: tuple[Standing, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()  # (the file's name, ours; empty: left out)
    remarks: tuple[str, ...] = ()  # what was assumed, in whole sentences
    candidates: tuple[str, ...] = ()  # pieces of text that may be tracking numbers
    sender: str = ""  # whom the file names as its sender


class Fate(StrEnum):
    """What would become of a row."""

    NEW = "new"
    CHANGED = "changed"  # an order we know, told differently
    KNOWN = "known"  # heard before: it changes nothing
    EARLY = "early"  # kept until an order names this tracking number
    REFUSED = "refused"


class PreviewRow(NamedTuple):
    """One row of a file. A refused one says which field is wrong and how to mend it."""

    where: str
    fate: Fate
    about: str  # the order or tracking number
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What taking a file in would do; looking changes nothing."""

    source: str  # key of who reads it
    name: str
    stated: Stated  # with the places that would be left out
    layout: Layout
    rows: tuple[PreviewRow, ...]

    def count(self, fate: Fate) -> int:
        """Rows of this fate."""
        return sum(row.fate is fate for row in self.rows)

    @property
    def counts(self) -> dict[Fate, int]:
        """Rows of each fate that any has."""
        return {fate: count for fate in Fate if (count := self.count(fate))}

    @property
    def refused(self) -> tuple[PreviewRow, ...]:
        """The rows that cannot be used."""
        return tuple(row for row in self.rows if row.fate is Fate.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A file that somebody looked at and did not take in yet. Nothing of it counts."""

    draft_id: str
    user_id: str
    file_name: str
    shop_id: str | None
    stated: Stated
    body: bytes


class GoingState(StrEnum):
    """How it stands with a long file that goes in."""

    UNDER_WAY = "under_way"
    IN = "in"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftGoing:
    """How far a draft is that goes in while its owner watches."""

    draft_id: str
    state: GoingState
    done: int  # rows that are in
    total: int  # 0: not known yet
    at: datetime  # when this was last so
    counts: dict[Fate, int] = field(default_factory=dict)  # of what became of its rows
    why_refused: str = ""
