"""What a sentence of a source was understood to say, when it came without a code."""

from dataclasses import dataclass

from milepost.model.statuses import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One sentence in our words; `status` None is a note."""

    status: Status | None
    reason: str | None  # None also where the sentence gives one that we are not sure of
    place: str  # the part of the sentence that names where it happened, or empty
    certainty: int  # per cent: how often a sentence read like this is read right
