"""Draws one photo anew as a JPEG: standard input to standard output, in a process of its own.

A file from a stranger is decoded here and nowhere else (reliability.md A7, S-10): what breaks this process
breaks nothing. It imports nothing of ours, so that it starts quickly.
"""

import io
import resource
import sys

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
PIXELS_MAX = 40_000_000
EDGE_MAX = 2400
"""Longest side that is kept, in pixels: a label is still readable."""

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
        sys.stdout.buffer.write(drawn(found))
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


if __name__ == "__main__":
    sys.exit(main())
