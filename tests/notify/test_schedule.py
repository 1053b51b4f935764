"""When a message is tried again: the schedule, its jitter and its end."""

from datetime import UTC, datetime

import pytest

from milepost.notify.schedule import TRY_AFTER_S, next_try

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def wait_s(tries, key="k", **how):
    return (next_try(tries, key, NOW, **how) - NOW).total_seconds()


def test_the_schedule_is_at_once_then_longer_and_longer():
    assert TRY_AFTER_S == (0, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)
    assert wait_s(0) == 0
    for tries, planned in enumerate(TRY_AFTER_S):
        assert 0.8 * planned <= wait_s(tries) <= 1.2 * planned


def test_after_the_last_try_it_is_dead():
    assert next_try(len(TRY_AFTER_S), "k", NOW) is None


def test_the_jitter_spreads_keys_and_is_the_same_for_the_same_key():
    waits = [wait_s(3, f"key {number}") for number in range(200)]
    assert waits == [wait_s(3, f"key {number}") for number in range(200)]
    assert len(set(waits)) == 200
    assert min(waits) < 0.85 * 1_800
    assert max(waits) > 1.15 * 1_800


def test_retry_after_makes_it_wait_longer_never_shorter_and_never_for_ever():
    assert wait_s(1, retry_after_s=600) == 600
    assert wait_s(3, retry_after_s=1) == wait_s(3)
    assert wait_s(1, retry_after_s=10**9) == pytest.approx(86_400)
