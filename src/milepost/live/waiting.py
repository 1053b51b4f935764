"""Marks that wait for the bus: each once, and only so many; past that, everybody looks at everything."""

from collections.abc import Iterable

from milepost.live.marks import LOOK_AGAIN, Line, changed

MARKS_MAX = 20_000
"""About a megabyte. While the bus is away more than that changes; then one line says so for all of it."""


class Waiting:
    """What the other nodes were not told yet."""

    def __init__(self) -> None:
        self.marks: dict[str, None] = {}
        self.everything = False

    def add(self, marks: Iterable[str]) -> None:
        """Bounded: the last change is never lost, only what it was about."""
        if not self.everything:
            self.marks.update(dict.fromkeys(marks))
            self.everything = len(self.marks) > MARKS_MAX
        if self.everything:
            self.marks.clear()

    def take(self) -> "Waiting":
        """All of it; what is left is empty."""
        taken = Waiting()
        taken.marks, taken.everything = self.marks, self.everything
        self.marks, self.everything = {}, False
        return taken

    def put_back(self, taken: "Waiting") -> None:
        """It could not be sent."""
        self.everything = self.everything or taken.everything
        self.add(taken.marks)

    def lines(self, node: str) -> list[str]:
        """As they travel."""
        if self.everything:
            return [Line(LOOK_AGAIN, node).written()]
        return changed(node, self.marks)

    def __bool__(self) -> bool:
        return self.everything or bool(self.marks)
