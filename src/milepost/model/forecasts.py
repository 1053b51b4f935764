"""Our own window for the doorstep instant, with what it rests on."""

from dataclasses import dataclass
from datetime import datetime

SHARES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
"""The shares of parcels for which a spread names an hour: its windows' edges and the median."""

MEDIAN = SHARES.index(0.50)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long it may still take: the hours from now by which each of SHARES of parcels like it has come.

    Raises ValueError for hours that are missing, negative, not finite or that go back.
    """

    hours: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.hours) != len(SHARES):
            raise ValueError(
                f"a spread has {len(SHARES)} hours, one for each of {SHARES}; got {len(self.hours)}"
            )
        before = 0.0
        for share, hour in zip(SHARES, self.hours, strict=True):
            if not before <= hour < float("inf"):  # also true of a NaN
                raise ValueError(f"by {share:.0%} of parcels: {hour} h is not finite, or before {before} h")
            before = hour

    @property
    def point(self) -> float:
        """The median, in hours from now."""
        return self.hours[MEDIAN]

    def window(self, percent: int) -> tuple[float, float]:
        """Hours from now between which 50, 80 or 90 % of parcels like it come. KeyError for any other."""
        low, high = WINDOWS[percent]
        return self.hours[low], self.hours[high]


WINDOWS = {
    50: (SHARES.index(0.25), SHARES.index(0.75)),
    80: (SHARES.index(0.10), SHARES.index(0.90)),
    90: (SHARES.index(0.05), SHARES.index(0.95)),
}
"""Which two hours of a spread are the edges of a window, by its percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """When we think it will be delivered. UTC; `low_at`..`high_at` is the window shown."""

    low_at: datetime
    point_at: datetime
    high_at: datetime
    model: str  # name of what made it: carrier_window, lane_median, commitment …
    reason: str  # one plain sentence
    confidence: float | None = None  # measured, never assumed; None = not measured yet
    sample_size: int | None = None
