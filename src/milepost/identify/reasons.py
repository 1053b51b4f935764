"""Why a carrier is on the list, in sentences for people."""

from functools import lru_cache
from typing import NamedTuple

from milepost.identify.reading import Found
from milepost.identify.shapes import Match, Slip
from milepost.identify.weighing import Case

SENTENCES_REMEMBERED = 10_000  # a few hundred shapes with ninety pairs of digits


class Reasons(NamedTuple):
    """The name first, then the format and its check digit, then what else speaks for or against it."""

    before: tuple[str, ...]
    format: str
    behind: tuple[str, ...]


def reasons(key: str, name: str, found: Found, matches: list[Match] | None, case: Case) -> Reasons:
    """Of one carrier. Which digits are wrong is not in them (`slip_sentence`): that is the number's own."""
    best = matches[0] if matches else None
    return Reasons(
        tuple(_by_name(key, name, case)),
        _by_format(name, best),
        (*(_by_reading(found) if best else ()), *_by_case(key, best, case)),
    )


def all_of(told: Reasons) -> tuple[str, ...]:
    """One after the other."""
    return (*told.before, told.format, *told.behind)


@lru_cache(SENTENCES_REMEMBERED)
def slip_sentence(match: Match, slip: Slip) -> str:
    """The format's reason, with the wrong digit named and the right one."""
    right, check = slip
    return f"{_shape(match)}, and its check digit should be {right}, not {check}: a character was mistyped"


def _by_name(key: str, name: str, case: Case) -> list[str]:
    told = []
    if key == case.named and case.named != case.page_of:
        told.append(f"the marketplace names {case.provider_name}")
    if key == case.page_of:
        told.append(f"it stood in the address of a page of {name}")
    return told


def _by_format(name: str, best: Match | None) -> str:
    if best is None:
        return f"it has no shape of {name} that we know"
    return (
        f"{_shape(best)}, and {'its check digit is right' if best.pattern.check else 'it has no check digit'}"
    )


def _shape(match: Match) -> str:
    return f"it has a shape of {match.name} ({match.pattern.name.replace('_', ' ')})"


def _by_reading(found: Found) -> list[str]:
    said = []
    if found.corrected:
        said.append("letters that look like digits were read as digits")
    if found.zip_code:  # the ZIP code itself is somebody's: not told
        said.append("it carries a postal label's routing before it")
    return said


def _by_case(key: str, best: Match | None, case: Case) -> list[str]:
    told = []
    used_in = best.pattern.countries if best else ()
    if case.country and used_in:
        told.append(f"such numbers are {_not(case.country in used_in)}used in {case.country}")
    if key in case.mentioned:
        told.append("the text around it names them")
    if case.seen.get(key):
        told.append(f"{case.seen[key]} of this shop's numbers of this shape were theirs")
    if key in case.scans_name:
        told.append("its first scans name them")
    if case.scan_countries and used_in:
        where = case.scan_countries[0]
        told.append(f"it was first scanned in {where}, where such numbers are {_not(where in used_in)}used")
    return told


def _not(is_so: object) -> str:
    return "" if is_so else "not "
