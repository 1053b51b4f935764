"""The promise history: every date anyone named for a parcel, as sentences, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from milepost.model.promises import DELIVERY, Promise, Promiser
from milepost.show.buyer.windows import Window, reason_of, zone_or_none
from milepost.show.moments import moment
from milepost.tongues.speech import mark, say

SHOWN_MAX = 12
EXPECTS = mark("%(who)s expects %(window)s."), mark("%(who)s now expects %(window)s.")
KINDS = {
    "committed": (mark("%(who)s promised %(window)s."), mark("%(who)s now promised %(window)s.")),
    "rescheduled": (mark("%(who)s rescheduled it to %(window)s."),) * 2,
    "estimated": EXPECTS,
    "predicted": EXPECTS,
}
"""The first time, and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One sentence of the history."""

    sentence: str
    reason: str
    said: str
    machine_said: str


def history(promises: Sequence[Promise], names: Mapping[str, str], zone: str | None) -> tuple[Entry, ...]:
    """Who said what and when. The same words said twice in a row by the same one stand once."""
    entries: list[Entry] = []
    last_said: dict[Promiser, str] = {}
    for promise in sorted(promises, key=lambda one: one.said_at):
        if promise.name != DELIVERY or promise.promiser is Promiser.MARKETPLACE:
            continue
        window = Window.of(promise, zone).sentence()
        if last_said.get(promise.promiser) == window:
            continue
        entries.append(_entry(promise, window, names, zone, is_first=promise.promiser not in last_said))
        last_said[promise.promiser] = window
    return tuple(reversed(entries[-SHOWN_MAX:]))


def _entry(
    promise: Promise, window: str, names: Mapping[str, str], zone: str | None, *, is_first: bool
) -> Entry:
    is_ours = promise.promiser is Promiser.MILEPOST
    if is_ours:
        told = mark("We expected %(window)s."), mark("We changed our estimate to %(window)s.")
        sentence = say(told[not is_first], window=window)
    else:
        who = names.get(promise.source, promise.source)
        sentence = say(KINDS.get(promise.kind, EXPECTS)[not is_first], who=who, window=window)
    said_at = _local(promise.said_at, zone)
    return Entry(
        sentence=sentence,
        reason=reason_of(promise) if is_ours else "",
        said=moment(said_at),
        machine_said=said_at.isoformat(timespec="seconds"),
    )


def _local(when: datetime, zone: str | None) -> datetime:
    return when.astimezone(zone_or_none(zone) or UTC)
