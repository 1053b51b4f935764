"""When a message that could not be handed over is tried again, and when we stop."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

TRY_AFTER_S = (0, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)
"""Seconds before each try, counted from the one before; after the last it is dead and a person looks."""

WEBHOOK_AFTER_S = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""The same for webhooks: ten tries over 75 hours and 35 minutes, as Standard Webhooks recommends."""

JITTER = 0.2
"""Share by which a wait is made longer or shorter, so that many messages do not come back at once."""

RETRY_AFTER_S_MAX = 86_400.0


def next_try(
    tries: int,
    key: str,
    now: datetime,
    *,
    after_s: Sequence[float] = TRY_AFTER_S,
    retry_after_s: float | None = None,
) -> datetime | None:
    """When to try again after `tries` failed tries (UTC), or None: dead. `after_s` is the schedule.

    The same key and try always wait the same. A provider's Retry-After makes the wait longer, never shorter.
    """
    if tries >= len(after_s):
        return None
    wait_s = after_s[tries] * (1 + JITTER * (2 * _share(f"{key}:{tries}") - 1))
    if retry_after_s is not None:
        wait_s = max(wait_s, min(retry_after_s, RETRY_AFTER_S_MAX))
    return now + timedelta(seconds=wait_s)


def _share(text: str) -> float:
    """A number from 0 to 1 that looks random and is always the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) / 0xFFFFFFFF
