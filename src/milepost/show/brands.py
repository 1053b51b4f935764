"""How a shop's look gets onto its pages: one small style sheet made from its color, and its logo."""

from dataclasses import dataclass
from functools import lru_cache

from milepost.model.brands import Brand
from milepost.model.colors import Color, color_of
from milepost.model.palette import PALETTES_KEPT, Palette, palettes

WORDMARK = 2.0
MADE_AS = "1"
"""Raised when the colors come out otherwise: browsers keep a sheet for ever."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a template needs; empty parts are Milepost's own."""

    sheet: str = ""  # address
    logo: str = ""  # address
    logo_width: int = 0  # px on the page, with the paper around it
    logo_height: int = 0
    name: str = ""  # where the page itself knows no shop's

    @property
    def is_wordmark(self) -> bool:
        """So wide that the name stands in it: beside it, it would be said twice."""
        return self.logo_width > WORDMARK * self.logo_height


MILEPOST_LOOK = Look()


def look_of(brand: Brand | None) -> Look:
    """A shop's look, as somebody chose it."""
    if brand is None:
        return MILEPOST_LOOK
    color = color_of(brand.color)
    width, height = brand.logo_size if brand.logo_id else (0, 0)
    return Look(
        sheet=sheet_address(color) if color else "",
        logo=brand.logo_path,
        logo_width=width,
        logo_height=height,
    )


def sheet_address(color: Color, *, to_try: bool = False) -> str:
    """It names the color and nobody: two shops with one color have one sheet."""
    return f"/brand/{'try-' if to_try else ''}{str(color)[1:]}-{MADE_AS}.css"


@lru_cache(maxsize=PALETTES_KEPT)
def sheet(color: Color, *, to_try: bool = False) -> str:
    """The style sheet; `to_try`: for the two samples of the console instead of a whole page."""
    found = palettes(color)
    light, dark = _tokens(found.light), _tokens(found.dark)
    if to_try:
        return f".try-light{{{light}}}.try-dark{{{dark}}}"
    return (
        f":root{{{light}}}:root[data-theme=dark]{{{dark}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f"@media print{{:root:root:root{{{light}}}}}"
    )


def _tokens(found: Palette) -> str:
    return f"--brand:{found.brand};--on-brand:{found.on_brand};--brand-ink:{found.ink};--soft:{found.soft}"
