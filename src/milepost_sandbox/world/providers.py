"""The carriers as TikTok Shop names them, and what their tracking numbers look like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from milepost_sandbox.world import numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One shipping provider: `carrier` is its key in the world, `provider_id` its TikTok id."""

    carrier: str
    name: str
    provider_id: str
    make_number: Callable[[Random, str, int], str]


PROVIDERS: Final[tuple[Provider, ...]] = tuple(
    Provider(carrier=carrier, name=name, provider_id=f"71170000000000000{index:02d}", make_number=make)
    for index, (carrier, name, make) in enumerate(
        (
            ("ups", "UPS", numbers.ups),
            ("fedex", "FedEx", numbers.fedex),
            ("usps", "USPS", numbers.usps),
            ("dhl", "DHL Express", numbers.dhl),
            ("other", "UniUni", numbers.shaped("UUS", 12)),
            ("royal_mail", "Royal Mail", numbers.s10("RB", "GB")),
            ("other", "J&T Express", numbers.shaped("JP", 10)),
            ("other", "Flash Express", numbers.shaped("TH", 11, "B")),
            ("other", "GHN", numbers.shaped("G", 8, "VN")),
            ("other", "YunExpress", numbers.shaped("YT", 16)),
            ("other", "Evri", numbers.shaped("H", 15)),
            ("la_poste", "Colissimo", numbers.shaped("6A", 11)),
            ("canada_post", "Canada Post", numbers.canada_post),
            ("australia_post", "Australia Post", numbers.shaped("7XX", 13)),
            ("yanwen", "Yanwen", numbers.shaped("UH", 9, "YP")),
        ),
        start=11,
    )
)

OTHER_BY_COUNTRY: Final = {
    "US": "UniUni",
    "GB": "Evri",
    "ID": "J&T Express",
    "TH": "Flash Express",
    "VN": "GHN",
}


def provider_for(carrier: str, country: str) -> Provider:
    """Who carries a parcel to this country under this carrier key."""
    if carrier != "other":
        return next(provider for provider in PROVIDERS if provider.carrier == carrier)
    name = OTHER_BY_COUNTRY.get(country, "YunExpress")
    return next(provider for provider in PROVIDERS if provider.name == name)
