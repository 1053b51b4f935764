"""The planner of polls: when a parcel is asked about next, and who waits when a quota is not enough.

A parcel's *wish* is how often asking is of use: by its stage, its silence, what pushes already tell, and when
a scan is likely. When all wishes together are more than a carrier allows, the shops share it evenly, and the
intervals of those that want more than their share grow alike. docs/run/polling.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from zlib import crc32

from milepost.model.polling import (
    FREE,
    MINUTES_A_DAY,
    TYPICAL_GAP_S,
    Left,
    Outlook,
    Pace,
    Quota,
    stage,
)
from milepost.model.statuses import Status
from milepost.settings import Polling

MINUTE = timedelta(minutes=1)
HOUR_S = 3600.0

STAGE_LASTS_S = 8 * HOUR_S
QUIET_AFTER_GAPS = 3.0
"""Silent for longer than so many usual gaps, a number is asked about less and less."""

PUSHED_SLOWER = 4.0
"""Where pushes tell all first, the poll only makes good what they lose (carriers.md section 1 rule 6)."""

LIKELY_WITHIN = timedelta(hours=6)
"""Around its window a parcel is scanned oftener: it comes to the last depot, and goes out."""

LIKELY = 0.6
FAR_AHEAD = timedelta(hours=36)
DRIFT = 0.1
"""Intervals differ by so much from number to number, so that what was asked together drifts apart."""

WAY_LASTS_S = 5 * 24 * HOUR_S
"""As long as a parcel is under way. Where turns are as long as that, one look has to tell the whole way."""

SHORTER = 0.06
"""By so much turns are shorter then: a line forms, so that no call of the day is left over."""

WISHED = 0.98
"""Of a quota, when intervals grow: what that leaves over is used up ahead of time, and no line forms."""

MENDS = 0.25
"""How far a day's quota that was used too fast or too slowly is made good in the hours that are left."""

BURST_H = 1.0
"""Who has to wait may be ahead of the even use of a day by so many hours."""


def next_poll(
    outlook: Outlook,
    now: datetime,
    polling: Polling,
    *,
    stretch: float = 1.0,
    pushed: float = 0.0,
    planned_at: datetime | None = None,
    batch: int = 1,
) -> datetime | None:
    """When it is asked about next (UTC, after `now`), or None: never again.

    `pushed`: the share of its news that pushes tell first. `planned_at`: when the look that just ended was
    meant to be; looks keep their own beat, so that what a restart brings together comes apart again.
    `batch`: numbers in a call; where there are several, they come due in whole minutes.
    """
    wish = wish_s(outlook, now, polling, pushed, stretch)
    if wish is None:
        return None
    turn_s = wish * stretch * (1 - SHORTER * _in_turns(stretch, polling))
    period = timedelta(seconds=turn_s * (1 - DRIFT * share_of(outlook.number)))
    due_at = _on_beat(planned_at or now, now, period)
    if outlook.status.is_terminal and due_at > _sign_of_life(outlook) + _after_end(polling):
        return None
    due_at = _at_the_door(outlook, due_at, now, period)
    return max(due_at.replace(second=0, microsecond=0), now + MINUTE) if batch > 1 else due_at


def wish_s(
    outlook: Outlook, now: datetime, polling: Polling, pushed: float = 0.0, stretch: float = 1.0
) -> float | None:
    """Seconds between two looks as far as asking is of use, quota aside; None: it is of none any more.

    `stretch`: where looks are days apart, the stage that we know of says little of the one it is in.
    """
    silence_s = max(0.0, (now - _sign_of_life(outlook)).total_seconds())
    if outlook.status.is_terminal:
        over = silence_s >= _after_end(polling).total_seconds()
        return None if over else float(polling.after_end_s)
    if silence_s >= polling.give_up_days * 24 * HOUR_S:
        return None
    name = stage(outlook.status)
    usual_s = outlook.usual_gap_s or TYPICAL_GAP_S[name]
    stale = min(1.0, polling.in_transit_s * (stretch - 1) / STAGE_LASTS_S)
    finest = _interval_s(outlook.status, polling) * _rarity(usual_s, name) * _likelihood(outlook, now)
    wish = stale * polling.in_transit_s + (1 - stale) * finest
    wish *= 1 + (PUSHED_SLOWER - 1) * pushed
    slowest = max(1.0, polling.slowest_s / (wish * stretch))
    return wish * min(slowest, max(1.0, silence_s / (QUIET_AFTER_GAPS * usual_s)))


