"""Reads a place out of an address whose parts have names."""

from functools import lru_cache
from typing import Any

from milepost.model.places import RawPlace
from milepost.sources.loose_json import texts_of

CACHED_MAX = 10_000


def place_in(address: Any, names: tuple[str, str, str, str, str], facility: str = "") -> RawPlace:
    """The place these members tell: city, region, postal code, country code, country by name."""
    return _place_of(tuple(texts_of(address, *names)), facility)


@lru_cache(CACHED_MAX)  # parcels pass the same hubs all day
def _place_of(told: tuple[str, ...], facility: str) -> RawPlace:
    city, region, postal_code, country_code, country = told
    return RawPlace(
        city=city,
        region=region,
        postal_code=postal_code,
        country=country_code or country,
        facility=facility,
    )
