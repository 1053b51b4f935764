"""The reference page of the servers says what they do."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from milepost_sandbox.faults import Faults
from milepost_sandbox.servers.frame import SHARES
from milepost_sandbox.servers.options import ServerOptions
from milepost_sandbox.servers.platforms import PLATFORMS
from milepost_sandbox.servers.table import rows_table
from tests.sandbox.servers.small_world import KEYS, world

PAGE = (Path(__file__).parents[3] / "docs/reference/sandbox-servers.md").read_text("utf-8")


def test_the_table_on_the_page_is_the_servers_own() -> None:
    assert rows_table() in PAGE, "paste the output of: python -m milepost_sandbox.servers.table"


@pytest.mark.parametrize("name", [*SHARES, *(field.name for field in fields(ServerOptions))])
def test_every_fault_and_option_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.source)
def test_every_path_is_on_the_page(platform) -> None:
    litestar = platform.app(world(), Faults(1), KEYS).app
    for route in litestar.routes:
        last = route.path.split("{")[0].rstrip("/")
        assert last in PAGE or last.removeprefix("/logistics/202309") in PAGE, route.path
