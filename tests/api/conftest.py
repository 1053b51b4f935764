"""One small world for all tests of the API, played once, and keys to it."""

from collections.abc import Iterator

import httpx
import pytest

from milepost.desk.accounts import add_api_key
from tests.pages.buyer_stage import Stage, stage


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A real site some days into its world; its clock stands."""
    with stage(tmp_path_factory.mktemp("api")) as found:
        yield found


@pytest.fixture(scope="session")
def key(site: Stage) -> str:
    """A key to every shop, contacts too."""
    return str(site.call(add_api_key(site.milepost.app, "tests", can_see_contacts=True)))


@pytest.fixture
def client(site: Stage, key: str) -> Iterator[httpx.Client]:
    """A program that shows the key."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=site.url, headers=headers, trust_env=False, timeout=30) as found:
        yield found
