"""The knobs of the sandbox's servers: quotas, slow answers, and how much of a buyer is masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

HOUR_S: Final = 3_600
DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most `calls` a window of `per_s` seconds of world time; windows begin at multiples of it."""

    calls: int
    per_s: int


# A stepped world stands still while Milepost works, so a tight quota would never clear. The defaults let
# 5,000 orders be polled; the platforms' own numbers are in docs/reference/sandbox-servers.md.
GENEROUS_QUOTAS: Final[Mapping[str, Quota]] = MappingProxyType(
    {
        "tiktok_shop": Quota(calls=1_000_000, per_s=HOUR_S),
        "ups": Quota(calls=1_000_000, per_s=HOUR_S),
        "fedex": Quota(calls=1_000_000, per_s=DAY_S),
        "usps": Quota(calls=1_000_000, per_s=HOUR_S),
        "dhl": Quota(calls=1_000_000, per_s=DAY_S),
        "royal_mail": Quota(calls=1_000_000, per_s=DAY_S),
        "la_poste": Quota(calls=1_000_000, per_s=HOUR_S),
        "canada_post": Quota(calls=1_000_000, per_s=HOUR_S),
        "australia_post": Quota(calls=1_000_000, per_s=HOUR_S),
        "yanwen": Quota(calls=1_000_000, per_s=HOUR_S),
    }
)

TIKTOK_SCOPES: Final = (
    "seller.authorization.info",
    "seller.order.info",
    "seller.fulfillment.basic",
    "seller.logistics",
    "seller.return_refund.basic",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """What a tester may change about the servers; the defaults suit `milepost sandbox check`.

    `slow_s` is the longest real wait of the fault `slow`; `slow_beyond_s` > 0 makes some slow answers wait
    that long, which should be more than a client waits. `masking`: `documented` (§6.4) or `off`.
    `rotating_refresh_tokens`: a used TikTok refresh token dies once the new pair has been used.
    """

    quotas: Mapping[str, Quota] = field(default_factory=lambda: GENEROUS_QUOTAS)
    slow_s: float = 0.3
    slow_beyond_s: float = 0.0
    masking: Literal["documented", "off"] = "documented"
    rotating_refresh_tokens: bool = True
    webhook_timeout_s: float = 3.0
    tiktok_scopes: tuple[str, ...] = TIKTOK_SCOPES


DEFAULT_OPTIONS: Final = ServerOptions()
