"""The same promises on every engine: each test here runs on SQLite and on PostgreSQL."""

import pytest

from tests.stores import ENGINES, fresh_store, fresh_url


@pytest.fixture(
    params=[
        pytest.param(name, marks=[getattr(pytest.mark, name)] if name == "postgres" else [])
        for name in ENGINES
    ]
)
def engine(request):
    return request.param


@pytest.fixture
async def store(engine, tmp_path):
    async with fresh_store(engine, tmp_path) as opened:
        yield opened


@pytest.fixture
async def url(engine, tmp_path):
    async with fresh_url(engine, tmp_path) as address:
        yield address