def soonest_s(polling: Polling) -> float:
    """Nobody is asked about oftener than this, in seconds."""
    return LIKELY * LIKELY * min(polling.out_for_delivery_s, polling.in_transit_s, polling.exception_s)


def share_of(number: str) -> float:
    """A number's own place between 0 and 1, the same for ever and on every node."""
    return crc32(number.encode()) / 2**32


def numbers_per_h(quota: Quota, left: Left, now: datetime) -> float:
    """How many numbers can be asked about in an hour from now on, evenly to the end of the day (UTC)."""
    calls = quota.per_minute * 60.0 if quota.per_minute else float("inf")
    if quota.per_day:
        even, to_come_h = quota.per_day / 24, 24 * (1 - _day_gone(now))
        spare = left.today - even * to_come_h
        if spare < 0:  # what may have been used before its hour is not missing
            spare = min(0.0, spare + BURST_H * even)
        calls = min(
            calls, max(even * (1 - MENDS), min(even * (1 + MENDS), even + spare / (to_come_h + BURST_H)))
        )
    return calls * quota.batch * WISHED * (1 - DRIFT / 2)


def shared(wanted: Mapping[str, float], capacity: float) -> Pace:
    """Numbers per hour that each shop wants: who wants less than an even share gets it, others the rest.

    So a shop of ten parcels is asked for as if the shop of a hundred thousand were not there.
    """
    left, waiting = capacity, sorted((want, shop_id) for shop_id, want in wanted.items() if want > 0)
    for place, (want, _) in enumerate(waiting):
        even = left / (len(waiting) - place)
        if want > even:
            return Pace(by_shop={shop_id: more / even for more, shop_id in waiting[place:]})
        left -= want
    return FREE


