"""Our own window for the doorstep instant, with what it rests on."""

from dataclasses import dataclass
from datetime import datetime


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
