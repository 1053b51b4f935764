"""What these tests wait for is that something is kept: how quickly a loaded machine does it decides nothing."""

import pytest

from milepost.show import hooks


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch):
    """A sender hangs up after seconds; a test waits for the commit."""
    monkeypatch.setattr(hooks, "ANSWER_S", 120.0)
