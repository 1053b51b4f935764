"""Who carries parcels, as data: names, number shapes, links, contacts, rules and limits."""

from dataclasses import dataclass, field
from enum import StrEnum

from milepost.model.scans import CodeRef


class Level(StrEnum):
    """How far a carrier's folder has climbed (style.md section 3)."""

    READS = "reads"
    POLITE = "polite"
    COMPLETE = "complete"
    EXEMPLARY = "exemplary"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPattern:
    """One shape of tracking number. `check` names a formula of identify's table, or is empty."""

    name: str
    regex: str  # full match on the normalized number; group `serial` and `check` where a formula applies
    check: str = ""
    prefix: str = ""  # put before the serial for the formula
    strength: float = 0.2  # how often a number of this shape is this carrier's (carriers.md section 8.3)
    evens: int = 1  # mod10: what digits at even index (from 0) are multiplied by
    odds: int = 1  # mod10: what digits at odd index are multiplied by
    weights: tuple[int, ...] = ()  # weighted: repeated over the serial
    reverse: bool = False  # mod10: the serial is turned round first
    countries: tuple[str, ...] = ()  # ISO alpha-2, where such numbers are used; empty: anywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One rule of a carrier, with where it comes from and how sure we are."""

    topic: str  # delivery_attempts, hold_for_pickup, claim_damage, claim_loss, liability …
    text: str
    source: str
    checked_on: str  # ISO date
    confidence: str  # high | medium | low


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierCard:
    """The card of one carrier, read from its carrier.toml."""

    key: str
    name: str
    tracking_url: str  # with {n}
    phone: str = ""
    hours: str = ""
    claims_url: str = ""
    provider_names: tuple[str, ...] = ()  # how marketplaces spell it, casefolded
    patterns: tuple[NumberPattern, ...] = ()
    policies: tuple[Policy, ...] = ()
    batch_max: int = 1
    per_minute: int = 60
    per_day: int = 0  # 0: no daily limit known
    level: Level = Level.READS
    checklist: dict[str, str] = field(default_factory=dict)  # line → todo | done | exempt: reason
    keeper: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMeaning:
    """One row of codes.csv: what a source's code means in our words."""

    status: str  # a Status value, `note` (no status), or `` (says nothing about status; look at the next ref)
    reason: str
    evidence: str  # physical | logical | message, or `` for the default
    note: str


class CodeBook(dict[CodeRef, CodeMeaning]):
    """What a source's codes mean; nobody writes in it after it is made.

    Two books are the same only if they are one, so that readers can remember what they looked up.
    """

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        """By being the same book."""
        return self is other


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One answer to "whose number is this?"."""

    carrier: str
    probability: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """What we make of a number: a ranked list, and an answer only when we are sure."""

    given: str
    number: str
    valid_format: bool  # False when it has a known shape but its check digit fails
    answer: str | None
    candidates: tuple[Candidate, ...]
