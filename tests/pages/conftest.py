"""One small world for all tests of the buyer's pages, played once."""

from collections.abc import Iterator

import pytest

from tests.pages.buyer_stage import Stage, stage


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A real site; tests that move its clock say so and come last."""
    with stage(tmp_path_factory.mktemp("pages")) as found:
        yield found
