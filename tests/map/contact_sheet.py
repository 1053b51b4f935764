"""`python -m tests.map.contact_sheet`: 60 random ways on one picture, build/maps.png, for people to look at."""

import argparse
import html
import json
import sys
from pathlib import Path

from milepost.map.drawing import draw
from milepost.show.assets import BUILT
from milepost.show.maps import atlas, figure
from tests.map.ways import corners, routes
from tests.pages.chromium import chromium

TARGET = Path("build/maps.png")
COUNT, SEED, PX, ACROSS = 60, 60, 360, 6
LOADS_MS = 600_000


def main():
    """Draw them, six a row; rows are light and dark in turn."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--corners", action="store_true", help="the ways over date line and poles instead")
    asked = options.parse_args()
    named = corners(atlas()) if asked.corners else enumerate(routes(atlas(), COUNT, asked.seed))
    cells = [_cell(str(name), route, at) for at, (name, route) in enumerate(dict(named).items())]
    page = f"<meta charset=utf-8><style>{GRID}</style><body>{''.join(cells)}"
    TARGET.parent.mkdir(exist_ok=True)
    source = TARGET.with_suffix(".html")
    source.write_text(page, "utf-8")
    with (
        chromium() as browser,
        browser.new_context(viewport={"width": ACROSS * (PX + 10), "height": 900}) as seen,
    ):
        sheet = seen.new_page()
        sheet.goto(source.resolve().as_uri(), timeout=LOADS_MS)
        sheet.screenshot(path=str(TARGET), full_page=True, timeout=LOADS_MS)
    print(TARGET)


GRID = f"body{{margin:5px;display:grid;grid-template-columns:repeat({ACROSS},{PX}px);gap:8px;background:#888;font:11px sans-serif}}iframe{{border:0;width:{PX}px;height:{PX}px}}p{{margin:0}}"


def _cell(name, route, at):
    theme = "dark" if at // ACROSS % 2 else "light"
    css = (BUILT / json.loads((BUILT / "manifest.json").read_text("utf-8"))["app.css"]).read_text("utf-8")
    fit = f"body{{margin:0}}.map{{max-height:none!important;height:{PX}px!important}}"
    inside = f'<html data-theme="{theme}"><meta charset=utf-8><style>{css}{fit}</style>{figure(route, draw(route, atlas()))}'
    stops = " → ".join(stop.name + "*" * (number == route.scanned) for number, stop in enumerate(route.stops))
    return f'<div><iframe srcdoc="{html.escape(inside)}"></iframe><p>{html.escape(name)}: {html.escape(stops)}</p></div>'


if __name__ == "__main__":
    sys.exit(main())
