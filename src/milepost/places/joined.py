"""Lines in scripts that leave no blanks: country and province are cut off the front, and towns are left."""

from collections.abc import Sequence

from milepost.places.readings import Reading
from milepost.places.tables import Region, Words, is_joined

WRITERS = ("CN", "JP", "KR", "TW", "TH")


def read_joined(runs: Sequence[str], country: str | None, words: Words) -> Reading:
    """What is left when 广东省 or 千葉県 is taken off; the line's own country goes before the hint."""
    towns: list[str] = []
    region: Region | None = None
    for run in runs:
        left = run
        while is_joined(left) and (found := words.joined_names.match(left)):
            name, rest = found[1], left[found.end() :]
            told = words.country_names.get(name)
            province = next(
                (
                    one
                    for code in dict.fromkeys((country, *WRITERS))
                    if (one := words.regions.get((code or "", name)))
                ),
                None,
            )
            if not rest and not (told and told != country):
                break  # 吉林 alone may be the city
            country, region = (told, region) if told else (country, province)
            left = rest
        if left:
            towns.append(left)
    if region and region.country != country:
        country = region.country
    return Reading(tuple(towns), region, country, told=True)
