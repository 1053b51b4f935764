"""How long a map takes that nobody drew before, and how heavy a tracking page with its map is."""

import asyncio
import gzip
import json
import statistics
import tempfile
import time
from pathlib import Path

from benches.asgi import ask
from benches.figures import Figure, show
from benches.readers_site import Told, readers
from milepost.show.assets import BUILT
from milepost.show.drawn import PACKED
from milepost.show.maps import atlas, draw_html
from milepost.web import build
from tests.flow.house import house, order
from tests.map.ways import routes

SEED = 300
ROUTES = 300
MILLION = 1_000_000
SCANS = 24
BEGINS, ENDS = b'<figure class="map"', b"</figure>"


def measure() -> list[Figure]:
    """CPU of drawing each map once; then the page with it, style sheet, module and font, as sent."""
    atlas()
    before, after = asyncio.run(_frame())
    took, sizes = [], []
    for route in routes(atlas(), ROUTES, SEED):
        started = time.process_time_ns()
        html = draw_html(route, 0)
        took.append((time.process_time_ns() - started) / MILLION)
        sizes.append(len(gzip.compress(before + html.encode() + after, PACKED)))
    took.sort()
    assets = sum(_sent(name) for name in ("app.css", "live.js", "hanken-grotesk-latin-wght-normal.woff2"))
    page = sorted((size + assets) / 1000 for size in sizes)
    figures = [
        _figure("map_uncached_ms", statistics.median(took), "ms"),
        _figure("map_uncached_p95_ms", took[int(ROUTES * 0.95)], "ms"),
        _figure("page_kb", page[-1], "kB"),
        _figure("page_median_kb", statistics.median(page), "kB"),
        _figure("js_gzip_kb", _sent("live.js") / 1000, "kB"),
        _figure("css_gzip_kb", _sent("app.css") / 1000, "kB"),
    ]
    show(f"Maps of {ROUTES} random ways between real towns, each drawn once; CPU of this process", figures)
    return figures


async def _frame() -> tuple[bytes, bytes]:
    """A real page of an order with many scans: what stands before its map, and after it."""
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        async with house(Path(folder)) as here:
            await here.hear(
                order("1001", ("AC1001",), contact={"name": "Ada Lovelace", "address": "12 Rue Cler"})
            )
            told = Told(here, ["1001"])
            for _ in range(SCANS):
                await told.scan()
            ((_, cookie),) = await readers(here, ["1001"])
            page = gzip.decompress(await ask(build(here.app, here.milepost.counters), "/orders/1001", cookie))
    before, _, rest = page.partition(BEGINS)
    return before, rest.partition(ENDS)[2]


def _sent(name: str) -> int:
    built = json.loads((BUILT / "manifest.json").read_text("utf-8"))[name]
    body = (BUILT / built).read_bytes()
    return len(body) if name.endswith(".woff2") else len(gzip.compress(body, 9))


def _figure(name: str, value: float, unit: str) -> Figure:
    return Figure(name=name, value=round(value, 2), unit=unit, n=ROUTES, seed=SEED)
