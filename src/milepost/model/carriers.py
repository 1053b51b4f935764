"""Who carries parcels, as data: names, number shapes, links, contacts, rules and limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from string import ascii_uppercase, digits
from typing import NamedTuple
from urllib.parse import quote

from milepost.model.polling import Quota
from milepost.model.pushes import PushBy
from milepost.model.reach import Confidence, ContactKind, ContactPoint, Policy, holds_in
from milepost.model.scans import CodeRef


class Level(StrEnum):
    """How far a carrier's folder has climbed (style.md section 3)."""

    KNOWN = "known"  # whose number it is and how to reach them; nobody can be asked
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
    source: str = ""
    confidence: Confidence = Confidence.LOW


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierCard:
    """The card of one carrier, read from its carrier.toml.

    `source`, `checked_on` and `confidence` are those of its name and tracking page.
    """

    key: str
    name: str
    tracking_url: str  # with {n}; empty where only countries have pages (contacts of kind tracking)
    source: str = ""
    checked_on: date | None = None
    confidence: Confidence = Confidence.LOW
    contacts: tuple[ContactPoint, ...] = ()
    provider_names: tuple[str, ...] = ()  # how marketplaces spell it, casefolded
    hosts: tuple[str, ...] = ()  # the sites its pages stand on; a host under one of them is its too
    part_of: str = ""  # the key of the carrier whose name it also goes by, and who may answer for its parcels
    patterns: tuple[NumberPattern, ...] = ()
    policies: tuple[Policy, ...] = ()
    families: dict[str, str] = field(default_factory=dict)  # what the families of its codes.csv are called
    batch_max: int = 1
    per_minute: int = 60
    per_day: int = 0  # 0: no daily limit known
    push: PushBy = PushBy.NONE  # how its pushes are asked for
    level: Level = Level.READS
    checklist: dict[str, str] = field(default_factory=dict)  # line → todo | done | exempt: reason
    keeper: str = ""

    @property
    def can_be_asked(self) -> bool:
        """Whether its folder can fetch and read answers, given keys."""
        return self.level is not Level.KNOWN

    @property
    def quota(self) -> Quota:
        """What it allows."""
        return Quota(batch=self.batch_max, per_minute=self.per_minute, per_day=self.per_day)

    def page_of(self, number: str, country: str = "") -> str:
        """Its public page about this number, the country's own where there is one; empty: none is known."""
        own = self.contact(ContactKind.TRACKING, country) if country else None
        return (own.to if own else self.tracking_url).replace("{n}", quote(number, safe=""))

    def contact(self, kind: ContactKind, country: str = "") -> ContactPoint | None:
        """The way to reach it that is of use in this country; the country's own before everybody's."""
        found = [one for one in self.contacts if one.kind is kind and holds_in(one.countries, country)]
        return min(found, key=lambda one: not one.countries, default=None)

    def rules(self, country: str = "") -> tuple[Policy, ...]:
        """The rules that hold in this country, as far as known; all of them without a country."""
        return tuple(one for one in self.policies if holds_in(one.countries, country))

    def trust(self) -> dict[str, bool]:
        """Every fact on this card by what it is about, and whether it is confirmed; the worst of several."""
        facts = [("tracking page", self.confidence)]
        facts += [(f"number {one.name.replace('_', ' ')}", one.confidence) for one in self.patterns]
        facts += [(one.kind.replace("_", " "), one.confidence) for one in self.contacts]
        facts += [(one.topic.replace("_", " "), one.confidence) for one in self.policies]
        found: dict[str, bool] = {}
        for name, confidence in facts:
            found[name] = found.get(name, True) and confidence.is_confirmed
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMeaning:
    """One row of codes.csv: what a source's code means in our words."""

    status: str  # a Status value, `note` (no status), or `` (says nothing about status; look at the next ref)
    reason: str
    evidence: str  # physical | logical | message, or `` for the default
    note: str
    responsible: str = ""  # a Responsible value, where it is another than the reason's usual one


class CodeBook(dict[CodeRef, CodeMeaning]):
    """What a source's codes mean; nobody writes in it after it is made.

    Two books are the same only if they are one, so that readers can remember what they looked up.
    """

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        """By being the same book."""
        return self is other


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """What else is known when a number is looked at, besides the provider's name and the destination."""

    history: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How often the shop's numbers of each shape (`number_shape`) were which carrier's."""
    shop_id: str = ""  # whose parcel it is; where the number leaves it open, its history is looked at
    scan_countries: tuple[str, ...] = ()  # where the first scans were made, ISO alpha-2
    scan_texts: tuple[str, ...] = ()  # what the first scans said


NO_CLUES = Clues()


def number_shape(number: str) -> str:
    """Letters in front as they are, then 0 for a digit and A for a letter: JT0012 and JT4567 are alike."""
    behind = number.lstrip(ascii_uppercase)
    return number[: len(number) - len(behind)] + behind.translate(SHAPE_OF)


SHAPE_OF = str.maketrans(dict.fromkeys(digits, "0") | dict.fromkeys(ascii_uppercase, "A"))


class Candidate(NamedTuple):
    """One answer to "whose number is this?". A tuple, since many are made and a tuple is made fastest."""

    carrier: str
    probability: float
    reasons: tuple[str, ...]
    name: str = ""  # of the carrier, for people: some are known by their numbers alone and have no folder


class Identification(NamedTuple):
    """What we make of a number: a ranked list, and an answer only when we are sure."""

    given: str
    number: str
    valid_format: bool  # False when it has a known shape but its check digit fails
    answer: str | None
    candidates: tuple[Candidate, ...]
