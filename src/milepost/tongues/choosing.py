"""Chooses a language among the offered: one named by its tag, or the best of a browser's list."""

from collections.abc import Iterable, Iterator

from milepost.tongues.catalogs import OFFERED
from milepost.tongues.pseudo import PSEUDO

WISHES_MAX = 20
"""Languages of a browser's list that are looked at."""


def asked_for(tag: str) -> str | None:
    """A language named by its tag, if it can be spoken: an offered one, or the one for tests."""
    wanted = tag.strip()
    return wanted if wanted in (*OFFERED, PSEUDO) else None


def best_of(header: str, offered: Iterable[str] = OFFERED) -> str | None:
    """What an Accept-Language header likes best of what is offered (RFC 9110 section 12.5.4), or None."""
    known = {tag.casefold(): tag for tag in offered}
    for wish in _by_liking(header):
        for tag in (wish, wish.partition("-")[0]):
            if tag in known:
                return known[tag]
    return None


def _by_liking(header: str) -> Iterator[str]:
    wishes = []
    for place, part in enumerate(header.split(",")[:WISHES_MAX]):
        tag, _, weight = part.partition(";")
        liking = _weight(weight)
        if liking > 0 and tag.strip():
            wishes.append((-liking, place, tag.strip().casefold()))
    yield from (tag for _, _, tag in sorted(wishes))


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name != "q":
        return 1.0 if not name else 0.0
    try:
        return float(value)
    except ValueError:
        return 0.0
