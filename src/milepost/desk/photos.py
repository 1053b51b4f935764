"""Takes in photos that strangers send: each is drawn anew in a process of its own, or refused in words."""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from milepost.desk.reencode import BROKEN, LOGO, NOT_A_PHOTO, TOO_MANY_PIXELS
from milepost.model.feedback import Photo
from milepost.tongues.speech import mark, say, say_many

PHOTOS_MAX = 10
"""Photos with one piece of feedback; further ones can be sent with another."""

TRIED_MAX = 30
"""Files of one message that are looked at, however many of them are no photos."""

PHOTO_BYTES_MAX = 10_000_000
DRAWN_S_MAX = 20.0
"""Real seconds one photo may take; then its process is ended."""

AT_ONCE = asyncio.Semaphore(2)
ID_BYTES = 16
NAME_LENGTH_MAX = 60
JPEG_START, PNG_START = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
WHY = {
    NOT_A_PHOTO: mark(
        "%(photo)s is no photo that we can read. Send a JPEG, PNG or WebP; a screenshot of it will do."
    ),
    TOO_MANY_PIXELS: mark(
        "%(photo)s has more than 40 million pixels. Take a smaller one, or send a screenshot of it."
    ),
    BROKEN: mark("%(photo)s is damaged. Send it again, or take another."),
}
TOO_LARGE = mark("%(photo)s is larger than 10 MB. Send it smaller; a screenshot of it will do.")
EMPTY = mark("%(photo)s is empty. Choose it again.")
LOGO_FILE = "the file"
"""What a seller's logo is called in those sentences."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class File:
    """A file as it came, read when its turn comes; its name is only used to say which one we mean."""

    name: str
    read: Callable[[int], Awaitable[bytes]]  # at most so many bytes of it


@dataclass(frozen=True, slots=True)
class Taken:
    """Photos we keep, and for each other file a sentence."""

    photos: tuple[Photo, ...]
    refused: tuple[str, ...]


async def take_photos(files: Sequence[File], room: int = PHOTOS_MAX) -> Taken:
    """As many as there is `room` for, in the order they came."""
    most = min(room, PHOTOS_MAX)
    photos: list[Photo] = []
    refused: list[str] = []
    for place, file in enumerate(files):
        if len(photos) == most or place == TRIED_MAX:
            refused.append(_too_many(len(files) - place, most))
            break
        found = await _take(file)
        if isinstance(found, Photo):
            photos.append(found)
        else:
            refused.append(say(found, photo=_called(file, place + 1)))
    return Taken(tuple(photos), tuple(refused))


async def _take(file: File) -> Photo | str:
    body = await file.read(PHOTO_BYTES_MAX + 1)
    if not body:
        return EMPTY
    if len(body) > PHOTO_BYTES_MAX:
        return TOO_LARGE
    async with AT_ONCE:
        code, jpeg = await _drawn(body)
    if code != 0 or not jpeg.startswith(JPEG_START):
        return WHY.get(code, WHY[BROKEN])
    return Photo(photo_id=secrets.token_urlsafe(ID_BYTES), jpeg=jpeg)


async def take_logo(body: bytes) -> bytes | str:
    """A logo as a PNG of ours, or a sentence that says why not."""
    if len(body) > PHOTO_BYTES_MAX:
        return say(TOO_LARGE, photo=LOGO_FILE)
    async with AT_ONCE:
        code, png = await _drawn(body, LOGO)
    if code == 0 and png.startswith(PNG_START):
        return png
    return say(WHY.get(code, WHY[BROKEN]), photo=LOGO_FILE)


async def _drawn(body: bytes, *how: str) -> tuple[int, bytes]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(Path(__file__).with_name("reencode.py")),
        *how,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        out, _ = await asyncio.wait_for(child.communicate(body), DRAWN_S_MAX)
    except TimeoutError:
        child.kill()
        await child.wait()
        log.warning("photo_took_too_long", bytes=len(body))
        return BROKEN, b""
    return child.returncode or 0, out


def _called(file: File, place: int) -> str:
    """`“IMG_1.jpg”`: nothing but letters, digits and a few marks of what somebody called it."""
    kept = "".join(letter for letter in file.name if letter.isalnum() or letter in " ._-()")
    name = kept.strip()[:NAME_LENGTH_MAX]
    return f"“{name}”" if name else say("Photo %(number)s", number=place)


def _too_many(left: int, most: int) -> str:
    if not most:
        return say("No more photos fit with this order; the seller has those you sent before.")
    return say_many(
        "%(num)s more photo was left out: %(most)s at a time. Send the others with another message.",
        "%(num)s more photos were left out: %(most)s at a time. Send the others with another message.",
        left,
        most=most,
    )
