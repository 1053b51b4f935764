"""What time it is: the machine's clock, or a simulated world's."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Every `now` in Milepost comes from here, so that a simulated world can run faster than life."""

    @property
    def rate(self) -> float:
        """World seconds per real second: 1.0 in life, 0.0 when somebody steps it by hand."""
        ...

    def now(self) -> datetime:
        """Aware, UTC."""
        ...
