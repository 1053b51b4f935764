"""Which column of somebody's table is which of ours: by our name, by a name people use, or as stated."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from milepost.model.imports import Stated

NAME_LENGTH_MAX = 60
_BETWEEN = re.compile(r"[\W_]+")


class Matched(NamedTuple):
    """Where each of our columns stands, and what was made of each of theirs."""

    places: dict[str, int]
    shown: tuple[tuple[str, str], ...]  # (theirs, ours; empty: left out)


def match(header: Sequence[str], known: Mapping[str, Sequence[str]], stated: Stated) -> Matched:
    """`known` holds our names, each with what else people call it. What is stated comes first."""
    said = {folded(theirs): ours for ours, theirs in stated.columns if ours in known}
    ours_by_name = {folded(name): name for name in known}
    also = {folded(name): ours for ours, names in known.items() for name in names}
    wanted: dict[int, str] = {}
    for names in (said, ours_by_name, also):
        for place, theirs in enumerate(header):
            ours = names.get(folded(theirs), "")
            if ours and place not in wanted and ours not in wanted.values():
                wanted[place] = ours
    return Matched(
        places={ours: place for place, ours in wanted.items()},
        shown=tuple(
            (theirs[:NAME_LENGTH_MAX], wanted.get(place, "")) for place, theirs in enumerate(header) if theirs
        ),
    )


def folded(name: str) -> str:
    """Without case, blanks and signs: `Tracking-Number` is `tracking number`."""
    return _BETWEEN.sub(" ", name.casefold()).strip()
