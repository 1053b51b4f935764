"""One color makes all others, and everybody can read them: for every color of sRGB, in light and dark."""

import re
from itertools import product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from milepost.model.colors import Color, color_of, contrast, oklch, shown
from milepost.model.palette import DARK, LIGHT, OWN, palettes, shortfalls
from tests.sim.results import keep
from tests.sim.tiers import TIER

STYLES = Path(__file__).parents[2] / "frontend/src/styles"
PART = st.integers(0, 255)
COLORS = st.builds(Color, PART, PART, PART)
EDGES = [Color(*parts) for parts in product((0, 128, 255), repeat=3)]


def check(color):
    found = palettes(color)
    wrong = [*shortfalls(found.light, LIGHT), *shortfalls(found.dark, DARK)]
    assert not wrong, f"{color}: {wrong}"


def test_every_color_gives_words_and_lines_that_everybody_can_read():
    seen = set()

    @settings(max_examples=TIER.colors, deadline=None, derandomize=True, database=None)
    @given(COLORS)
    def ask(color):
        seen.add(color)
        check(color)
        assert shown(oklch(color)) == color, "there and back it is the same"

    ask()
    keep("shop colors, contrasts held in both themes", {"colors": len(seen), "fell short": 0})


def test_so_do_the_corners_edges_and_middles_of_the_cube_and_our_own():
    for color in EDGES:
        check(color)
    assert not shortfalls(OWN.light, LIGHT)
    assert not shortfalls(OWN.dark, DARK)


def test_a_color_that_can_be_read_stays_as_it_was_chosen():
    for told in ("#0b6b4f", "#7b1fa2", "#0d47a1", "#b3261e"):
        assert str(palettes(color_of(told)).light.brand) == told
    assert str(palettes(color_of("#ffd400")).dark.brand) == "#ffd400"


def test_contrasts_are_counted_as_the_guideline_does():
    black, white = Color(0, 0, 0), Color(255, 255, 255)
    assert contrast(black, white) == contrast(white, black) == 21
    assert round(contrast(color_of("#767676"), white), 2) == 4.54
    assert contrast(white, white) == 1


def test_what_is_no_color_is_none():
    for told in (
        "",
        "red",
        "#12345",
        "#1234567",
        "0b6b4g",
        "rgb(1,2,3)",
        "#0b6b4f;}",
        "url(x)",
        "#\u0660\u0660\u0660",
    ):
        assert color_of(told) is None, told
    assert color_of(" #0B6b4f ") == color_of("0b6b4f") == Color(11, 107, 79)
    assert str(color_of("#063")) == "#006633"


def test_the_grounds_are_those_of_the_style_sheets():
    """Whoever changes one there must change it here, or nobody can read what stands on it."""
    tokens = {**read("tokens.css", "light"), **read("map-colors.css", "light")}
    assert [str(one) for one in (LIGHT.page, LIGHT.card, LIGHT.sunk)] == [
        tokens[x] for x in ("bg", "surface", "sunk")
    ]
    assert [str(one) for one in (LIGHT.land, LIGHT.sea, LIGHT.halo)] == [
        tokens[x] for x in ("land", "sea", "map-halo")
    ]
    own = [str(one) for one in (OWN.light.brand, OWN.light.on_brand, OWN.light.ink, OWN.light.soft)]
    assert own == [tokens[x] for x in ("brand", "on-brand", "brand-ink", "soft")]
    tokens = {**read("tokens.css", "dark"), **read("map-colors.css", "dark")}
    assert [str(one) for one in (DARK.page, DARK.card, DARK.sunk)] == [
        tokens[x] for x in ("bg", "surface", "sunk")
    ]
    assert [str(one) for one in (DARK.land, DARK.sea, DARK.halo)] == [
        tokens[x] for x in ("land", "sea", "map-halo")
    ]
    own = [str(one) for one in (OWN.dark.brand, OWN.dark.on_brand, OWN.dark.ink, OWN.dark.soft)]
    assert own == [tokens[x] for x in ("brand", "on-brand", "brand-ink", "soft")]


def read(name, theme):
    """The first block of a theme: its colors by token, in full."""
    text = (STYLES / name).read_text("utf-8")
    start = text.index("@dark {" if theme == "dark" else ":root")
    block = text[text.index("{", start) : text.index("}", start)]
    found = re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", block)
    return {token: str(color_of(value)) for token, value in found}
