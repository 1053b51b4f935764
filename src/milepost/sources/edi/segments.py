"""Segments of an interchange: cut by the delimiters it names itself, each with its place in the file."""

from collections.abc import Iterator
from typing import NamedTuple

SEGMENTS_MAX = 200_000
SEGMENT_LENGTH_MAX = 4_000
BETWEEN = "\r\n\t "
"""What may stand between two segments, so that people can read them."""


class EdiError(ValueError):
    """An interchange that cannot be read on from here; the text names segment, element and fix."""


class Segment(NamedTuple):
    """One segment; elements are counted from 1, as the standards do, and each has components."""

    place: int  # counted from 1, as every editor for such files does
    tag: str
    elements: tuple[tuple[str, ...], ...]

    @property
    def where(self) -> str:
        """`segment 12`."""
        return f"segment {self.place}"

    def at(self, element: int, component: int = 1) -> str:
        """One value without its blanks, or nothing where the segment ends before."""
        if element > len(self.elements) or component > len(self.elements[element - 1]):
            return ""
        return self.elements[element - 1][component - 1].strip()


def cut(text: str, *, terminator: str, element: str, component: str, release: str = "") -> Iterator[Segment]:
    """Every segment in turn. `release` makes the sign after it a plain one. Raises EdiError."""
    place = 0
    pieces = _split(text, terminator, release)
    raw = next(pieces)
    for following in pieces:
        if plain := raw.strip(BETWEEN):
            place += 1
            if place > SEGMENTS_MAX or len(plain) > SEGMENT_LENGTH_MAX:
                raise EdiError(
                    f"segment {place}: too long, or too many ({SEGMENTS_MAX:,} segments of "
                    f"{SEGMENT_LENGTH_MAX:,} characters are the most); is its terminator the right one?"
                )
            yield _segment(place, plain, element, component, release)
        raw = following
    if raw.strip(BETWEEN):  # half a segment may look like a whole one with other values
        raise EdiError(f"segment {place + 1}: it has no end: the file was cut off; ask for it again")


def _segment(place: int, plain: str, element: str, component: str, release: str) -> Segment:
    parts = list(_split(plain, element, release))
    elements = tuple(
        tuple(_released(part, release) for part in _split(one, component, release)) for one in parts[1:]
    )
    return Segment(place, _released(parts[0], release).strip(), elements)


def _split(text: str, sign: str, release: str) -> Iterator[str]:
    if not release or release not in text:
        yield from text.split(sign)
        return
    start = place = 0
    while place < len(text):
        if text[place] == release:
            place += 2
            continue
        if text[place] == sign:
            yield text[start:place]
            start = place + 1
        place += 1
    yield text[start:]


def _released(text: str, release: str) -> str:
    if not release or release not in text:
        return text
    plain, place = [], 0
    while place < len(text):
        if text[place] == release and place + 1 < len(text):
            place += 1
        plain.append(text[place])
        place += 1
    return "".join(plain)
