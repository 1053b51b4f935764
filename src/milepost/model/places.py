"""Where something happened, as the source wrote it and as we understood it."""

from enum import StrEnum

from msgspec import Struct


class Precision(StrEnum):
    """How finely a place is known."""

    AIRPORT = "airport"
    POSTCODE = "postcode"
    CITY = "city"
    COUNTRY = "country"


class RawPlace(Struct, frozen=True, kw_only=True, cache_hash=True, omit_defaults=True, gc=False):
    """A place exactly as a source gave it; every part may be empty."""

    text: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    facility: str = ""  # the source's own code for a building (UPS SLIC, DHL service area)

    @property
    def is_empty(self) -> bool:
        """Nothing at all was said."""
        return not (self.text or self.city or self.region or self.postal_code or self.country)

    @property
    def line(self) -> str:
        """One line for people: the text, or the parts in reading order."""
        if self.text:
            return self.text
        return ", ".join(part for part in (self.city, self.region, self.postal_code, self.country) if part)


class Located(Struct, frozen=True, kw_only=True, cache_hash=True, gc=False):
    """A place found in the offline gazetteer (carriers.md section 10). `zone` is an IANA name or None."""

    city: str
    region: str
    country: str  # ISO 3166 alpha-2
    latitude: float | None
    longitude: float | None
    zone: str | None
    precision: Precision
    method: str  # which rule found it, for people who ask


class Place(Struct, frozen=True, kw_only=True, cache_hash=True, gc=False):
    """What was said, and what it means to us (None when we cannot tell)."""

    raw: RawPlace
    located: Located | None
