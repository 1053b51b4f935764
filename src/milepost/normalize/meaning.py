"""What a source's codes mean: the first code with a status gives it, the first with a reason that."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from milepost.model.carriers import CodeBook, CodeMeaning
from milepost.model.scans import CodeRef
from milepost.model.statuses import REASONS, Evidence, Responsible, Status

NOTE = "note"
"""What codes.csv writes where an event says nothing about where the parcel is."""

MEANINGS_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A scan's codes in our words; `status` None is a note."""

    status: Status | None
    reason: str | None
    responsible: Responsible | None
    evidence: Evidence


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
