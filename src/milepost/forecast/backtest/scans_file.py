"""A file with one row per scan, read into stories, and what was amiss in it, counted."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.backtest.outcomes_in_columns import outcome_columns
from milepost.forecast.backtest.scan_columns import Cells, Columns, Row, number_of
from milepost.forecast.backtest.tables import DAY_S, Mapped, moment, rows
from milepost.forecast.scans.story import Step, Story
from milepost.model.errors import OperatorError

NAMES: Mapping[str, tuple[str, ...]] = {
    "trip_id": ("trip_uuid", "parcel_id", "tracking_number", "tracking_id", "shipment_id"),
    "scanned_at": ("scan_time", "event_time", "occurred_at", "timestamp", "od_start_time"),
    "step": ("event", "status", "event_type", "activity"),
    "place": ("location", "source_name", "source_center", "hub"),
    "to_place": ("destination_name", "destination_center", "next_place"),
    "zip": ("postcode", "postal_code"),
    "created_at": ("trip_creation_time",),
    "delivered_at": ("arrived_at",),
    "planned_at": ("eta", "promised_at"),
}
"""Our columns and other names by which they are known; --map goes before them."""

NEEDED = ("trip_id", "scanned_at")
WORTH = {
    "step": "all scans are of one sort",
    "place": "no history of places and ways",
    "planned_at": "no plan to measure with",
    "created_at": "no time before the first scan",
    "legs_left": "how many legs are left is not known",
}
ARRIVED_WORDS = frozenset({"delivered", "dlv", "pod", "delivery"})
TAKES_MAX = timedelta(days=365)
ROWS_MAX = 5_000_000
SCANS_MAX = 500  # of one story; more is a loop of a machine


def read(paths: Sequence[Path], mapping: Mapped, findings: Findings) -> list[Story]:
    """Stories in order of their first scan. Raises OperatorError without the two columns that are needed."""
    trips, columns = _trips(paths, mapping, findings)
    last_is_arrival = _last_is_arrival(trips, findings)
    stories = [
        story
        for key, own in trips.items()
        if (story := _story(key, own, columns, mapping, findings, last_is_arrival=last_is_arrival))
        is not None
    ]
    for name in outcome_columns(stories, columns.numbers):
        findings.add(f"column {name} tells the outcome, which nobody knows at a scan: left out")
        stories = [_without(story, name) for story in stories]
    return sorted(stories, key=lambda story: (story.steps[0].at, story.key))


def _trips(
    paths: Sequence[Path], mapping: Mapped, findings: Findings
) -> tuple[dict[str, list[tuple[datetime, Row]]], Columns]:
    """Each trip's readable rows in order of time, each once; and what the other columns hold."""
    trips: dict[str, list[tuple[datetime, Row]]] = defaultdict(list)
    cells = Cells(mapping, findings)
    count = 0
    for path in paths:
        for number, raw in enumerate(rows(path, mapping, findings)):
            row = _renamed(raw)
            if not number:
                _look_at_columns(path, row, findings)
            count += 1
            if count > ROWS_MAX:
                raise OperatorError(f"{path}: more than {ROWS_MAX:,} rows; give it in parts")
            at = _instant(row["scanned_at"], mapping)
            if not row["trip_id"].strip() or at is None:
                findings.add("a row without a trip_id or with a scanned_at nobody can read: left out")
                continue
            cells.look(row)
            trips[row["trip_id"].strip()].append((at, row))
    return {key: _once(own, findings) for key, own in trips.items()}, cells.columns()


def _renamed(raw: Row) -> Row:
    """Under our names; a name of ours in the file goes before its other names."""
    row = dict(raw)
    for ours, others in NAMES.items():
        if ours not in row:
            theirs = next((name for name in others if name in row), None)
            if theirs is not None:
                row[ours] = row.pop(theirs)
    return row


def _look_at_columns(path: Path, row: Row, findings: Findings) -> None:
    if lacking := [name for name in NEEDED if name not in row]:
        raise OperatorError(
            f"{path}: there is no column {lacking[0]}; name theirs with --map COLUMNS.toml: "
            f'[columns] {lacking[0]} = "…". There are: {", ".join(row)}'
        )
    for name, without in WORTH.items():
        if name not in row:
            findings.add(f"{path.name} has no column {name}: {without}")


def _once(own: list[tuple[datetime, Row]], findings: Findings) -> list[tuple[datetime, Row]]:
    """In order of time, each scan once, no more than a bound."""
    ordered = sorted(own, key=lambda pair: pair[0])
    if ordered != own:
        findings.add("a trip's rows are not in order of time: sorted")
    kept: list[tuple[datetime, Row]] = []
    seen: set[tuple[datetime, str, str]] = set()
    for at, row in ordered:
        identity = (at, row.get("step", ""), row.get("place", ""))
        if identity in seen:
            findings.add("a scan stands twice: counted once")
            continue
        seen.add(identity)
        kept.append((at, row))
    if len(kept) > SCANS_MAX:
        findings.add(f"a trip with more than {SCANS_MAX} scans: its first {SCANS_MAX} count")
    return kept[:SCANS_MAX]


