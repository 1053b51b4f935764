"""Quiet hours by the reader's clock, also on the nights when clocks are changed."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from milepost.model.people import Quiet
from milepost.react.quiet import is_quiet, quiet_until

NIGHT = Quiet(from_time="22:00", to_time="07:00", zone="Europe/Berlin")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 3, 4, 20, 59, tzinfo=UTC), None),
        (datetime(2026, 3, 4, 21, 0, tzinfo=UTC), datetime(2026, 3, 5, 6, 0, tzinfo=UTC)),
        (datetime(2026, 3, 5, 5, 59, tzinfo=UTC), datetime(2026, 3, 5, 6, 0, tzinfo=UTC)),
        (datetime(2026, 3, 5, 6, 0, tzinfo=UTC), None),
        (datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),  # clocks go on
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),  # and back
    ],
)
def test_a_night_ends_at_seven_by_the_clock_on_the_wall(now, until):
    assert quiet_until(NIGHT, now) == until


def test_nobody_without_quiet_hours_waits():
    assert quiet_until(None, datetime(2026, 3, 4, 23, tzinfo=UTC)) is None


def test_what_waits_is_never_sent_inside_the_hours():
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    for _ in range(3_000):
        times = [f"{chance.randrange(24):02d}:{chance.choice((0, 15, 30)):02d}" for _ in range(2)]
        if times[0] == times[1]:
            continue
        quiet = Quiet(from_time=times[0], to_time=times[1], zone=chance.choice(ZONES))
        change = chance.choice((datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)))
        now = change + timedelta(minutes=chance.randrange(-20_000, 20_000))
        until = quiet_until(quiet, now)
        if until is not None:
            assert now < until <= now + timedelta(hours=26), f"seed {seed}: {quiet} {now}"
            assert not is_quiet(quiet, until), f"seed {seed}: {quiet} {now} {until}"
