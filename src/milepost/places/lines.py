"""A written line taken apart: its parts, its postal codes, and what is left when noise is dropped."""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from milepost.places.keys import place_key
from milepost.places.tables import Words, is_joined

TEXT_MAX = 200  # characters looked at; no place is longer
PARTS_MAX = 8
_BETWEEN = re.compile(r"[,;:/()|\[\]{}<>_#→»、，。：；（）［］【】「」〒・]|\s[-–—]+\s")
_ZIP_IN_TEXT = re.compile(r"^(\d{5})(?:-\d{4})?(?:\s+|$)|(?:^|\s+)(\d{5})(?:-\d{4})?$")
_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?")
_DIGIT = re.compile(r"\d")
_MISREAD = re.compile("[ÃÅÄÂ][\x80-ÿŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]")  # UTF-8 read as the Windows code page
_SCRIPT_ENDS = re.compile(r"(?<=[A-Z0-9])(?=[\u0e00-\ud7af])|(?<=[\u0e00-\ud7af])(?=[A-Z0-9])")
_COUNTY = re.compile(r"^COUNTY | COUNTY$| PARISH$")


@dataclass(frozen=True, slots=True)
class Line:
    """`parts` are keys of what stands between commas and the like; `postcode` is a US ZIP code.

    `codes` are other words with digits, as they may be postal codes; `counties` stood in the line too.
    """

    parts: tuple[str, ...]
    postcode: str
    codes: tuple[str, ...]
    counties: tuple[str, ...]


def take_apart(written: str, postal: str = "") -> Line:
    """The parts of a line in their order, at most PARTS_MAX; `postal` is a postal code told beside it."""
    parts: list[str] = []
    codes = place_key(postal).split() if postal else []
    postcode = ""
    for part in _BETWEEN.split(_mended(written[:TEXT_MAX]))[:PARTS_MAX]:
        stripped, has_digits = part.strip(), _DIGIT.search(part) is not None
        if has_digits and (found := _ZIP_IN_TEXT.search(stripped)):
            postcode = found[1] or found[2]
            codes.append(postcode)
            stripped = f"{stripped[: found.start()]} {stripped[found.end() :]}"
        if key := place_key(stripped):
            key = key if key.isascii() else _SCRIPT_ENDS.sub(" ", key)
            if has_digits:
                codes += [word for word in key.split() if _DIGIT.search(word)]
            parts += key.split() if is_joined(key) else [key]
    if postal and (beside := _ZIP.fullmatch(postal)):
        postcode = beside[1]
    counties = [part for part in parts if "COUNTY" in part or "PARISH" in part] if len(parts) > 1 else []
    if counties:
        parts = [part for part in parts if part not in counties] or parts
    return Line(tuple(parts), postcode, tuple(codes), tuple([_COUNTY.sub("", county) for county in counties]))


def variants(parts: Sequence[str], country: str | None, words: Words) -> Iterator[tuple[str, ...]]:
    """The runs of words that may be names, in the ways to try one after the other; none twice.

    Without words that name no place; as they stand; and without words that towns' names have too, first at
    the ends (`DI CASALECCHIO DI RENO`), then everywhere.
    """
    weak = words.weak_noise
    runs = _quiet(parts, country, words, weak)
    yield runs
    tried = {runs}
    literal = tuple(parts)
    ways = [literal] if runs and not any(map(is_joined, parts)) else []
    if not weak.isdisjoint(" ".join(runs).split()):
        ways += [_trimmed(runs, weak, *ends) for ends in ((False, True), (True, False), (True, True))]
        ways.append(quietest(parts, country, words))
    for way in ways:
        if way and way not in tried:
            tried.add(way)
            yield way


def quietest(parts: Sequence[str], country: str | None, words: Words) -> tuple[str, ...]:
    """The runs that are left without any word that names no place."""
    return _quiet(parts, country, words, frozenset())


def _trimmed(runs: Sequence[str], weak: frozenset[str], left: bool, right: bool) -> tuple[str, ...]:  # noqa: FBT001
    kept = []
    for run in runs:
        pieces = run.split()
        while left and pieces and pieces[0] in weak:
            pieces.pop(0)
        while right and pieces and pieces[-1] in weak:
            pieces.pop()
        if not weak.issuperset(pieces):
            kept.append(" ".join(pieces))
    return tuple(kept)


def _quiet(parts: Sequence[str], country: str | None, words: Words, keep: frozenset[str]) -> tuple[str, ...]:
    runs: list[str] = []
    for part in parts:
        if is_joined(part):
            runs += [run for run in words.joined_noise.sub(" ", part).split() if not run.isdigit()]
        elif (pieces := part.split()) and words.noise.keys().isdisjoint(pieces) and not _DIGIT.search(part):
            runs.append(part)
        else:
            runs += _runs(pieces, country, words, keep)
    return tuple(runs)


def _runs(part: Sequence[str], country: str | None, words: Words, keep: frozenset[str]) -> list[str]:
    runs: list[list[str]] = [[]]
    at = 0
    while at < len(part):
        word = part[at]
        length = _noise_at(part, at, words, keep)
        if length == 1 and runs[-1] and words.region(word, country):
            after = at + 1
            if after == len(part) or _noise_at(part, after, words, keep):
                length = 0  # after a name and before no other, IN or MC is a state
        if word in words.streets:
            runs[-1] = []
        elif length or _DIGIT.search(word):
            runs.append([])
        else:
            runs[-1].append(word)
        at += length or 1
    return [" ".join(run) for run in runs if run]


def _noise_at(part: Sequence[str], at: int, words: Words, keep: frozenset[str]) -> int:
    """How many words from here on name no place."""
    for phrase in words.noise.get(part[at], ()):
        if (len(phrase) > 1 or part[at] not in keep) and tuple(part[at : at + len(phrase)]) == phrase:
            return len(phrase)
    return 0


def _mended(written: str) -> str:
    """Entities read, full-width letters made plain, and UTF-8 that somebody took for Latin-1 put right."""
    if "&" in written:
        written = html.unescape(written)
    if written.isascii():
        return written
    if _MISREAD.search(written):
        with suppress(UnicodeError):
            written = written.encode("cp1252").decode("utf-8")
    return unicodedata.normalize("NFKC", written)
