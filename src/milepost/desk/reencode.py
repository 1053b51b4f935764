"""Draws one photo anew as a JPEG, or a logo as a PNG: standard input to output, in a process of its own.

A file from a stranger is decoded here and nowhere else (reliability.md A7, S-10): what breaks this process
breaks nothing. It imports nothing of ours, so that it starts quickly.
"""

import io
import resource
import sys

from PIL import Image, ImageOps, ImageStat, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
PIXELS_MAX = 40_000_000
EDGE_MAX = 2400
"""Longest side that is kept, in pixels: a label is still readable."""

LOGO = "logo"
"""What is said to the process that is to draw a logo."""

LOGO_WIDTH_MAX, LOGO_HEIGHT_MAX = 480, 120
"""Three times what pages show, for fine screens."""

LOGO_BYTES_MAX = 40_000
"""With more it is drawn with 256 colors, and then smaller: a page has no room for it."""

OPAQUE, LIGHT, DARK_GROUND = 255, 215, "#14181a"
"""From that brightness on, nothing of a see-through logo would be seen on white."""

PLAIN_MODES = frozenset({"RGB", "L", "CMYK"})
"""Whose pixels can be averaged as they are: no palette, nothing see-through."""

QUALITY = 85
MEMORY_BYTES_MAX = 768 * 1024 * 1024
CPU_S_MAX = 10
NOT_A_PHOTO, TOO_MANY_PIXELS, BROKEN = 3, 4, 5
"""Exit codes; desk/photos.py says what they mean."""


def main() -> int:
    """The exit code; 0 once the JPEG is written."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    Image.MAX_IMAGE_PIXELS = None  # we look ourselves, before anything is decoded
    try:
        found = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return NOT_A_PHOTO
    if found.width * found.height > PIXELS_MAX:
        return TOO_MANY_PIXELS
    try:
        sys.stdout.buffer.write(logo(found) if LOGO in sys.argv else drawn(found))
    except Exception:  # noqa: BLE001 - decoders raise whatever they like, and all of it means the same
        return BROKEN
    return 0


def drawn(found: Image.Image) -> bytes:
    """Upright, on white, without anything but its pixels."""
    found.draft("RGB", (EDGE_MAX, EDGE_MAX))
    upright = ImageOps.exif_transpose(found)
    upright.thumbnail((EDGE_MAX, EDGE_MAX))
    shown = upright.convert("RGBA")
    pixels = Image.new("RGB", shown.size, "white")
    pixels.paste(shown, mask=shown.getchannel("A"))
    out = io.BytesIO()
    pixels.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def logo(found: Image.Image) -> bytes:
    """Upright, see-through where it was, cut to what there is of it, small, and nothing but its pixels."""
    picture = _shrunk(found)
    edge = picture.getchannel("A").getbbox()
    picture = _seen(picture.crop(edge) if edge else picture)
    picture.info = {}  # a color profile would be kept otherwise: some are larger than any logo
    width, height = LOGO_WIDTH_MAX, LOGO_HEIGHT_MAX
    while True:
        picture.thumbnail((width, height))
        for kept in (picture, picture.quantize(256, Image.Quantize.FASTOCTREE)):
            out = io.BytesIO()
            kept.save(out, "PNG", optimize=True)
            if out.tell() <= LOGO_BYTES_MAX:
                return out.getvalue()
        width, height = width * 3 // 4, height * 3 // 4


def _shrunk(found: Image.Image) -> Image.Image:
    """With room for its edge to be cut off. Small before anything else is made of it: memory has a bound."""
    room = 4 * LOGO_WIDTH_MAX, 4 * LOGO_HEIGHT_MAX
    found.draft("RGB", room)
    ImageOps.exif_transpose(found, in_place=True)
    if found.mode in PLAIN_MODES and "transparency" not in found.info:
        found.thumbnail(room)
    picture = found if found.mode == "RGBA" else found.convert("RGBA")
    picture.thumbnail(room)
    return picture


def _seen(picture: Image.Image) -> Image.Image:
    """A white logo made for dark ground gets that ground: pages show logos on white paper."""
    alpha = picture.getchannel("A")
    if ImageStat.Stat(alpha).mean[0] == OPAQUE:
        return picture
    if (
        ImageStat.Stat(picture.convert("L"), alpha.point(lambda one: OPAQUE * (one > OPAQUE // 2))).mean[0]
        < LIGHT
    ):
        return picture
    ground = Image.new("RGBA", (picture.width * 9 // 8 + 2, picture.height * 5 // 4 + 2), DARK_GROUND)
    place = ((ground.width - picture.width) // 2, (ground.height - picture.height) // 2)
    ground.paste(picture, place, picture)
    return ground


if __name__ == "__main__":
    sys.exit(main())
