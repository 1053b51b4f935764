"""Writes points as SVG path data in few bytes: whole numbers, steps from point to point."""

from collections.abc import Sequence

Steps = Sequence[tuple[int, int]]


class Pen:
    """One path. Its numbers are whole; the drawing scales them down."""

    def __init__(self, nearest: int) -> None:
        """Points nearer to the last one than `nearest` steps are left out."""
        self._nearest = nearest
        self._words: list[str] = []
        self._x = self._y = 0
        self.points = 0

    def area(self, points: Steps) -> None:
        """A closed ring; one that is too small to be seen is left out."""
        self._trace(points[:-1], 3, "z")

    def line(self, points: Steps) -> None:
        """An open line."""
        self._trace(points, 2, "")

    def dot(self, x: int, y: int) -> None:
        """A round dot, as thick as the stroke."""
        self._words.append(f"m{x - self._x} {y - self._y}h0")
        self._x, self._y = x, y
        self.points += 1

    def data(self) -> str:
        """The path so far."""
        text = "".join(self._words).replace(" -", "-")
        return f"M{text[1:]}" if text else ""

    def _trace(self, points: Steps, fewest: int, end: str) -> None:
        near, far = -self._nearest, self._nearest
        first_x, first_y = x, y = points[0]
        words = []
        for next_x, next_y in points[1:-1]:
            step_x, step_y = next_x - x, next_y - y
            if near < step_x < far and near < step_y < far:
                continue
            words.append(f"{step_x} {step_y}")
            x, y = next_x, next_y
        last_x, last_y = points[-1]
        if (last_x, last_y) != (x, y):
            words.append(f"{last_x - x} {last_y - y}")
            x, y = last_x, last_y
        if len(words) + 1 < fewest:
            return
        self._words.append(f"m{first_x - self._x} {first_y - self._y}l{' '.join(words)}{end}")
        self._x, self._y = (first_x, first_y) if end else (x, y)
        self.points += len(words) + 1
