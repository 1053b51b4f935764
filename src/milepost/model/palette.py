"""From a shop's one color all that stands in it, light and dark, moved until everybody can read it.

The grounds are those of frontend/src/styles/tokens.css and map-colors.css; a test compares them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from milepost.model.colors import Color, Oklch, color_of, contrast, oklch, shown

TEXT, GRAPHICS = 4.5, 3.0
"""What WCAG 2.2 AA asks for (1.4.3, 1.4.11)."""

STEPS = 100
"""Lightness is looked for in steps of one percent: hardly an eye sees less."""

SOFT_CHROMA_MAX = 0.025
LIT = 0.74
"""On dark ground a color is lifted to this lightness, or it would glow like an ember."""

WHITE_IS_WORTH = 0.08
"""So much further in lightness a color moves when words on it are white then, as people know buttons."""

HOVER = 1.08
"""A button under the pointer is that much brighter (parts.css)."""

PALETTES_KEPT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What colors stand on: the page, its cards and fields, and the map."""

    page: Color
    card: Color
    sunk: Color
    land: Color
    sea: Color
    halo: Color
    soft: float  # lightness of the softest tint

    @property
    def papers(self) -> tuple[Color, ...]:
        """What words stand on."""
        return self.page, self.card, self.sunk

    @property
    def all(self) -> tuple[Color, ...]:
        """And lines too."""
        return *self.papers, self.land, self.sea, self.halo


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """One theme's colors. `brand` is lines and filled buttons, `ink` is words in the brand's color."""

    brand: Color
    on_brand: Color
    ink: Color
    soft: Color


@dataclass(frozen=True, slots=True, kw_only=True)
class Palettes:
    """Both themes'."""

    light: Palette
    dark: Palette


def _at(text: str) -> Color:
    found = color_of(text)
    if found is None:
        raise ValueError(text)
    return found


WHITE, BLACK = _at("#ffffff"), _at("#000000")
LIGHT = Ground(
    page=_at("#f5f4ef"),
    card=_at("#ffffff"),
    sunk=_at("#f1efe8"),
    land=_at("#f7f4ec"),
    sea=_at("#d3e3e8"),
    halo=_at("#f7f4ec"),
    soft=0.945,
)
DARK = Ground(
    page=_at("#0d1214"),
    card=_at("#151c1f"),
    sunk=_at("#1b2327"),
    land=_at("#1b262a"),
    sea=_at("#0b1519"),
    halo=_at("#141d20"),
    soft=0.285,
)
OWN = Palettes(
    light=Palette(brand=_at("#0b6b4f"), on_brand=_at("#ffffff"), ink=_at("#0a5f46"), soft=_at("#e3f0ea")),
    dark=Palette(brand=_at("#5dd6aa"), on_brand=_at("#05291d"), ink=_at("#76dfb9"), soft=_at("#12302a")),
)
"""Milepost's own, where a shop has chosen none."""


@lru_cache(maxsize=PALETTES_KEPT)
def palettes(color: Color) -> Palettes:
    """The same color always gives the same."""
    look = oklch(color)
    lit = Oklch(max(look.lightness, LIT), look.chroma, look.hue)
    return Palettes(light=_palette(look, LIGHT), dark=_palette(lit, DARK))


def shortfalls(found: Palette, ground: Ground) -> list[str]:
    """What cannot be read well enough, in words; none for any color of sRGB (tests/brand/test_palette.py)."""
    pairs = [
        ("words on the brand's color", found.on_brand, _under_pointer(found.brand), TEXT),
        ("words in the brand's color on its tint", found.ink, (found.soft,), TEXT),
        ("words in the brand's color", found.ink, ground.papers, TEXT),
        ("lines in the brand's color", found.brand, (*ground.all, found.soft), GRAPHICS),
        ("words on the tint", _words_on(ground), (found.soft,), TEXT),
    ]
    return [
        f"{what}: {ratio:.2f} of {least}"
        for what, one, others, least in pairs
        for ratio in (contrast(one, other) for other in others)
        if ratio < least
    ]


def _palette(look: Oklch, ground: Ground) -> Palette:
    soft = shown(Oklch(ground.soft, min(look.chroma, SOFT_CHROMA_MAX), look.hue))
    brand, on_brand = _brand(look, ground, soft)
    ink = _first(look, (*ground.papers, soft), TEXT)
    return Palette(brand=brand, on_brand=on_brand, ink=ink, soft=soft)


def _brand(look: Oklch, ground: Ground, soft: Color) -> tuple[Color, Color]:
    """The nearest that is seen everywhere, and the words on it: white, or nearly black of the same hue."""
    dark = shown(Oklch(0.2, min(look.chroma, 0.05), look.hue))
    under = (*ground.all, soft)
    found = [(_first(look, under, GRAPHICS, words), words) for words in (WHITE, dark)]
    far = [abs(oklch(one).lightness - look.lightness) for one, _ in found]
    return found[0] if far[0] <= far[1] + WHITE_IS_WORTH else found[1]


def _first(look: Oklch, grounds: Sequence[Color], least: float, words: Color | None = None) -> Color:
    """The nearest lightness that is seen on these grounds, and on which these words can be read.

    There is one for every hue (a property test over all of sRGB): if not, the grounds were changed.
    """
    for one in _nearest(look):
        if _reads(one, grounds, least) and (words is None or _reads(words, _under_pointer(one), TEXT)):
            return one
    return WHITE if words != WHITE and _reads(WHITE, grounds, least) else BLACK


def _nearest(look: Oklch) -> Iterator[Color]:
    """The color in every lightness, those nearest to its own first."""
    steps = sorted(range(STEPS + 1), key=lambda step: abs(step / STEPS - look.lightness))
    yield shown(look)
    for step in steps:
        yield shown(Oklch(step / STEPS, look.chroma, look.hue))


def _reads(one: Color, others: Iterable[Color], least: float) -> bool:
    return all(contrast(one, other) >= least for other in others)


def _under_pointer(color: Color) -> tuple[Color, Color]:
    red, green, blue = (min(255, round(HOVER * part)) for part in (color.red, color.green, color.blue))
    return color, Color(red, green, blue)


def _words_on(ground: Ground) -> Color:
    """Plain ink of the theme."""
    return _at("#14181a") if ground is LIGHT else _at("#edf2f0")
