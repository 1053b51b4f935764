"""A command imports what it needs itself and no more, so that it starts at once."""

import subprocess
import sys

import pytest

HEAVY = ("milepost.store", "milepost.web", "milepost.wiring", "milepost.show", "sqlalchemy")


@pytest.mark.parametrize(
    ("module", "also_without"),
    [
        (
            "milepost.cli.main",
            ("milepost.settings", "milepost.sources", "milepost_sandbox", "httpx", "litestar"),
        ),
        ("milepost.cli.sandbox", ("milepost.flow", "milepost.sources")),
        ("milepost.cli.carriers", ("milepost_sandbox",)),
        ("milepost.cli.config", ("milepost_sandbox",)),
    ],
)
def test_a_quick_command_does_not_import_the_whole_house(module, also_without):
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    loaded = set(told.stdout.split())
    assert module in loaded
    assert not loaded & {*HEAVY, *also_without}
