"""What the columns of a scan file hold, told by their cells: our instants, figures, words, other instants."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.backtest.tables import Mapped, moment

Row = Mapping[str, str]

INSTANTS = ("scanned_at", "delivered_at", "planned_at", "created_at")
OWN = frozenset(
    {
        *INSTANTS,
        "trip_id",
        "step",
        "place",
        "to_place",
        "zip",
        "lat",
        "lon",
        "dest_lat",
        "dest_lon",
        "legs_left",
    }
)
NUMBER_SHARE = 0.95  # of the filled cells; what else stands there is taken as not told


@dataclass(frozen=True, slots=True)
class Columns:
    """What the other columns hold: figures, or words."""

    numbers: tuple[str, ...]
    words: tuple[str, ...]


class Cells:
    """Counts over all rows of all files."""

    def __init__(self, mapping: Mapped, findings: Findings) -> None:
        self._mapping = mapping
        self._findings = findings
        self._filled: Counter[str] = Counter()
        self._figures: Counter[str] = Counter()
        self._instants: Counter[str] = Counter()
        self._zones: Counter[bool] = Counter()

    def look(self, row: Row) -> None:
        """One row under our names; what nobody can read in it is a finding."""
        self._look_at_ours(row)
        for name, text in row.items():
            if text and name not in OWN:
                self._filled[name] += 1
                self._figures[name] += number_of(text) is not None
                is_instant = not self._figures[name] and moment(text, self._mapping.zone) is not None
                self._instants[name] += is_instant

    def columns(self) -> Columns:
        """Once all rows were seen."""
        if self._zones[True] and self._zones[False]:
            what = "an instant without a zone where others have one: taken as UTC"
            self._findings.add(what, self._zones[False])
        numbers = self._mostly(self._figures)
        for name in self._mapping.known_ahead:
            if name not in numbers:
                self._findings.add(
                    f"--map: known_ahead names {name}, which is no column of numbers: not looked at"
                )
        instants = [name for name in self._mostly(self._instants) if name not in numbers]
        for name in instants:
            self._findings.add(
                f"column {name} holds instants: not looked at, unless --map names it planned_at or created_at"
            )
        words = (name for name in self._filled if name not in numbers and name not in instants)
        return Columns(tuple(numbers), tuple(words))

    def _look_at_ours(self, row: Row) -> None:
        for name in INSTANTS:
            text = row.get(name, "")
            told = moment(text, self._mapping.zone) if text else None
            if told is not None:
                self._zones[told.has_zone] += 1
                if name == "scanned_at" and not told.has_zone:
                    self._findings.add(
                        "a scan names no zone: taken as local time of one place; name it in --map"
                    )
            elif text:
                self._findings.add(f"{name} is no instant: taken as not told")
        if row.get("legs_left") and number_of(row["legs_left"]) is None:
            self._findings.add("legs_left is no number: taken as not told")

    def _mostly(self, counts: "Counter[str]") -> list[str]:
        return [name for name in self._filled if counts[name] >= NUMBER_SHARE * self._filled[name]]


def number_of(text: str) -> float | None:
    """A finite number, or None."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None
