"""What a run over a history hands on: each forecast beside what came of it, and what was amiss."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from milepost.model.forecasts import Spread

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One forecast and what came of it. Hours count from the instant of the forecast."""

    began_at: float  # days since 1970: when its parcel set out; weeks are counted by it
    took_h: float
    spread: Spread
    has_places: bool = True
    promise_h: float | None = None  # until the end of the day promised by us
    stale_h: float | None = None  # what the first estimate, never updated, says is left; may be below zero
    theirs_h: float | None = None  # until the date promised by the shop or carrier
    plain_h: float | None = None  # the estimate of the layer without a learning library

    @property
    def error_h(self) -> float:
        return abs(self.spread.point - self.took_h)


class Findings:
    """What was amiss and what was done without, each with how often. Said once, at the end."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, what: str, count: int = 1) -> None:
        """`what` is a whole sentence without its count."""
        if count:
            self.counts[what] += count

    def lines(self) -> list[str]:
        """Sentences with their counts, the most frequent first."""
        return [f"{count:,} × {what}" for what, count in self.counts.most_common()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A whole run. `stages` are in the order of a parcel's way."""

    stages: Mapping[str, Sequence[Scored]]
    findings: Findings
    unit: str  # d, h or min: what errors and widths are told in
    silent: Mapping[str, Sequence[Scored]] = field(default_factory=dict)  # by age; told beside the stages
    about: Mapping[str, object] = field(default_factory=dict)  # model, splits, costs: told, not judged
    seed: int = 0
