"""The ways to read a written place: which word is the town, which the state, which the country.

`INDIANAPOLIS, IN` may be Indiana or India. Every reading is given back; the gazetteer sees which one exists.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from milepost.model.places import RawPlace
from milepost.places.keys import place_key

NAME_WORDS_MAX = 5  # KOREA DEMOCRATIC PEOPLES REPUBLIC OF
TEXT_MAX = 200  # characters looked at; no place is longer
PARTS_MAX = 6
WITH_REGIONS = ("US", "CA")  # where a state code without a country is understood
CAPITAL = "WASHINGTON"  # alone, it means the town more often than the state
_BETWEEN = re.compile(r"[,;/()|]|\s-\s|\s[–—]\s")
_US_POSTCODE = re.compile(r"(\d{5})(?:-?\d{4})?")
_POSTCODE_IN_TEXT = re.compile(r"^(\d{5})(?:-\d{4})?\s+|(?:^|\s+)(\d{5})(?:-\d{4})?$")


@dataclass(frozen=True, slots=True)
class Country:
    """One country: `zones` most used first; `one_city` when its name alone is as good as a town's."""

    code: str
    name: str
    zones: tuple[str, ...]
    one_city: bool


@dataclass(frozen=True, slots=True)
class Region:
    """A state or province; `admin1` is its number in GeoNames. `zones` empty where we do not know all."""

    country: str
    code: str
    admin1: str
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The small tables of the gazetteer, kept in memory."""

    countries: Mapping[str, Country]
    country_names: Mapping[str, str]
    regions: Mapping[tuple[str, str], Region]  # by (country, code or name)
    noise: Mapping[str, tuple[tuple[str, ...], ...]]  # phrases by first word, longest first

    def country(self, key: str) -> str | None:
        """Alpha-2 code of a country given by code, name or alias."""
        return key if key in self.countries else self.country_names.get(key)

    def region(self, key: str, country: str | None) -> Region | None:
        """A state or province of this country, or of the US or else Canada when the country is not known."""
        for code in (country,) if country else WITH_REGIONS:
            if found := self.regions.get((code, key)):
                return found
        return None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read it. `towns` are keys, the likeliest first.

    `told` is False when the country rests on letters that also mean a state: then only a town that is there
    proves it.
    """

    towns: tuple[str, ...]
    region: Region | None
    country: str | None
    postcode: str
    told: bool


def rounds(place: RawPlace, words: Words) -> Iterator[tuple[Reading, ...]]:
    """Readings to try together; then, if nothing was found, without noise words; then those of the text."""
    postal = _US_POSTCODE.fullmatch(place.postal_code.strip())
    country = words.country(place_key(place.country)) if place.country else None
    region_key = place_key(place.region)
    for written in dict.fromkeys((place.city or place.text, place.text or place.city)):
        parts, postcode = _split(written[:TEXT_MAX])
        postcode = postal[1] if postal else postcode
        yield tuple(_read(parts, country, region_key, postcode, words))
        quiet = [part for part in (_without_noise(part, words.noise) for part in parts) if part]
        if quiet != parts:
            yield tuple(_read(quiet, country, region_key, postcode, words))


def _split(written: str) -> tuple[list[str], str]:
    parts, postcode = [], ""
    for part in _BETWEEN.split(written)[:PARTS_MAX]:
        stripped = part.strip()
        if found := _POSTCODE_IN_TEXT.search(stripped):
            postcode = found[1] or found[2]
            stripped = stripped[: found.start()] + stripped[found.end() :]
        if key := place_key(stripped):
            parts.append(key)
    return parts, postcode


def _without_noise(part: str, noise: Mapping[str, Sequence[tuple[str, ...]]]) -> str:
    words, kept, at = part.split(), [], 0
    while at < len(words):
        phrases = noise.get(words[at], ())
        length = next((len(phrase) for phrase in phrases if tuple(words[at : at + len(phrase)]) == phrase), 0)
        if not length:
            kept.append(words[at])
        at += length or 1
    return " ".join(kept)


def _read(
    parts: list[str], country: str | None, region_key: str, postcode: str, words: Words
) -> Iterator[Reading]:
    for found_country, rest, told in _countries(parts, country, words):
        region = words.region(region_key, found_country) if region_key else None
        if region:
            towns = tuple(_without_region(rest, region, words))
            yield Reading(towns, region, region.country, postcode, told)
        else:
            yield from _regions(rest, found_country, postcode, words, told=told)


def _countries(
    parts: list[str], country: str | None, words: Words
) -> Iterator[tuple[str | None, list[str], bool]]:
    """Where the country stands, if anywhere: the last parts, or the last words of the last part."""
    if country:
        rest = next((rest for code, rest, _ in _country_tails(parts, words) if code == country), parts)
        yield country, rest, True
        if not rest:
            yield country, parts, True  # a town named like its country
        return
    for code, rest, tail in _country_tails(parts, words):
        is_state_too = words.region(tail, None) is not None
        yield code, rest, not is_state_too
        if not is_state_too:
            return
        break
    yield None, parts, False


def _country_tails(parts: list[str], words: Words) -> Iterator[tuple[str, list[str], str]]:
    if not parts:
        return
    if len(parts) > 1 and (code := words.country(f"{parts[-2]} {parts[-1]}")):
        yield code, parts[:-2], parts[-1]
    if code := words.country(parts[-1]):
        yield code, parts[:-1], parts[-1]
    for rest, tail in _tails(parts[-1]):
        if code := words.country(tail):
            yield code, [*parts[:-1], rest], tail


def _tails(part: str) -> Iterator[tuple[str, str]]:
    """`NEW YORK NY` → (`NEW`, `YORK NY`), (`NEW YORK`, `NY`): long endings first."""
    words = part.split()
    for at in range(max(1, len(words) - NAME_WORDS_MAX), len(words)):
        yield " ".join(words[:at]), " ".join(words[at:])


def _regions(
    parts: list[str], country: str | None, postcode: str, words: Words, *, told: bool
) -> Iterator[Reading]:
    if not parts:
        yield Reading((), None, country, postcode, told)
        return
    region = words.region(parts[-1], country)
    if region and len(parts) > 1:
        yield Reading(tuple(parts[:-1]), region, region.country, postcode, told)
        return
    if region and parts[-1] != CAPITAL:
        yield Reading((parts[-1],), region, region.country, postcode, True)  # a state, or its town
        return
    for rest, tail in _tails(parts[-1]):
        if region := words.region(tail, country):
            yield Reading((*parts[:-1], rest), region, region.country, postcode, told)
            break
    yield Reading(tuple(parts), None, country, postcode, told)


def _without_region(parts: list[str], region: Region, words: Words) -> list[str]:
    """`JACKSONVILLE FL`, told again as FL, is `JACKSONVILLE`."""
    if len(parts) > 1 and words.region(parts[-1], region.country) == region:
        return parts[:-1]
    for rest, tail in _tails(parts[-1]) if parts else ():
        if tail == region.code:
            return [*parts[:-1], rest]
    return parts
