"""The list of place strings keeps its form: known columns, distinct lines, whole answers, the counts it names."""

import csv
import re
from collections import Counter
from pathlib import Path
from zoneinfo import available_timezones

HERE = Path(__file__).parent / "places"
COLUMNS = ["n", "style", "country_hint", "text", "city", "region", "country", "zone", "note"]
ABSTAINS_MIN = 80
STATES_MATTER = {"AU", "BR", "CA", "MX", "US"}
LIST = (HERE / "lines.tsv").read_text(encoding="utf-8")
LINES = list(csv.DictReader(LIST.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_it_is_a_table_of_whole_lines():
    assert LIST.endswith("\n")
    assert "\r" not in LIST
    header, *lines = LIST.splitlines()
    assert header.split("\t") == COLUMNS
    assert not [line for line in lines if line.count("\t") != len(COLUMNS) - 1]


def test_lines_are_distinct_and_sorted():
    assert not [text for text, times in Counter(line["text"] for line in LINES).items() if times > 1]
    assert len({line["n"] for line in LINES}) == len(LINES)
    assert sorted(LINES, key=lambda line: (line["style"], int(line["n"]))) == LINES


def test_texts_are_as_a_feed_gives_them():
    assert not [line for line in LINES if not line["text"] or line["text"] != line["text"].strip()]


def test_countries_are_of_two_letters():
    short = re.compile(r"([A-Z]{2})?")
    wrong = [line for line in LINES for of in ("country", "country_hint") if not short.fullmatch(line[of])]
    assert not wrong


def test_zones_are_known():
    assert not {line["zone"] for line in LINES if line["zone"]} - available_timezones()


def test_a_town_has_a_country_and_a_zone():
    assert not [line for line in LINES if line["city"] and not (line["country"] and line["zone"])]


def test_a_town_has_a_state_where_states_matter():
    """Except where an airport serves a town of another state: then the note names the towns that are right as well."""
    wrong = [
        line
        for line in LINES
        if line["city"]
        and line["country"] in STATES_MATTER
        and not line["region"]
        and "also: " not in line["note"]
    ]
    assert not wrong


def test_there_are_as_many_as_the_readme_says():
    told = re.findall(
        r"^\| `(\w+)` \| (\d+) \|", (HERE / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {style: int(count) for style, count in told} == Counter(line["style"] for line in LINES)
    assert sum(line["style"] == "abstain" for line in LINES) >= ABSTAINS_MIN
