"""A clock that is wrong by as much as a test says, beside the right time."""

from dataclasses import dataclass
from datetime import timedelta

from tests.flow.house import NOW


@dataclass
class WrongClock:
    """What the time is, and by how much Milepost's clock is off."""

    true: object = NOW
    off: timedelta = timedelta(0)
    rate: float = 0.0

    def now(self):
        return self.true + self.off
