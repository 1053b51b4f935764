"""An order as a PDF: downloaded by support, drawn as vectors, and nobody's name in it."""

import re
import zlib

import pytest

from milepost.show.console import leaflet
from tests.flow.house import browsing, house, order, scans

CONTACT = {"name": "Ada Lovelace", "email": "ada@example.com", "address": "12 Rue Cler, 75007 Paris"}
WAY = ("2026-03-03T08:10+01:00  DEP  Lyon FR", "2026-03-04T01:10+01:00  DEP  Dijon FR")
SIGNED = "2026-03-04T10:30+01:00  DEL  Paris FR"


@pytest.fixture
async def desk(tmp_path):
    """Support's browser, and the house it works in."""
    async with house(tmp_path) as here:
        await here.hear(order("1001", ("AC1",), contact=CONTACT))
        await here.hear(scans("AC1", *WAY))
        async with browsing(here, "support") as browser:
            yield here, browser


def content(pdf):
    """Everything drawn on its pages, as the PDF says it."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return b"".join(_plain(one) for one in streams)


def _plain(stream):
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


async def test_an_order_is_a_pdf_with_its_map_drawn_in_lines(desk):
    _, browser = desk
    answer = await browser.get("/console/orders/1001/leaflet")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="order-1001.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")
    assert b"/Subtype /Image" not in answer.content
    drawn = content(answer.content)
    assert drawn.count(b" l\n") + drawn.count(b" l ") > 300, "there is no map"
    assert len(answer.content) < 250_000
    assert 'href="/console/orders/1001/leaflet"' in (await browser.get("/console/orders/1001")).text


async def test_an_order_without_a_place_is_a_pdf_too_and_an_unknown_one_is_none(desk):
    here, browser = desk
    await here.hear(order("1002", ("AC2",)), scans("AC2", "2026-03-04T01:10+01:00  DEP  Nowhere"))
    answer = await browser.get("/console/orders/1002/leaflet")
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    assert (await browser.get("/console/orders/9999/leaflet")).status_code == 404


async def test_nobody_is_named_in_what_may_end_up_anywhere(desk, monkeypatch):
    here, browser = desk
    await here.hear(scans("AC1", *WAY, SIGNED))
    written = []
    line = leaflet._Leaflet._line

    def seen(self, text, *more, **words):
        written.append(text)
        return line(self, text, *more, **words)

    monkeypatch.setattr(leaflet._Leaflet, "_line", seen)
    await browser.get("/console/orders/1001/leaflet")
    told = "\n".join(written)
    assert "Order 1001" in told
    assert "Map: " in told
    for secret in ("Ada", "Lovelace", "Rue Cler", "ada@", "75007"):
        assert secret not in told
