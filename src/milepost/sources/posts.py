"""The posts of the world: whose an international number is by the two letters it ends in (UPU standard S10).

A post with a folder of its own says so on its card; the others are known by name alone. They are an answer
to a person, and no carrier that could be asked: their keys are `s10:` and the country.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from milepost.model.carriers import CarrierCard, Level, NumberPattern
from milepost.model.reach import Confidence

POSTS = Path(__file__).with_name("posts.csv")
COLUMNS = ("country", "operator")
KEY = "s10:{}"
STRENGTH = 0.97
SOURCE = "UPU S10; ISO 3166-1; sources/posts.csv"


def with_posts(cards: Mapping[str, CarrierCard]) -> dict[str, CarrierCard]:
    """These cards, and one for every post of the world whose numbers none of them claims as its own."""
    claimed = {one.regex[-2:] for card in cards.values() for one in card.patterns if _is_the_posts_own(one)}
    others = (_card(country, operator) for country, operator in _rows() if country not in claimed)
    return {**cards, **{card.key: card for card in others}}


def _is_the_posts_own(pattern: NumberPattern) -> bool:
    return pattern.check == "s10" and pattern.strength >= STRENGTH


def _rows() -> Iterator[tuple[str, str]]:
    with POSTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["country"], row["operator"]


def _card(country: str, operator: str) -> CarrierCard:
    pattern = NumberPattern(
        name=f"international mail (S10, {country})",
        regex=rf"[A-Z]{{2}}(?P<serial>\d{{8}})(?P<check>\d){country}",
        check="s10",
        strength=STRENGTH,
        source=SOURCE,
        confidence=Confidence.HIGH,
    )
    return CarrierCard(
        key=KEY.format(country.lower()),
        name=operator,
        tracking_url="",
        source=SOURCE,
        patterns=(pattern,),
        level=Level.KNOWN,
    )
