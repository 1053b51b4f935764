"""Names with a letter or two wrong, missing, doubled or swapped, where only one great town can be meant."""

from collections.abc import Iterable

from milepost.places.towns import Town

LETTERS_MIN = 6  # shorter names are too near each other
TWO_SLIPS_FROM = 8  # letters


def meant_by(key: str, towns: Iterable[Town], *, is_state_told: bool) -> Town | None:
    """The one town whose name is nearest; None between equals. Without its state only one slip is allowed."""
    if len(key) < LETTERS_MIN:
        return None
    allowed = 2 if is_state_told and len(key) >= TWO_SLIPS_FROM else 1
    found: dict[int, list[Town]] = {}
    for town in towns:
        if town.key[0] == key[0] and abs(len(town.key) - len(key)) <= allowed:
            found.setdefault(slips(key, town.key), []).append(town)
    for count in range(1, allowed + 1):
        if some := found.get(count):
            return some[0] if len({(town.name, town.admin1) for town in some}) == 1 else None
    return None


def slips(one: str, other: str) -> int:
    """Letters put in, left out, changed, or swapped with their neighbor, to get from one to the other."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        here = [row]
        for column, wanted in enumerate(other, start=1):
            least = min(last[column] + 1, here[-1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                least = min(least, before[column - 2] + 1)
            here.append(least)
        before, last = last, here
    return last[-1]
