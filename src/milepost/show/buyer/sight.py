"""How much of an order a visit may see: the one place where the three views differ.

`public`: status and day, no place finer than a country. `town`: towns, items, the carrier's words without
anything personal in them. `full`: names, the address and proof of delivery too (reliability.md A1).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from milepost.model.orders import Contact
from milepost.model.people import View
from milepost.model.places import Place
from milepost.model.scans import ProofTold
from milepost.tongues.speech import spoken

HIDDEN = "•••"
PART_LENGTH_MIN = 3
"""Shorter parts of a name or an address ("de", "St") would hide half of every sentence."""

SAYS_WHO = re.compile(
    r"\b(signed(?: for)? by|signature|received by|recipient|receiver|left with|released to|handed to|attn)\b"
    r"[:\s]+(?!the\b|a\b|an\b|your\b|neighbou?r\b|individual\b|agent\b|recipient\b|front\b|back\b).+",
    re.IGNORECASE,
)
E_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
PHONE = re.compile(r"\+?\d[\d\s().-]{6,}\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one visit may see. `contact` and `proofs` are of this order; they leave only through here."""

    view: View
    contact: Contact = field(default=Contact(), repr=False)
    received_by: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_public(self) -> bool:
        """A tracking number alone."""
        return self.view is View.PUBLIC

    @property
    def is_full(self) -> bool:
        """A signed link."""
        return self.view is View.FULL

    def town(self, place: Place | None) -> str:
        """`Memphis, Tennessee` — in the public view nothing: a town is finer than a country."""
        if place is None or self.is_public:
            return ""
        found = place.located
        city, region = (found.city, found.region) if found else (place.raw.city, place.raw.region)
        if not city and not region and self.is_full:
            return place.raw.text
        parts = [_cased(city), _cased(region) if len(region) > PART_LENGTH_MIN else region.upper()]
        return self.scrubbed(", ".join(dict.fromkeys(part for part in parts if part)))

    def country(self, place: Place | None) -> str:
        """The country's name, which every view may know."""
        if place is None:
            return ""
        code = place.located.country if place.located else place.raw.country
        return country_name(code)

    def scrubbed(self, text: str) -> str:
        """A source's own words as far as this view may read them."""
        if self.is_public:
            return ""
        return text if self.is_full else self._without_people(text)

    def _without_people(self, text: str) -> str:
        text = SAYS_WHO.sub(lambda found: f"{found[1]} {HIDDEN}", text)
        text = E_MAIL.sub(HIDDEN, text)
        text = PHONE.sub(HIDDEN, text)
        for part in self._personal_parts():
            text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", HIDDEN, text, flags=re.IGNORECASE)
        return text

    def _personal_parts(self) -> Iterable[str]:
        """Whole values first, so that "Ada Lovelace" becomes one mark and not two."""
        told = self.contact
        wholes = [told.name, told.email, told.phone, told.address, told.postal_code, *self.received_by]
        names = [
            part for whole in (told.name, *self.received_by) for part in re.split(r"[\s,.]+", whole or "")
        ]
        streets = [part.strip() for part in (told.address or "").split(",")[:1]]
        found = {part for part in (*wholes, *streets, *names) if part and len(part) >= PART_LENGTH_MIN}
        return sorted(found, key=len, reverse=True)

    def recipient(self) -> Contact | None:
        """Name and address, for a signed link only."""
        return self.contact if self.is_full and (self.contact.name or self.contact.address) else None

    def masked_address(self) -> str:
        """As much of it as its owner knows again and nobody else learns anything from; for a signed link."""
        if not self.is_full or not self.contact.address:
            return ""
        street = self.contact.address.partition(",")[0]
        return re.sub(r"(?<=\w)\w", "•", street)

    def masked_name(self) -> str:
        """`A•• L•••••••`; for a signed link."""
        return re.sub(r"(?<=\w)\w", "•", self.contact.name or "") if self.is_full else ""

    def masked_contact(self) -> str:
        """`a•••@example.com · •••• 42`; for a signed link."""
        if not self.is_full:
            return ""
        name, _, host = (self.contact.email or "").partition("@")
        mail = f"{name[:1]}•••@{host}" if host else ""
        digits = re.sub(r"\D", "", self.contact.phone or "")
        return " · ".join(part for part in (mail, f"•••• {digits[-2:]}" if digits else "") if part)

    def proof(self, told: ProofTold | None) -> ProofTold | None:
        """Who took it and where it was left, for a signed link only."""
        return told if self.is_full else None


def country_name(code: str) -> str:
    """A country (ISO alpha-2) in the language spoken; empty for none and for one nobody knows."""
    return str(spoken().locale.territories.get(code.upper(), "")) if code else ""


def _cased(name: str) -> str:
    """`MEMPHIS` is shouted by many sources; `Memphis` reads better."""
    return name.title() if name.isupper() else name
