"""Country codes of three letters, for dialects that use them (from CLDR, in Babel)."""

from functools import cache

from babel.core import get_global

RETIRED = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"})
"""Codes that ISO 3166 gave up for another one of the same country."""


def alpha3(alpha2: str | None) -> str | None:
    """`USA` for `US`; None for what is no country's code."""
    return _by_alpha2().get(alpha2 or "")


@cache
def _by_alpha2() -> dict[str, str]:
    aliases = get_global("territory_aliases")
    return {
        present[0]: old
        for old, present in aliases.items()
        if len(old) == 3 and old.isalpha() and len(present) == 1 and old not in RETIRED
    }
