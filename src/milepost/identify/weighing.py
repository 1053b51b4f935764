"""How much each shape of a number weighs: by its strength, then by name, market, history and scans."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from milepost.identify.shapes import DISTINCTIVE, Match

STRENGTH_MAX = 0.99
SOMEBODY_ELSE = 1.0  # odds that it is a carrier without a card, when nobody was named
SOMEBODY_NAMED = 10.0  # … when the marketplace named one without a card
SOMEBODY_UNLIKELY = 0.02  # … when it named one of ours
NAMED_WITHOUT_SHAPE = 1.0  # odds of the named carrier when the number has no shape of theirs that we know …
NAMED_BESIDE_KIN = 0.5  # … but one of somebody else's who goes by the same name
OTHERS_WHEN_NAMED = 0.05  # what another carrier's bare digits still weigh beside the name
WRONG_COUNTRY = 0.2  # what a shape weighs in a country where it is not used
HOME_COUNTRY = 5.0  # … and where it is
MENTIONED = 3.0  # the words around the number name the carrier
FIRST_SCANS_NAME_IT = 20.0  # the first scans do
SEEN_EACH = 0.5  # a number of this shape that was this carrier's, in this shop
SEEN_MAX = 200.0
FAILED_CHECK = 0.05  # odds of a shape whose check digit is wrong …
FAILED_CHECK_PINNED = 2.0  # … when the rest of it fits nobody else
BARE_ODDS_MAX = 15.0  # bare digits, however well they fit: below the answer, unless somebody was named
ROUTED = 10.0  # a postal label's routing before it: the shapes of that post
VOUCHES = (
    0.6  # from this strength on a shape says that a number can be right, whatever another's check digit says
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known besides the number."""

    named: str | None = None  # whom the marketplace named, or whose page it was
    family: frozenset[str] = frozenset()  # of the named: whoever goes by the same name
    provider_name: str = ""  # as the marketplace wrote it
    page_of: str | None = None
    country: str = ""
    is_routed: bool = False
    mentioned: frozenset[str] = frozenset()
    seen: Mapping[str, int] = field(default_factory=dict)  # carrier → numbers of this shape in this shop
    scan_countries: tuple[str, ...] = ()
    scans_name: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[object, ...]:
        """Whatever is the same for many numbers; history and scans are each parcel's own."""
        return (self.provider_name, self.page_of, self.country, self.is_routed, self.mentioned)


def odds(key: str, matches: list[Match], case: Case) -> float:
    """Of this carrier, given all its shapes that the number has."""
    right = [match for match in matches if not match.wrong]
    if not right:
        pinned = max((match.pattern.strength for match in matches if match.is_pinned), default=0.0)
        failed = max(FAILED_CHECK, FAILED_CHECK_PINNED * pinned)
        return max(failed, NAMED_WITHOUT_SHAPE) if key == case.named else failed
    weighs = max(_of_shape(match, case) for match in right)
    weighs *= 1 + min(SEEN_MAX, SEEN_EACH * case.seen.get(key, 0))
    if key in case.mentioned:
        weighs *= MENTIONED
    if key in case.scans_name:
        weighs *= FIRST_SCANS_NAME_IT
    elif case.is_routed:
        weighs *= ROUTED
    elif not case.seen.get(key) and all(match.is_bare and not match.is_distinctive for match in right):
        weighs = min(weighs, BARE_ODDS_MAX)
    if key in case.family:
        return max(weighs, NAMED_WITHOUT_SHAPE)
    if case.named and not any(match.is_distinctive for match in right):
        weighs *= OTHERS_WHEN_NAMED
    return weighs


def _of_shape(match: Match, case: Case) -> float:
    strength = min(match.pattern.strength, STRENGTH_MAX)
    weighs = strength / (1 - strength)
    for country in (case.country, *case.scan_countries[:1]):
        if country and match.pattern.countries:
            weighs *= HOME_COUNTRY if country in match.pattern.countries else WRONG_COUNTRY
    return weighs


def somebody_else(matches: tuple[Match, ...], case: Case) -> float:
    """The odds of a carrier that has no card here."""
    if case.named:
        return SOMEBODY_UNLIKELY
    speaks = any(not match.wrong and match.is_distinctive for match in matches)
    return SOMEBODY_NAMED if case.provider_name and not (speaks or case.scans_name) else SOMEBODY_ELSE


def is_mistyped(matches: tuple[Match, ...], case: Case) -> bool:
    """A check digit fails, and there is no reading of the number in which it is right.

    Under the name of a carrier without a card only shapes that speak for themselves are judged: its
    numbers may look like anybody's.
    """
    wrong = [match for match in matches if match.wrong]
    if not wrong or any(not match.wrong and match.pattern.strength >= DISTINCTIVE for match in matches):
        return False
    if case.named:
        judged = [match for match in matches if match.carrier in case.family]
        return bool(judged) and all(match.wrong for match in judged)
    if case.provider_name:
        return all(match.wrong for match in matches if match.is_distinctive) and any(
            match.is_distinctive for match in wrong
        )
    pinned = any(match.is_pinned for match in wrong)
    return not any(_vouches(match, case, beside_pinned=pinned) for match in matches if not match.wrong)


def _vouches(match: Match, case: Case, *, beside_pinned: bool) -> bool:
    if match.pattern.check or match.pattern.strength >= VOUCHES or case.country in match.pattern.countries:
        return True
    return not match.is_bare and not beside_pinned
