"""The clocks there are: the machine's, a simulated world's that runs faster, and one moved by hand."""

from datetime import UTC, datetime, timedelta

from milepost.model.setting import SettingsError


class SystemClock:
    """Life: one second a second."""

    rate = 1.0

    def now(self) -> datetime:
        """The machine's time, UTC."""
        return datetime.now(UTC)


class WorldClock:
    """A simulated world's time: `world + rate × (real − anchor)`."""

    def __init__(self, world: datetime, anchor: datetime, rate: float) -> None:
        self._world, self._anchor, self.rate = world, anchor, rate

    def now(self) -> datetime:
        """The world's time, UTC."""
        return self._world + (datetime.now(UTC) - self._anchor) * self.rate


class SteppedClock:
    """A clock that stands still until somebody moves it (tests, and a sandbox run step by step)."""

    rate = 0.0

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Where it stands, UTC."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Forward only. Raises ValueError otherwise."""
        if moment < self._now:
            msg = f"a stepped clock goes forward: {moment.isoformat()} is before {self._now.isoformat()}"
            raise ValueError(msg)
        self._now = moment.astimezone(UTC)

    def move(self, by: timedelta) -> None:
        """Forward by a duration."""
        self.move_to(self._now + by)


def clock_of(setting: str) -> SystemClock | WorldClock:
    """The clock the `clock` setting names. Raises SettingsError."""
    if setting == "system":
        return SystemClock()
    try:
        world, anchor, rate = setting.split("@")
        return WorldClock(_aware(world), _aware(anchor), float(rate))
    except ValueError as error:
        msg = (
            f"clock: {setting!r} is neither `system` nor `WORLD_INSTANT@REAL_INSTANT@RATE` (ISO 8601 with Z)"
        )
        raise SettingsError(msg) from error


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
