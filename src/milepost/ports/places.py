"""Finding a written place on the globe without asking anybody."""

from collections.abc import Hashable
from typing import Protocol

from milepost.model.places import Located, RawPlace


class Gazetteer(Hashable, Protocol):
    """Offline place look-up (carriers.md section 10)."""

    def locate(self, place: RawPlace) -> Located | None:
        """The place, or None when it cannot be told; never a guess between equals."""
        ...
