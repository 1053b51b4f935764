"""The Acme page, asked for over HTTP and read as a person."""

import pytest
from litestar.testing import AsyncTestClient

from milepost.settings import Settings, StoreSettings
from milepost.web import build
from milepost.wiring import running


@pytest.fixture
async def milepost(tmp_path):
    """A whole Milepost with nothing in it yet."""
    store = StoreSettings(url=f"sqlite:{tmp_path}/milepost.sqlite", key_file=f"{tmp_path}/milepost.key")
    async with running(Settings(store=store)) as made, AsyncTestClient(build(made.app, made.counters)) as client:
        yield client


async def test_the_acme_page_says_what_it_found(milepost):
    answer = await milepost.get("/acme", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert "<h1>Acme</h1>" in answer.text
    assert "The store answers." in answer.text
