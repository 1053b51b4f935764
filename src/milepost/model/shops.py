"""A connected shop: whose orders we track, and whether the marketplace still lets us."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ShopState(StrEnum):
    """Whether we can read it."""

    CONNECTED = "connected"
    NEEDS_AUTHORIZATION = "needs_authorization"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One shop of one marketplace. `shop_id` is ours; `foreign_id` is the marketplace's."""

    shop_id: str
    marketplace: str
    foreign_id: str
    name: str
    region: str
    cipher: str  # the marketplace's handle for calls on this shop, or empty
    app_key: str  # which registered app it was connected through
    state: ShopState
    connected_at: datetime
    owner: str = ""  # whose grant opens it (Grant.owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Tokens of one authorization. Secret: sealed at rest, never logged. Expiries are UTC."""

    marketplace: str
    app_key: str
    owner: str  # the marketplace's id of who authorized (TikTok open_id)
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime
    previous_refresh_token: str = ""
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Never the tokens."""
        return f"Grant({self.marketplace}, {self.owner}, expires {self.access_expires_at:%Y-%m-%dT%H:%MZ})"
