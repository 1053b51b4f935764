"""Colors of the map as the style sheet has them: names and lines can be read on land and sea, light and dark."""

import json
import re
from pathlib import Path

import pytest

from milepost.map.printed import PALETTE
from milepost.show.assets import BUILT

STYLES = Path(__file__).parents[2] / "frontend/src/styles"
TEXT, LINE = 4.5, 3.0


def tokens(scheme):
    """The colors of a scheme: those of `:root`, and over them those of the dark theme."""
    found = {}
    for sheet in ("tokens.css", "map-colors.css"):
        blocks = re.findall(
            r"((?<!t):root(?:,\s*\.try-light)? |@dark )\{([^}]*)\}", (STYLES / sheet).read_text("utf-8")
        )
        for where, body in blocks:
            if where.startswith(":root") or (scheme == "dark" and "dark" in where):
                found |= dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6});", body))
    return found


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color):
    digits = color[1:] if len(color) == 7 else "".join(digit * 2 for digit in color[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_and_lines_can_be_read_on_land_and_sea(scheme):
    color = tokens(scheme)
    pairs = [
        (name, ground, TEXT)
        for name in ("map-name", "map-land-name")
        for ground in ("land", "sea", "map-halo")
    ]
    pairs += [("ink", "sign", TEXT), ("ink2", "sign", TEXT), ("brand-ink", "sign", TEXT)]
    pairs += [("brand", "land", LINE), ("brand", "sea", LINE), ("end-icon", "ink", LINE)]
    color["end-icon"] = color["surface"]
    wrong = [
        f"{one} on {other}: {found:.2f}"
        for one, other, least in pairs
        if (found := contrast(color[one], color[other])) < least
    ]
    assert wrong == []


def test_a_printed_map_has_the_colors_of_the_page():
    color = tokens("light")
    long = {
        name: f"#{one[1] * 2}{one[2] * 2}{one[3] * 2}" if len(one) == 4 else one
        for name, one in color.items()
    }
    assert {name: long[name] for name in PALETTE} == PALETTE


def test_the_dark_is_the_readers_choice_and_the_systems_and_never_on_paper():
    built = (BUILT / json.loads((BUILT / "manifest.json").read_text("utf-8"))["app.css"]).read_text("utf-8")
    for name in ("--bg", "--sea"):
        found = tokens("dark")[name.removeprefix("--")]
        by_choice = re.findall(r"@media screen\{:root\[data-theme=.?dark.?\],\.try-dark\{([^}]*)\}", built)
        by_system = re.findall(
            r"@media screen and \(prefers-color-scheme: ?dark\)\{:root:not\([^)]*\)\{([^}]*)", built
        )
        assert any(f"{name}: {found}" in one for one in by_choice), name
        assert any(f"{name}: {found}" in one for one in by_system), name
