"""One small world for all tests of the buyer's pages, played once."""

import pytest


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A real site whose clock stands still: a tests.pages.buyer_stage.Stage."""
    from tests.pages.buyer_stage import stage  # a test of a page alone needs no world

    with stage(tmp_path_factory.mktemp("pages")) as found:
        yield found
