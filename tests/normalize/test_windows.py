"""When a carrier says it will come: dates become whole days at the door, times keep their offset."""

from datetime import datetime

import pytest

from milepost.model.places import Located, Precision, RawPlace
from milepost.model.promises import EtaKind
from milepost.model.scans import EtaTold
from milepost.normalize.windows import eta

PARIS = RawPlace(text="Paris FR")


class OnlyParis:
    """A gazetteer that knows one town."""

    def locate(self, place):
        if place != PARIS:
            return None
        return Located(
            city="Paris",
            region="",
            country="FR",
            latitude=48.86,
            longitude=2.35,
            zone="Europe/Paris",
            precision=Precision.CITY,
            method="test",
        )


def read(place=PARIS, **told):
    told = {
        name: datetime.fromisoformat(value) if name.endswith("_at") else value for name, value in told.items()
    }
    found = eta(
        EtaTold(tracking_number="AC1", kind=EtaKind.ESTIMATED, place=place, **told), "acme", OnlyParis()
    )
    if found is None:
        return None
    start = found.from_at.strftime("%d %H:%M") if found.from_at else "-"
    return f"{start} to {found.to_at:%d %H:%M:%S} {found.offset_minutes}"


@pytest.mark.parametrize(
    ("told", "read_as"),
    [
        ({"wall_to": "2026-03-06"}, "- to 06 22:59:59 60"),
        ({"wall_from": "2026-03-06"}, "05 23:00 to 06 22:59:59 60"),
        ({"wall_from": "2026-03-06", "wall_to": "2026-03-07"}, "05 23:00 to 07 22:59:59 60"),
        ({"wall_from": "2026-03-06T09:00:00", "wall_to": "2026-03-06T12:00:00"}, "06 08:00 to 06 11:00:00 60"),
        ({"from_at": "2026-03-06T09:00-05:00", "to_at": "2026-03-06T12:00-05:00"}, "06 14:00 to 06 17:00:00 -300"),
        ({"to_at": "2026-03-06T12:00+00:00"}, "- to 06 12:00:00 0"),
        # The day the clocks go forward has 23 hours, at the door.
        ({"wall_from": "2026-03-29"}, "28 23:00 to 29 21:59:59 120"),
        ({"wall_from": "2026-10-25"}, "24 22:00 to 25 22:59:59 60"),
        ({}, None),
    ],
)  # fmt: skip
def test_a_window_is_read_like_this(told, read_as):
    assert read(**told) == read_as


def test_a_window_at_a_place_of_unknown_zone_claims_no_offset():
    assert read(RawPlace(text="Nowhere"), wall_to="2026-03-06") == "- to 06 23:59:59 None"
    assert read(RawPlace(), wall_to="2026-03-06") == "- to 06 23:59:59 None"
