"""A printed map as a PNG, for mails: they show no SVG."""

import io
import re
from pathlib import Path

import resvg_py
from PIL import Image

FONTS = [str(path) for path in sorted(Path(__file__).with_name("fonts").glob("*.ttf"))]
COLORS = 128
LATIN = re.compile(r"[\x00-\u024f\u0300-\u036f\u1e00-\u1eff\u2010-\u203a]*")
"""What our typeface can write."""


def png(svg: str, width: int) -> bytes:
    """So many pixels wide. A name in letters that our typeface lacks is set in one of the machine's own."""
    is_ours = LATIN.fullmatch(svg) is not None  # the machine's own take a fifth of a second to find
    drawn = resvg_py.svg_to_bytes(svg_string=svg, width=width, font_files=FONTS, skip_system_fonts=is_ours)
    picture = Image.open(io.BytesIO(drawn)).convert("RGB")
    packed = io.BytesIO()
    picture.quantize(COLORS, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()