def _last_is_arrival(trips: Mapping[str, Sequence[tuple[datetime, Row]]], findings: Findings) -> bool:
    """Whether, for want of anything better, a trip's last row is taken for its arrival."""
    every = [row for own in trips.values() for _, row in own]
    if any(row.get("delivered_at") or _is_arrival(row) for row in every):
        return False
    if every:
        findings.add(
            "no delivered_at and no delivered step: a trip's last row is taken for its arrival", len(trips)
        )
    return True


def _is_arrival(row: Row) -> bool:
    return row.get("step", "").strip().casefold() in ARRIVED_WORDS


def _story(
    key: str, own: Sequence[tuple[datetime, Row]], columns: Columns, mapping: Mapped, findings: Findings, *,
    last_is_arrival: bool,
) -> Story | None:  # fmt: skip
    arrived_at = own[-1][0] if last_is_arrival else _arrived_at(own, mapping, findings)
    if arrived_at is not None and arrived_at < own[0][0]:
        findings.add("delivered before it was shipped: its delivery is not believed")
        arrived_at = None
    if arrived_at is not None and arrived_at - own[0][0] > TAKES_MAX:
        findings.add("more than a year on the way: its delivery is not believed")
        arrived_at = None
    before = [pair for pair in own if arrived_at is None or pair[0] < arrived_at]
    late = sum(arrived_at is not None and at > arrived_at for at, _ in own)
    findings.add("a scan after arrival: left out", late)
    if not before:
        findings.add("a trip with no scan before its arrival: nothing to foresee")
        return None
    if arrived_at is None:
        findings.add(
            "a trip that has not arrived: foreseen, not scored, and of its times only gaps are learned"
        )
    ahead = _known_ahead([row for _, row in before], columns, mapping)
    steps = tuple(
        _step(at, row, columns, mapping, more) for (at, row), more in zip(before, ahead, strict=True)
    )
    created = _instant(own[0][1].get("created_at", ""), mapping)
    return Story(key=key, steps=steps, created_at=created, delivered_at=arrived_at)


def _arrived_at(own: Sequence[tuple[datetime, Row]], mapping: Mapped, findings: Findings) -> datetime | None:
    told = {row["delivered_at"] for _, row in own if row.get("delivered_at")}
    if len(told) > 1:
        findings.add("a trip with more than one delivered_at: the last row's counts")
    for _, row in reversed(own):
        if row.get("delivered_at"):
            return _instant(row["delivered_at"], mapping)
    return next((at for at, row in own if _is_arrival(row)), None)


def _step(at: datetime, row: Row, columns: Columns, mapping: Mapped, more: Mapping[str, float]) -> Step:
    numbers = {
        name: figure for name in columns.numbers if (figure := number_of(row.get(name, ""))) is not None
    }
    legs = number_of(row.get("legs_left", ""))
    legs = more.get("legs.left") if legs is None else legs
    return Step(
        at=at,
        word=row.get("step", "").strip(),
        place=_place(row),
        to_place=row.get("to_place", "").strip(),
        legs_left=int(legs) if legs is not None else None,
        planned_at=_instant(row.get("planned_at", ""), mapping),
        numbers={**numbers, **{name: figure for name, figure in more.items() if name != "legs.left"}},
        words={name: row[name].strip() for name in columns.words if row.get(name)},
    )


def _known_ahead(own: Sequence[Row], columns: Columns, mapping: Mapped) -> list[dict[str, float]]:
    """Of columns that --map says are known ahead (the planned route): what this and later rows add up to."""
    names = [name for name in mapping.known_ahead if name in columns.numbers]
    found: list[dict[str, float]] = []
    sums = dict.fromkeys(names, 0.0)
    for legs, row in enumerate(reversed(own), 1):
        for name in names:
            sums[name] += number_of(row.get(name, "")) or 0.0
        ahead = {f"{name}.left": figure for name, figure in sums.items()}
        found.append({**ahead, "legs.left": float(legs)} if mapping.known_ahead else {})
    return found[::-1]


def _place(row: Row) -> str:
    """Its name, else its postcode, else its coordinates to a tenth of a degree."""
    named = row.get("place", "").strip() or row.get("zip", "").strip()
    north, east = number_of(row.get("lat", "")), number_of(row.get("lon", ""))
    if named or north is None or east is None:
        return named
    return f"{north:.1f},{east:.1f}"


def _instant(text: str, mapping: Mapped) -> datetime | None:
    """Aware, with the offset its own clock had."""
    told = moment(text, mapping.zone) if text else None
    if told is None:
        return None
    zone = timezone(timedelta(days=told.offset)) if told.offset else UTC
    return datetime.fromtimestamp(told.at * DAY_S, zone)


def _without(story: Story, name: str) -> Story:
    steps = tuple(
        Step(
            at=step.at, word=step.word, place=step.place, to_place=step.to_place, legs_left=step.legs_left,
            planned_at=step.planned_at, words=step.words,
            numbers={other: figure for other, figure in step.numbers.items() if other.split(".")[0] != name},
        )
        for step in story.steps
    )  # fmt: skip
    return Story(key=story.key, steps=steps, created_at=story.created_at, delivered_at=story.delivered_at)
