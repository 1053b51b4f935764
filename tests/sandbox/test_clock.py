"""The world's clock stands, steps and runs as it is told, and never goes back."""

from datetime import UTC, datetime, timedelta

import pytest

from milepost_sandbox.clock import ClockError, WorldClock

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Real:
    """A watch that only moves when the test moves it."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


def test_a_stepped_clock_stands_until_it_is_advanced():
    real = Real()
    clock = WorldClock(START, real=real)
    real.seconds += 3600
    assert clock.now() == START
    clock.advance(START + timedelta(days=2))
    assert clock.now() == START + timedelta(days=2)


def test_a_scaled_clock_runs_at_its_rate():
    real = Real()
    clock = WorldClock(START, 600, real=real)
    real.seconds += 6
    assert clock.now() == START + timedelta(hours=1)
    clock.set_rate(60)
    real.seconds += 60
    assert clock.now() == START + timedelta(hours=2)
    clock.set_rate(None)
    real.seconds += 60
    assert clock.now() == START + timedelta(hours=2)


def test_advancing_a_running_clock_moves_it_on_and_it_keeps_running():
    real = Real()
    clock = WorldClock(START, 10, real=real)
    clock.advance(START + timedelta(days=1))
    real.seconds += 6
    assert clock.now() == START + timedelta(days=1, minutes=1)


def test_the_world_never_runs_backwards():
    clock = WorldClock(START)
    with pytest.raises(ClockError, match="already"):
        clock.advance(START - timedelta(seconds=1))


@pytest.mark.parametrize("rate", [0, -1])
def test_a_rate_is_above_zero(rate):
    with pytest.raises(ClockError, match="above zero"):
        WorldClock(START, rate)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ClockError, match="zone"):
        WorldClock(START.replace(tzinfo=None))
    with pytest.raises(ClockError, match="zone"):
        WorldClock(START).advance(datetime(2027, 1, 1))  # noqa: DTZ001
