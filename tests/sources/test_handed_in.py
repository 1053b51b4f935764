"""Files that are handed in: reading never raises, whatever was done to them, and says what it could not read."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

import milepost
from milepost.model.imports import Stated
from milepost.model.reports import Report, ReportKind
from milepost.sources.catalog import handed_in
from milepost.sources.edi import segments
from milepost.sources.handed_in.x12_214.time_codes import zone_of
from tests.sources.mangling import mangled

FOLDER = Path(milepost.__file__).parent / "sources" / "handed_in"
SAMPLES = sorted(path for path in FOLDER.glob("*/samples/*") if path.suffix != ".txt")
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SIGNS = b"*~>'+:?,;\"\n\x00\xff0Z{}[]<>"


def report(source, body, *said):
    return Report(source=source, kind=ReportKind.IMPORT, shop_id=None, subject=said, heard_at=NOW, body=body)


def scratched(body, rng):
    """Bytes replaced, doubled and taken out."""
    changed = bytearray(body)
    for _ in range(rng.randint(1, 12)):
        place = rng.randrange(len(changed) + 1)
        if rng.random() < 0.4:
            del changed[place : place + rng.randint(1, 9)]
        elif rng.random() < 0.5:
            changed[place:place] = bytes([rng.choice(SIGNS)])
        else:
            changed[place : place + 1] = bytes([rng.choice(SIGNS)])
    return bytes(changed)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_reading_never_raises_and_each_scan_has_a_place_in_the_file(path):
    key, body = path.parent.parent.name, path.read_bytes()
    source = handed_in()[key]
    for seed in range(25):
        bodies = [scratched(body, Random(seed))]
        bodies += list(mangled(body, seed, 10)) if seed < 3 else []
        for one in bodies:
            parsed = source.parse(report(key, one, "zone=Europe/Berlin"))
            standings = parsed.layout.standings if parsed.layout else ()
            assert len(standings) == len(parsed.scans) or key in ("by_hand", "mailbox"), f"seed {seed}"
            assert all(scan.moment is None or scan.moment.tzinfo for scan in parsed.scans), f"seed {seed}"


def test_every_sample_is_recognized_by_its_own_reader_only():
    readers = handed_in()
    for path in SAMPLES:
        own = path.parent.parent.name
        if own in ("by_hand", "mailbox", "file_events"):
            continue
        found = [key for key, one in readers.items() if one.recognizes(path.read_bytes(), Stated())]
        assert found == [own], path.name


def test_a_segment_without_end_and_a_file_without_bound_are_refused(monkeypatch):
    monkeypatch.setattr(segments, "SEGMENTS_MAX", 5)
    monkeypatch.setattr(segments, "SEGMENT_LENGTH_MAX", 50)
    x12 = handed_in()["x12_214"]
    whole = (FOLDER / "x12_214/samples/other_delimiters.x12").read_bytes()
    for body, says in [(whole, "too long, or too many"), (whole[:106] + b"x" * 90 + b"\x1c", "too long, or")]:
        (refusal,) = x12.parse(report("x12_214", body)).refusals
        assert refusal.reason == "malformed_edi"
        assert says in refusal.detail


@pytest.mark.parametrize(
    ("key", "sample", "change"),
    [
        ("x12_214", "two_sets.x12", (b"*20260304*1655*CT", b"*00010101*0000*05")),
        ("iftsta", "parcels.edi", (b"20260304221500?+01:304", b"00010101000000?+14:304")),
        ("epcis", "one_event.json", (b'"2026-', b'"0001-')),
        ("file_events", "export.csv", (b"2026-", b"0001-")),
    ],
)
def test_a_year_nobody_lived_in_is_refused_by_its_place(key, sample, change):
    body = (FOLDER / key / "samples" / sample).read_bytes()
    assert change[0] in body
    source = handed_in()[key]
    before, after = (
        source.parse(report(key, one, "zone=Europe/Berlin")) for one in (body, body.replace(*change))
    )
    assert len(after.scans) < len(before.scans)
    assert any("year 1 " in one.detail for one in after.refusals), after.refusals


@pytest.mark.parametrize(
    ("code", "winter", "summer"),
    [
        ("ET", -5, -4),
        ("ES", -5, -5),
        ("UT", 0, 0),
        ("01", 1, 1),
        ("12", 12, 12),
        ("13", -12, -12),
        ("24", -1, -1),
    ],
)
def test_a_time_code_names_its_offset(code, winter, summer):
    hours = [
        datetime(2026, month, 4, 12, tzinfo=zone_of(code)).utcoffset().total_seconds() / 3600
        for month in (1, 7)
    ]
    assert hours == [winter, summer]


@pytest.mark.parametrize("code", ["", "LT", "XX", "00", "25", "²"])
def test_a_time_code_that_says_nothing_is_no_zone(code):
    assert zone_of(code) is None
