"""What a source's codes mean: the first code with a status gives it, the first with a reason that.

Where no code is known, its sentence may tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from milepost.model.carriers import CodeBook, CodeMeaning
from milepost.model.scans import CodeRef
from milepost.model.sentences import Said
from milepost.model.statuses import BEFORE_ACCEPTANCE, REASONS, Evidence, Responsible, Status
from milepost.ports.words import SentenceReader

NOTE = "note"
"""What codes.csv writes where an event says nothing about where the parcel is."""

MEANINGS_REMEMBERED = 10_000
SENTENCES_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A scan in our words; `status` None is a note."""

    status: Status | None
    reason: str | None
    responsible: Responsible | None
    evidence: Evidence
    certainty: int | None = None  # per cent, where it was read from a sentence
    place: str = ""  # named in that sentence


@lru_cache(MEANINGS_REMEMBERED)  # few codes come again and again
def meaning_of(refs: tuple[CodeRef, ...], codes: CodeBook, *, logical: bool) -> Meaning:
    """Look the codes up, best first. No known code means `unknown`: we never guess."""
    rows = [found for ref in refs for found in [codes.get(ref)] if found is not None]
    told = next((row for row in rows if row.status), None)
    reason = next((row.reason for row in rows if row.reason), None)
    return Meaning(
        status=_status(told),
        reason=reason,
        responsible=_responsible(reason, rows),
        evidence=_evidence(told, logical=logical),
    )


def _responsible(reason: str | None, rows: Sequence[CodeMeaning]) -> Responsible | None:
    """As the first code of that reason says that names anybody, else as is usual for the reason."""
    if reason is None:
        return None
    named = next((row.responsible for row in rows if row.reason == reason and row.responsible), "")
    return Responsible(named) if named else REASONS.get(reason)


def meaning_of_words(sentence: str, unread: Meaning, words: SentenceReader, *, has_code: bool) -> Meaning:
    """What the sentence says; `unread`, as it was, where the reader is not sure.

    A code that nobody knows does not vanish as a note: it stays `unknown`, so that somebody looks at it.
    A reason that one of the codes gave stays, too: codes count more than words.
    """
    said = _said(sentence, words)
    if said is None or (said.status is None and has_code):
        return unread
    if unread.reason is None and said.reason is not None:
        unread = replace(unread, reason=said.reason, responsible=REASONS.get(said.reason))
    return replace(
        unread,
        status=said.status,
        evidence=_evidence_of_words(said.status, unread.evidence),
        certainty=said.certainty,
        place=said.place,
    )


@lru_cache(SENTENCES_REMEMBERED)  # carriers have few sentences, and towns in them
def _said(sentence: str, words: SentenceReader) -> Said | None:
    return words.read(sentence)


def _evidence_of_words(status: Status | None, otherwise: Evidence) -> Evidence:
    if status is None:
        return Evidence.MESSAGE
    return Evidence.LOGICAL if status in BEFORE_ACCEPTANCE else otherwise


def _status(told: CodeMeaning | None) -> Status | None:
    if told is None:
        return Status.UNKNOWN
    return None if told.status == NOTE else Status(told.status)


def _evidence(told: CodeMeaning | None, *, logical: bool) -> Evidence:
    if told is None:
        return Evidence.LOGICAL if logical else Evidence.PHYSICAL
    if told.evidence:
        return Evidence(told.evidence)
    if told.status == NOTE:
        return Evidence.MESSAGE
    return Evidence.LOGICAL if logical else Evidence.PHYSICAL