def paced(parcels: Mapping[str, int], wishes: Sequence[float], capacity: float) -> Pace:
    """How parcels under way, counted by shop, share a capacity in numbers per hour.

    `wishes` are those of some of them, in seconds, taken at random.
    """
    if not wishes:
        return FREE
    each = sum(HOUR_S / wish for wish in wishes) / len(wishes)
    return shared({shop_id: count * each for shop_id, count in parcels.items()}, capacity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A poll that is due."""

    number: str
    shop_id: str | None
    is_first: bool = False  # nobody was asked about this number yet
    is_wanted: bool = False  # a person or a push gave a reason to ask now


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What one carrier has room for."""

    quota: Quota
    left: Left
    pace: Pace


def admitted(due: Sequence[Waiting], room: Room, now: datetime) -> list[int]:
    """Which of these due polls (places, in order) are asked now; the others are planned anew.

    What somebody wants now goes first, then shops within their share. Those that wait use the day evenly: a
    wave of them never spends at dawn what others need at noon; and their new numbers are not asked about at
    once, when little can be known.
    Places left in a call that is made anyway are given to whoever comes next.
    """
    batch = room.quota.batch
    free_to_go = [one.is_wanted or room.pace.of(one.shop_id) <= 1.0 for one in due]
    within = sorted(
        (place for place, goes in enumerate(free_to_go) if goes), key=lambda n: not due[n].is_wanted
    )
    beyond = [place for place, goes in enumerate(free_to_go) if not goes]
    known = [place for place in beyond if not due[place].is_first]
    asked = within[: room.left.now * batch]
    places = _even_calls(room, now) * batch - len(asked)
    asked += known[: max(0, places)]
    free = -len(asked) % batch
    rest = [place for place in beyond if place not in set(asked)] if free else []
    return sorted(asked + rest[:free])


def ahead(asked: int, room: Room, now: datetime, polling: Polling) -> tuple[int, datetime]:
    """How many more numbers are asked about before their time, and from until when (UTC) they may be taken.

    The last call is filled. Where shops wait, what the quota has earned by now is used up: nothing of it is
    wasted, and the next in line come sooner.
    """
    interval_s = max(polling.in_transit_s, polling.label_created_s) * max(
        room.pace.by_shop.values(), default=1.0
    )
    batch = room.quota.batch
    more = -asked % batch
    if room.pace.by_shop and asked:
        calls = -(-asked // batch)
        more = max(more, (min(_even_calls(room, now), AHEAD_CALLS + calls) * batch) - asked)
    return more, now + timedelta(seconds=interval_s)


def put_off(one: Waiting, place: int, room: Room, now: datetime, polling: Polling) -> datetime:
    """When a due poll that was not admitted comes again: in its turn, at the speed of the quota.

    `place`: how many were put off before it. A new number of a shop that waits has its first look within one
    interval and a half, at its own place in it, so that a hundred thousand new ones are no wave.
    """
    stretch, per_day = room.pace.of(one.shop_id), room.quota.per_day
    even_per_h = per_day / 24 if per_day else float("inf")
    if one.is_first and stretch > 1.0:
        late = _in_turns(stretch, polling)  # the first look may be the only one: not before there is news
        part = (0.4 + 0.45 * late + (0.6 - 0.3 * late) * share_of(one.number)) * (1 - SHORTER * late)
        return now + timedelta(seconds=polling.in_transit_s * stretch * part)
    calls_per_h = min(even_per_h, 60.0 * (room.quota.per_minute or NO_HURRY))
    return now + MINUTE + timedelta(hours=place / (calls_per_h * room.quota.batch))


NO_HURRY = 60
AHEAD_CALLS = 20
"""Calls made ahead of time in one go, at most."""


def _even_calls(room: Room, now: datetime) -> int:
    """Calls that whoever waits may make now: those left, as far as an even use of the day has come."""
    per_day, left = room.quota.per_day, room.left
    if not per_day:
        return left.now
    earned = int(per_day * min(1.0, _day_gone(now) + BURST_H / 24))
    return min(left.now, max(0, earned - (per_day - left.today)))


def _in_turns(stretch: float, polling: Polling) -> float:
    """How near a turn of all is to a parcel's whole way: 0 where nobody waits, 1 where it is as long."""
    return min(1.0, polling.in_transit_s * (stretch - 1) / WAY_LASTS_S)


def _interval_s(status: Status, polling: Polling) -> int:
    if status.is_terminal:
        return polling.after_end_s
    return {
        "waiting": polling.label_created_s,
        "moving": polling.in_transit_s,
        "door": polling.out_for_delivery_s,
        "troubled": polling.exception_s,
    }[stage(status)]


def _rarity(usual_s: float, name: str) -> float:
    """The best use of a quota: intervals grow with the root of the time between scans."""
    return min(3.0, max(LIKELY, sqrt(usual_s / TYPICAL_GAP_S[name])))


def _likelihood(outlook: Outlook, now: datetime) -> float:
    """Shorter around the forecast window of a parcel on the way, longer while it is far off."""
    if outlook.window is None or stage(outlook.status) != "moving":
        return 1.0
    low_at, high_at = outlook.window
    if low_at - LIKELY_WITHIN <= now <= high_at + LIKELY_WITHIN:
        return LIKELY
    return 1.25 if low_at - now > FAR_AHEAD else 1.0


def _on_beat(planned_at: datetime, now: datetime, period: timedelta) -> datetime:
    """The next beat after now, counted from the last; a whole period away unless this look was late."""
    due_at = planned_at + period * max(1, -(-(now - planned_at) // period))
    if planned_at > now or due_at <= now or due_at - now > period:
        return now + period
    return due_at + period / 2 if due_at - now < period / 4 else due_at


def _at_the_door(outlook: Outlook, due_at: datetime, now: datetime, period: timedelta) -> datetime:
    """Where looks are rare, the one near the forecast day is at its end, and tells all that it brought."""
    if outlook.window is None or period < LIKELY_WITHIN or outlook.status.is_terminal:
        return due_at
    evening = outlook.window[1] + LIKELY_WITHIN / 3 * share_of(outlook.number)
    is_near = period * 0.4 <= evening - now and -period / 2 <= evening - due_at <= period / 8
    return evening if is_near else due_at


def _sign_of_life(outlook: Outlook) -> datetime:
    return outlook.last_scan_at or outlook.since


def _after_end(polling: Polling) -> timedelta:
    return timedelta(days=polling.after_end_days)


def _day_gone(now: datetime) -> float:
    """How much of the day (UTC) is over, 0 to 1."""
    return (now.hour * 60 + now.minute + now.second / 60) / MINUTES_A_DAY
