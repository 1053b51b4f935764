"""Colors as people see them: sRGB to OKLCH and back, and how well one reads on another (WCAG 2).

OKLCH is Björn Ottosson's (2020): lightness, chroma, hue, even to the eye. Only what a brand's colors need.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
CLIPPED_IN = 12
"""Halvings of chroma until a color fits into sRGB: finer than its 256 steps."""

LUMINANCES_KEPT = 1024


@dataclass(frozen=True, slots=True)
class Color:
    """One color of sRGB, each part 0 to 255."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        """As style sheets write it."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        """WCAG's relative luminance, 0 to 1."""
        return _luminance(self)


@dataclass(frozen=True, slots=True)
class Oklch:
    """Lightness 0 to 1, chroma from 0 (gray), hue in radians."""

    lightness: float
    chroma: float
    hue: float


def color_of(text: str) -> Color | None:
    """`#0b6b4f`, `0b6b4f` or `#063`; None for anything else."""
    found = HEX.fullmatch(text.strip())
    if found is None:
        return None
    digits = found[1] if len(found[1]) == 6 else "".join(2 * digit for digit in found[1])
    return Color(*bytes.fromhex(digits))


def contrast(one: Color, other: Color) -> float:
    """From 1, the same, to 21, black on white (WCAG 2.2, 1.4.3)."""
    low, high = sorted((one.luminance, other.luminance))
    return (high + 0.05) / (low + 0.05)


def oklch(color: Color) -> Oklch:
    """How it looks."""
    red, green, blue = (_linear(part / 255) for part in (color.red, color.green, color.blue))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b), math.atan2(b, a))


def shown(look: Oklch) -> Color:
    """The nearest color a screen has with this lightness and hue: chroma is given up, nothing else."""
    parts = _rgb(look)
    if not _fits(parts):
        low, high = 0.0, look.chroma
        for _ in range(CLIPPED_IN):
            middle = (low + high) / 2
            low, high = (middle, high) if _fits(_rgb(_with(look, middle))) else (low, middle)
        parts = _rgb(_with(look, low))
    red, green, blue = (round(255 * min(1.0, max(0.0, _curved(part)))) for part in parts)
    return Color(red, green, blue)


@lru_cache(maxsize=LUMINANCES_KEPT)
def _luminance(color: Color) -> float:
    red, green, blue = (_linear(part / 255) for part in (color.red, color.green, color.blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _with(look: Oklch, chroma: float) -> Oklch:
    return Oklch(look.lightness, chroma, look.hue)


def _rgb(look: Oklch) -> tuple[float, float, float]:
    """Linear light; outside 0 to 1 no screen shows it."""
    a, b = look.chroma * math.cos(look.hue), look.chroma * math.sin(look.hue)
    long = (look.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (look.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (look.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _fits(parts: tuple[float, float, float]) -> bool:
    return all(-1e-4 <= part <= 1 + 1e-4 for part in parts)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _curved(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)
