"""Reads the files of this folder once; a key that is missing stops the start and not a page."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from milepost.model.exceptions import Mover
from milepost.model.reach import ContactKind, CountsFrom, Unit
from milepost.model.statuses import REASONS, Evidence, Responsible, Status
from milepost.react.kinds import KINDS
from milepost.react.reach import Matter
from milepost.tongues.speech import say

HERE = Path(__file__).parent


class WordsError(Exception):
    """A file of words is not as it should be; the text names the file and the key."""


class StatusWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a status says to a buyer (statuses.toml)."""

    title: str
    chip: str
    lead: str
    icon: str
    tone: str
    step: int


class StepWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the five steps (steps.toml)."""

    name: str
    icon: str


class Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name for scans whose own words contain one of these."""

    contains: tuple[str, ...]
    title: str
    icon: str


class Plain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name and its icon."""

    title: str
    icon: str


class ScanWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What scans are called (scans.toml)."""

    notes: Plain
    statuses: dict[str, tuple[str, str]]
    reasons: dict[str, tuple[str, str]]
    phrases: tuple[Phrase, ...]


class MatterWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a reader is told about one matter; `by` names the last day."""

    title: str
    by: str
    buyer: str
    seller: str


class ReachWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for reaching a carrier (reach.toml)."""

    missed: MatterWords
    collect: MatterWords
    customs: MatterWords
    search: MatterWords
    damaged: MatterWords
    lost: MatterWords
    contacts: dict[str, str]
    counts_from: dict[str, str]
    units: dict[str, str]

    def of(self, matter: Matter) -> MatterWords:
        """One matter's words."""
        told: MatterWords = getattr(self, matter.value)
        return told


class ReasonPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The glossary's page for one reason (reasons.toml)."""

    title: str
    means: str
    move: Mover
    buyer: str
    seller: str
    lasts: str


class ProblemWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words around every exception (problems.toml)."""

    lasts: dict[str, str]
    evidence: dict[str, str]
    responsible: dict[str, str]
    moves: dict[str, str]
    groups: dict[str, str]


@cache
def statuses() -> dict[Status, StatusWords]:
    """Words for every status. Raises WordsError when one is missing."""
    told = _read("statuses.toml", dict[str, StatusWords])
    _all_there("statuses.toml", told, [status.value for status in Status])
    return {status: told[status.value] for status in Status}


@cache
def steps() -> tuple[StepWords, ...]:
    """The five steps, in order."""
    return tuple(_read("steps.toml", dict[str, list[StepWords]])["steps"])


@cache
def scans() -> ScanWords:
    """Words for every scan. Raises WordsError when a status or reason has none."""
    told: ScanWords = _read("scans.toml", ScanWords)
    _all_there("scans.toml [statuses]", told.statuses, [status.value for status in Status])
    _all_there("scans.toml [reasons]", told.reasons, list(REASONS))
    return told


@cache
def policies() -> dict[str, str]:
    """Titles of the rules a buyer is shown, by topic, in order."""
    return dict(_read("policies.toml", dict[str, str]))


@cache
def reasons() -> dict[str, ReasonPage]:
    """A page for every reason, in the order of the list. Raises WordsError when one is missing."""
    told = _read("reasons.toml", dict[str, ReasonPage])
    _all_there("reasons.toml", told, list(REASONS))
    return {reason: told[reason] for reason in REASONS}


@cache
def problems() -> ProblemWords:
    """Words around exceptions. Raises WordsError when a kind, evidence or party has none."""
    told: ProblemWords = _read("problems.toml", ProblemWords)
    _all_there("problems.toml [lasts]", told.lasts, list(KINDS))
    _all_there("problems.toml [evidence]", told.evidence, list(Evidence))
    _all_there("problems.toml [responsible]", told.responsible, list(Responsible))
    _all_there("problems.toml [moves]", told.moves, list(Mover))
    _all_there("problems.toml [groups]", told.groups, [reason.partition(".")[0] for reason in REASONS])
    return told


@cache
def reach() -> ReachWords:
    """Words for reaching a carrier. Raises WordsError when a contact, a beginning or a unit has none."""
    told: ReachWords = _read("reach.toml", ReachWords)
    _all_there("reach.toml [contacts]", told.contacts, list(ContactKind))
    _all_there("reach.toml [counts_from]", told.counts_from, list(CountsFrom))
    _all_there("reach.toml [units]", told.units, list(Unit))
    return told


def source_names(carriers: Mapping[str, str]) -> dict[str, str]:
    """What sources are called by people, by key; `carriers` are the names on the carriers' cards."""
    return {**{key: say(name) for key, name in sources().items()}, **carriers}


@cache
def sources() -> dict[str, str]:
    """What sources without a card are called, by key."""
    return dict(_read("sources.toml", dict[str, str]))


def _read(name: str, kind: Any) -> Any:
    try:
        return msgspec.convert(tomllib.loads((HERE / name).read_text("utf-8")), kind)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise WordsError(f"show/words/{name}: {error}") from error


def _all_there(where: str, told: dict[str, Any], needed: list[str]) -> None:
    missing = [key for key in needed if key not in told]
    if missing:
        raise WordsError(f"show/words/{where}: {missing[0]} has no words")
