"""When an endpoint that only fails is disabled, and what its owner is told before that."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from milepost.model.notices import Notice, shop_notice
from milepost.model.webhooks import Endpoint

DISABLE_AFTER = timedelta(hours=120)
"""An endpoint that took nothing for this long is disabled; its messages are kept for a replay."""

SHARES = (50, 70, 90, 100)
"""Percent of that time at which its owner is told."""

GONE = "It answered 410: nobody listens there any more."
ONLY_FAILED = "It took nothing for five days."


def after_failure(endpoint: Endpoint, now: datetime) -> tuple[Endpoint, int | None]:
    """The endpoint after one more failure, and the share its owner has to be told, if one was reached."""
    if endpoint.failing_since is None or not endpoint.is_active:
        return endpoint, None
    share = int(100 * (now - endpoint.failing_since) / DISABLE_AFTER)
    reached = max((one for one in SHARES if one <= share), default=0)
    if reached <= endpoint.told_share:
        return endpoint, None
    told = replace(endpoint, told_share=reached)
    return (disabled(told, ONLY_FAILED, now) if reached == SHARES[-1] else told), reached


def disabled(endpoint: Endpoint, why: str, now: datetime) -> Endpoint:
    """The same, switched off."""
    return replace(endpoint, disabled_at=now, disabled_why=why, paused_until=None)


def enabled(endpoint: Endpoint) -> Endpoint:
    """The same, with a clean slate."""
    return replace(
        endpoint, disabled_at=None, disabled_why="", failing_since=None, told_share=0, paused_until=None
    )


def seller_notices(
    endpoint: Endpoint, host: str, share: int, channels: Sequence[str], now: datetime
) -> list[Notice]:
    """What the owner is told, once per share and bad time."""
    since = endpoint.failing_since or now
    return [
        shop_notice(
            key=f"{endpoint.endpoint_id}:failing:{since.isoformat()}:{share}:seller:{channel}",
            shop_id=endpoint.shop_id,
            channel=channel,
            template="webhook_failing" if endpoint.is_active else "webhook_disabled",
            facts={
                "host": host,
                "description": endpoint.description,
                "share": str(share),
                "since": since.isoformat(),
                "happened_at": now.isoformat(),
                "ends_at": (since + DISABLE_AFTER).isoformat(),
                "why": endpoint.disabled_why,
                "endpoint": endpoint.endpoint_id,
            },
            created_at=now,
        )
        for channel in channels
    ]
