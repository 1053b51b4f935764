"""All simulated platforms: one of each, in the order they are started.

Each has `source`, `url_names` (what its address is called in `GET /world`), `ROWS`, `UNTELLABLE`,
`app(world, faults, credentials, options)` and `entails(world, faults, parcel, step, now)`. TikTok Shop's app
has its webhook sender as `.webhooks`: `set_target(url)`, `due()` and `await flush()`.
"""

from __future__ import annotations

from typing import Any, Final

from milepost_sandbox.servers.australia_post.platform import AustraliaPost
from milepost_sandbox.servers.canada_post.platform import CanadaPost
from milepost_sandbox.servers.dhl.platform import Dhl
from milepost_sandbox.servers.fedex.platform import FedEx
from milepost_sandbox.servers.la_poste.platform import LaPoste
from milepost_sandbox.servers.royal_mail.platform import RoyalMail
from milepost_sandbox.servers.tiktok_shop.platform import TikTokShop
from milepost_sandbox.servers.ups.platform import Ups
from milepost_sandbox.servers.usps.platform import Usps
from milepost_sandbox.servers.yanwen.platform import Yanwen

PLATFORMS: Final[tuple[Any, ...]] = (
    TikTokShop(),
    Ups(),
    FedEx(),
    Usps(),
    Dhl(),
    RoyalMail(),
    LaPoste(),
    CanadaPost(),
    AustraliaPost(),
    Yanwen(),
)
