"""Where something happened, as the source wrote it and as we understood it."""

from dataclasses import dataclass
from enum import StrEnum


class Precision(StrEnum):
    """How finely a place is known."""

    AIRPORT = "airport"
    POSTCODE = "postcode"
    CITY = "city"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPlace:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A place found in the offline gazetteer (carriers.md section 10). `zone` is an IANA name or None."""

    city: str
    region: str
    country: str  # ISO 3166 alpha-2
    latitude: float | None
    longitude: float | None
    zone: str | None
    precision: Precision
    method: str  # which rule found it, for people who ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What was said, and what it means to us (None when we cannot tell)."""

    raw: RawPlace
    located: Located | None
