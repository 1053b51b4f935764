"""Every state has its pictures in docs/screenshots, and every picture there is of a state."""

from tests.pages.screenshots import TARGET, file_of, looks
from tests.pages.states import CHOSEN, NAMES

KILOBYTES_MAX = 160


def test_every_state_has_its_pictures_and_every_picture_its_state():
    wanted = {file_of(look) for look in looks()}
    there = {path.name for path in TARGET.iterdir()}
    assert there == wanted, f"make screenshots: missing {wanted - there}, of no state {there - wanted}"
    assert set(CHOSEN) <= set(NAMES)


def test_no_picture_is_heavy():
    heavy = {
        path.name: path.stat().st_size
        for path in TARGET.iterdir()
        if path.stat().st_size > KILOBYTES_MAX * 1000
    }
    assert heavy == {}
