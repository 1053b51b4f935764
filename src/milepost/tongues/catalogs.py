"""The catalogs: what each sentence for buyers is in each language. Read from their .po files, once each."""

import io
from dataclasses import dataclass, field
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from milepost.tongues.pseudo import PSEUDO, PseudoTranslations

LOCALES = Path(__file__).with_name("locale")
DOMAIN = "milepost"
ENGLISH = "en"
"""What the sentences in code and templates are written in."""

OFFERED = (ENGLISH, "es", "fr", "de", "pt", "it", "id", "vi", "th", "zh", "ja", "ar")
"""Languages a reader may choose; each is translated to the last sentence (tests/tongues/test_catalogs.py)."""

PSEUDO_DATES = "el"
"""Dates and countries of the pseudo-locale: in letters that no sentence of ours is written in."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: its sentences, and how it writes dates and numbers."""

    tag: str  # as in <html lang>
    locale: Locale = field(compare=False)
    words: NullTranslations = field(compare=False, repr=False)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, as in <html dir>."""
        return str(self.locale.text_direction)

    @property
    def name(self) -> str:
        """What it calls itself: `Deutsch`, `Tiếng Việt`."""
        own = str(self.locale.get_display_name(self.tag) or self.tag)
        return own[:1].upper() + own[1:]


@cache
def tongue(tag: str) -> Tongue:
    """A language by its tag; English where there is no catalog for it."""
    if tag == PSEUDO:
        return Tongue(PSEUDO, Locale(PSEUDO_DATES), PseudoTranslations())
    if tag not in OFFERED or tag == ENGLISH:
        return Tongue(ENGLISH, Locale(ENGLISH), NullTranslations())
    return Tongue(tag, Locale.parse(tag, sep="-"), _read(catalog_path(tag)))


def catalog_path(tag: str) -> Path:
    """Where a language's sentences are."""
    return LOCALES / tag.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


def _read(path: Path) -> Translations:
    """Compiled in memory: some 100 ms, once, and no compiled file can be older than its source."""
    compiled = io.BytesIO()
    with path.open("rb") as text:
        write_mo(compiled, read_po(text))
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)
