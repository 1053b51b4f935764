"""The posts of the world: which country code ends an S10 number, and whose number it then is."""

import csv
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.corpora.identify import checks
from tests.corpora.identify.formats import LETTERS, some

TABLE = Path(__file__).with_name("posts.tsv")

# Kinds of mail as the standard names them: letters, registered, insured, parcels, express, e-commerce, small packets.
SERVICES = ("L", "L", "R", "R", "R", "U", "C", "C", "E", "V", "H", "A")

# Who else may rightly be named beside the issuing post.
BESIDE: dict[str, tuple[str, ...]] = {
    "CN": ("yanwen", "cainiao", "four_px", "sf_express", "yunexpress"),
    "DE": ("dhl",),
    "GB": ("parcelforce",),
    "FR": ("chronopost",),
    "NL": ("postnl",),
    "BE": ("bpost",),
    "CH": ("swiss_post",),
    "AT": ("austrian_post",),
    "PL": ("poczta_polska",),
    "MY": ("pos_malaysia",),
    "ES": ("correos_express",),
}


@dataclass(frozen=True)
class Post:
    code: str
    country: str
    operator: str
    key: str
    standing: str  # member or territory of the Universal Postal Union, or other


def posts() -> list[Post]:
    with TABLE.open(encoding="utf-8", newline="\n") as file:
        return [Post(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def build(rng: Random, code: str) -> str:
    serial = some(rng, 8)
    return rng.choice(SERVICES) + rng.choice(LETTERS) + serial + checks.s10(serial) + code


def is_valid(number: str) -> bool:
    return checks.s10(number[2:10]) == number[10]
