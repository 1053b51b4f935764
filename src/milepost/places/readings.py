"""The ways to read a written place: which word is the town, which the state, which the country.

`INDIANAPOLIS, IN` may be Indiana or India. Every reading is given back; the gazetteer sees which one exists.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from milepost.places.tables import Region, Words, is_joined

NAME_WORDS_MAX = 5  # KOREA DEMOCRATIC PEOPLES REPUBLIC OF
LONG_NAME = 4  # letters: a shorter name of a country may be a code for something else
CAPITAL = "WASHINGTON"  # alone, it means the town more often than the state


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read it. `towns` are keys, the likeliest first.

    `told` is False when the country rests on letters that also mean a state: then only a town that is there
    proves it.
    """

    towns: tuple[str, ...]
    region: Region | None
    country: str | None
    told: bool
    is_region_alone: bool = False  # nothing but the name of a state, which may be its town's too


def readings(parts: Sequence[str], country: str | None, region_key: str, words: Words) -> Iterator[Reading]:
    """Every way to read these parts; `country` and `region_key` are what the source told beside the line."""
    for found_country, rest, told in _countries(list(parts), country, words):
        region = words.region(region_key, found_country) if region_key else None
        if region:
            towns = tuple(_without_region(rest, region, words))
            yield Reading(towns, region, region.country, told)
        else:
            yield from _regions(rest, found_country, words, told=told)


def _countries(
    parts: list[str], country: str | None, words: Words
) -> Iterator[tuple[str | None, list[str], bool]]:
    """Where the country stands, if anywhere: in the last parts, at the end of the last, or first."""
    tails = _country_tails(parts, words)
    if country:
        rest = parts
        for code, left, tail in tails:
            if code == country:
                rest = left
                break
            if left and _beats(tail, country, words):
                yield code, left, True
                yield country, parts, False  # unless a town of the country beside it is called so
                return
        yield country, rest, True
        if not rest:
            yield country, parts, True  # a town named like its country
        return
    for code, rest, tail in tails:
        is_state_too = words.region(tail, None) is not None
        yield code, rest, not is_state_too
        if not is_state_too:
            return
        break
    yield None, parts, False


def _beats(tail: str, country: str, words: Words) -> bool:
    """What the line says of its country goes before what stands beside it, if it is a name and no state's."""
    is_name = len(tail) > LONG_NAME or is_joined(tail)
    return is_name and words.region(tail, country) is None and tail not in words.countries


def _country_tails(parts: list[str], words: Words) -> Iterator[tuple[str, list[str], str]]:
    if not parts:
        return
    if len(parts) > 1 and (code := words.country(f"{parts[-2]} {parts[-1]}")):
        yield code, parts[:-2], parts[-1]
    if code := words.country(parts[-1]):
        yield code, parts[:-1], f"{parts[-1]}"
    for rest, tail in _tails(parts[-1]):
        if code := words.country(tail):
            yield code, [*parts[:-1], rest], tail
    if len(parts) > 1 and _may_lead(parts, words) and (code := words.country(parts[0])):
        yield code, parts[1:], parts[0]


def _may_lead(parts: list[str], words: Words) -> bool:
    """Whether a country may stand first: in some scripts, or if no state follows (`JAMAICA, NY`)."""
    return is_joined(parts[0]) or (len(parts[0]) > 2 and words.region(parts[-1].split()[-1], None) is None)


def _tails(part: str) -> Iterator[tuple[str, str]]:
    """`NEW YORK NY` → (`NEW`, `YORK NY`), (`NEW YORK`, `NY`): long endings first."""
    at = len(part)
    cuts = []
    for _ in range(NAME_WORDS_MAX):
        at = part.rfind(" ", 0, at)
        if at < 0:
            break
        cuts.append(at)
    for cut in reversed(cuts):
        yield part[:cut], part[cut + 1 :]


def _regions(parts: list[str], country: str | None, words: Words, *, told: bool) -> Iterator[Reading]:
    if not parts:
        yield Reading((), None, country, told)
        return
    region = words.region(parts[-1], country)
    if region and len(parts) > 1:
        yield Reading(tuple(parts[:-1]), region, region.country, told)
        if not region.admin1:
            yield Reading(tuple(parts), region, region.country, told)  # named like its main town
        return
    if region and parts[-1] != CAPITAL:
        yield Reading((parts[-1],), region, region.country, told=True, is_region_alone=True)
        return
    yield from _inner_regions(parts, country, words, told=told)
    yield Reading(tuple(parts), None, country, told)


def _inner_regions(parts: list[str], country: str | None, words: Words, *, told: bool) -> Iterator[Reading]:
    """A state that ends a part (`BEDFORD PARK IL`), or is one that others follow (`TEXAS, WACO`)."""
    for at in range(len(parts) - 1, -1, -1):
        for rest, tail in _tails(parts[at]):
            if region := words.region(tail, country):
                yield Reading((*parts[:at], rest, *parts[at + 1 :]), region, region.country, told)
                return
        if at < len(parts) - 1 and (region := words.region(parts[at], country)):
            yield Reading((*parts[:at], *parts[at + 1 :]), region, region.country, told)
            return


def _without_region(parts: list[str], region: Region, words: Words) -> list[str]:
    """`JACKSONVILLE FL`, told again as FL, is `JACKSONVILLE`."""
    if len(parts) > 1 and words.region(parts[-1], region.country) == region:
        return parts[:-1]
    for rest, tail in _tails(parts[-1]) if parts else ():
        if tail == region.code:
            return [*parts[:-1], rest]
    return parts
