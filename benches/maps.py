"""How long a map takes that nobody drew before, and how heavy a tracking page with its map is."""

import gzip
import json
import statistics
import time

from benches.figures import Figure, show
from milepost.show.assets import BUILT
from milepost.show.maps import atlas, draw_html
from tests.map.ways import routes

SEED = 300
ROUTES = 300
PACKED = 4
"""The level at which the site packs its pages (milepost/web.py)."""

MILLION = 1_000_000
FRAME_BYTES = 9_000
"""A page without its map, packed: the largest of the tests' world."""


def measure() -> list[Figure]:
    """CPU of drawing each map once; then the page: map, frame, style sheet, module and font, as sent."""
    atlas()
    took, sizes = [], []
    for route in routes(atlas(), ROUTES, SEED):
        started = time.process_time_ns()
        html = draw_html(route, 0)
        took.append((time.process_time_ns() - started) / MILLION)
        sizes.append(len(gzip.compress(html.encode(), PACKED)))
    took.sort()
    assets = sum(_sent(name) for name in ("app.css", "live.js", "hanken-grotesk-latin-wght-normal.woff2"))
    page = sorted((size + FRAME_BYTES + assets) / 1000 for size in sizes)
    figures = [
        _figure("map_uncached_ms", statistics.median(took), "ms"),
        _figure("map_uncached_p95_ms", took[int(ROUTES * 0.95)], "ms"),
        _figure("page_kb", page[-1], "kB"),
        _figure("page_median_kb", statistics.median(page), "kB"),
    ]
    show(f"Maps of {ROUTES} random ways between real towns, each drawn once; CPU of this process", figures)
    return figures


def _sent(name: str) -> int:
    built = json.loads((BUILT / "manifest.json").read_text("utf-8"))[name]
    body = (BUILT / built).read_bytes()
    return len(body) if name.endswith(".woff2") else len(gzip.compress(body, 9))


def _figure(name: str, value: float, unit: str) -> Figure:
    return Figure(name=name, value=round(value, 2), unit=unit, n=ROUTES, seed=SEED)
