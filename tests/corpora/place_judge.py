"""How an answer about a line of the places list is judged; `places/README.md` says the rules."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from milepost.model.places import Located, RawPlace

LIST = Path(__file__).parent / "places" / "lines.tsv"
SAMPLED_FROM, SAMPLED_DAYS, SAMPLE_DAYS = datetime(2025, 1, 1, 12, tzinfo=UTC), 730, 5
LETTERS = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss"}
)
RIGHT, WRONG, MISSED = "right", "wrong", "missed"

Line = Mapping[str, str]


def lines(path: Path = LIST) -> list[Line]:
    """Every line of the list, by column."""
    return list(csv.DictReader(path.read_text("utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def asked(line: Line) -> RawPlace:
    """The line as a feed gives it: the text, and the country beside it."""
    return RawPlace(text=line["text"], country=line["country_hint"])


def judge(line: Line, found: Located | None) -> str:
    """`right`, `wrong` (something was answered that is not so), or `missed` (a town was not found)."""
    if found is None:
        return MISSED if line["city"] else RIGHT
    right = (
        _is_country_right(line, found)
        and _is_region_right(line, found)
        and _is_zone_right(line, found)
        and (not found.city or _is_town_right(line, found.city))
    )
    if not right:
        return WRONG
    return RIGHT if bool(found.city) == bool(line["city"]) else MISSED


def _is_town_right(line: Line, city: str) -> bool:
    return bool(line["city"]) and _folded(city) in {
        _folded(one) for one in (line["city"], *_also(line, "also"))
    }


def _is_country_right(line: Line, found: Located) -> bool:
    """Naming nothing but the country that was given is never wrong."""
    others = _also(line, "country also")
    given = () if found.city else (line["country_hint"],)
    return found.country in (line["country"], *others, *given)


def _is_region_right(line: Line, found: Located) -> bool:
    return not line["region"] or not found.region or found.region == line["region"]


def _is_zone_right(line: Line, found: Located) -> bool:
    if not line["zone"] or not found.zone:
        return True
    return _offsets(found.zone) in [_offsets(zone) for zone in (line["zone"], *_also(line, "zone also"))]


def _also(line: Line, what: str) -> Iterator[str]:
    for part in line["note"].split("; "):
        if part.startswith(f"{what}: "):
            yield from (one.strip() for one in part.removeprefix(f"{what}: ").split(","))


def _folded(name: str) -> str:
    """Without case, accents, apostrophes, dots, hyphens and blanks; `Saint` is `St`."""
    plain = unicodedata.normalize("NFKD", name.translate(LETTERS)).lower()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.sub(r"['’‘ʻ`.-]", " ", plain).split()
    return "".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


@cache
def _offsets(zone: str) -> tuple[timedelta | None, ...]:
    info = ZoneInfo(zone)
    days = range(0, SAMPLED_DAYS, SAMPLE_DAYS)
    return tuple((SAMPLED_FROM + timedelta(days=day)).astimezone(info).utcoffset() for day in days)
