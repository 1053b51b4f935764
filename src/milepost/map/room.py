"""What of the map is taken already, on a narrow and on a wide screen: there names need different room."""

from collections.abc import Iterable
from typing import NamedTuple

from milepost.map.view import SIZE, Box

EDGE = 24.0  # units that stay free at the map's edge


class Width(NamedTuple):
    """A width of the map for which names are placed. On a wider one they only have more room."""

    name: str
    px: float
    free: tuple[Box, ...]  # in px, from the lower left and lower right corner: legend and buttons

    @property
    def units_per_px(self) -> float:
        """Of the map drawn so wide."""
        return SIZE / self.px


NARROW = Width("narrow", 340.0, ((0, 66, 340, 0),))
WIDE = Width("wide", 620.0, ((0, 70, 470, 0), (540, 126, 620, 0)))
WIDTHS = (NARROW, WIDE)
WAY_OUT_PX = (146.0, 64.0)
"""The link "Whole journey" in the upper right corner."""


class Room:
    """Boxes that are taken, for each width."""

    def __init__(self, *, has_way_out: bool = False) -> None:
        """The legend and the buttons have their place from the start, and the link to the whole way."""
        self._taken: dict[str, list[Box]] = {
            drawn.name: list(chrome(drawn, has_way_out=has_way_out)) for drawn in WIDTHS
        }

    def take(self, box: Box, drawn: Width) -> bool:
        """Take a box if it is free and on the map."""
        is_free = self.is_free(box, drawn)
        if is_free:
            self.keep(box, drawn)
        return is_free

    def keep(self, box: Box, drawn: Width) -> None:
        """Take a box whatever else is there."""
        self._taken[drawn.name].append(box)

    def is_free(self, box: Box, drawn: Width) -> bool:
        """Nothing is there, and it is not over the map's edge."""
        left, top, right, bottom = box
        if left < EDGE or top < EDGE or right > SIZE - EDGE or bottom > SIZE - EDGE:
            return False
        return all(
            right < other[0] or left > other[2] or bottom < other[1] or top > other[3]
            for other in self._taken[drawn.name]
        )

    def overlap(self, box: Box, drawn: Width) -> int:
        """How many of the boxes there it would lie over."""
        left, top, right, bottom = box
        return sum(
            not (right < other[0] or left > other[2] or bottom < other[1] or top > other[3])
            for other in self._taken[drawn.name]
        )


def chrome(drawn: Width, *, has_way_out: bool = False) -> Iterable[Box]:
    """Where the legend and the buttons lie, in units."""
    unit = drawn.units_per_px
    if has_way_out:
        yield SIZE - WAY_OUT_PX[0] * unit, 0.0, SIZE, WAY_OUT_PX[1] * unit
    for left, top, right, bottom in drawn.free:
        yield left * unit, SIZE - top * unit, right * unit, SIZE - bottom * unit
