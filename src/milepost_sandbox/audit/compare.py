"""Compare, event by event, what Milepost says with what the reports entailed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from milepost_sandbox.audit.journey import Told, journey_status
from milepost_sandbox.audit.words import AuditResult, Expected, ExpectedParcel, Heard, HeardShipment

FAR: Final = timedelta(hours=36)
"""Events of one code and text that lie further apart are not the same scan told wrongly, but two scans."""

Group = tuple[str, str, str, str]


def compare(
    result: AuditResult,
    *,
    expected: Sequence[Expected],
    heard: Sequence[Heard],
    parcels: Sequence[ExpectedParcel],
    shipments: Sequence[HeardShipment],
) -> AuditResult:
    """Count every difference into `result` and return it."""
    wanted: dict[Group, list[Expected]] = defaultdict(list)
    given: dict[Group, list[Heard]] = defaultdict(list)
    for event in expected:
        wanted[event.source, event.subject, event.code, event.description].append(event)
    for said in heard:
        given[said.source, said.subject, said.code, said.description].append(said)
    counted: list[Expected] = []
    for group in sorted(wanted.keys() | given.keys()):
        counted += _compare_group(result, wanted.get(group, []), given.get(group, []))
    result.expected = len(counted)
    _compare_shipments(result, counted, parcels, shipments)
    return result


def _compare_group(result: AuditResult, wanted: Sequence[Expected], given: Sequence[Heard]) -> list[Expected]:
    """Pair the nearest first; returns the expected events that count: those that were due or were heard."""
    pairs = sorted(
        (
            (_apart(want, said), index, number)
            for index, want in enumerate(wanted)
            for number, said in enumerate(given)
        ),
    )
    partner: dict[int, int] = {}
    used: set[int] = set()
    for apart, index, number in pairs:
        if apart <= FAR and index not in partner and number not in used:
            partner[index] = number
            used.add(number)
    for index, number in sorted(partner.items()):
        _judge(result, wanted[index], given[number])
    for number, said in enumerate(given):
        if number not in used:
            _left_over(result, said, wanted)
    counted: list[Expected] = []
    for index, want in enumerate(wanted):
        if index in partner:
            counted.append(want)
        elif want.due:
            counted.append(want)
            result.missing += 1
            result.tell(f"missing: {_said(want)}")
    return counted


def _apart(want: Expected, said: Heard) -> timedelta:
    if want.instant is not None and said.instant is not None:
        return abs(want.instant - said.instant)
    return abs(want.wall_clock - said.wall_clock)


def _judge(result: AuditResult, want: Expected, said: Heard) -> None:
    if not _is_instant_right(want, said):
        result.wrong_instant += 1
        result.tell(f"wrong instant: {_said(want)}, but heard {said.instant or said.wall_clock}")
    elif said.offset_source in ("unzoned", "ambiguous"):
        result.unzoned += 1
    if (said.status, said.reason) != (want.status, want.reason):
        result.wrong_status += 1
        result.tell(f"wrong status: {_said(want)}, but heard {said.status} {said.reason or ''}".rstrip())


def _is_instant_right(want: Expected, said: Heard) -> bool:
    """Right at the grain the source gave; a wall clock alone will do where no offset was reported."""
    grain = timedelta(seconds=want.grain_seconds)
    if said.instant is None or said.offset_source == "ambiguous":  # an hour that clocks pass twice
        return want.offset_source != "reported" and abs(want.wall_clock - said.wall_clock) < grain
    return want.instant is not None and abs(want.instant - said.instant) < grain


def _left_over(result: AuditResult, said: Heard, wanted: Sequence[Expected]) -> None:
    """An event too many is a duplicate when a real one like it is near, else it was invented."""
    text = (
        f"{said.source} {said.subject} {said.code!r} {said.description!r} {said.instant or said.wall_clock}"
    )
    if any(_apart(want, said) <= FAR for want in wanted):
        result.duplicate += 1
        result.tell(f"duplicate: {text} (event {said.event_id})")
    else:
        result.invented += 1
        result.tell(f"invented: {text} (event {said.event_id})")


def _said(want: Expected) -> str:
    when = want.instant or want.wall_clock
    meaning = f"{want.status} {want.reason or ''}".rstrip()
    return f"{want.source} {want.subject} {want.code!r} {want.description!r} {when} = {meaning}"


def _compare_shipments(
    result: AuditResult,
    counted: Sequence[Expected],
    parcels: Sequence[ExpectedParcel],
    shipments: Sequence[HeardShipment],
) -> None:
    events: dict[str, list[Told]] = defaultdict(list)
    for want in counted:
        if want.tracking_number is not None:
            at = want.instant or want.wall_clock
            events[want.tracking_number].append(Told(at=at, status=want.status, physical=want.physical))
    by_number: dict[str, list[HeardShipment]] = defaultdict(list)
    for shipment in shipments:
        if shipment.tracking_number is not None:
            by_number[shipment.tracking_number].append(shipment)
    for parcel in parcels:
        ours = [s for s in by_number[parcel.tracking_number] if set(s.order_ids) & set(parcel.order_ids)]
        status = journey_status(events[parcel.tracking_number])
        heard = sorted({shipment.status for shipment in ours})
        if heard != [status]:
            result.wrong_status += 1
            result.tell(
                f"wrong status of parcel {parcel.tracking_number} ({parcel.story}): "
                f"{status} expected, {' and '.join(heard) or 'no such shipment'} heard"
            )
