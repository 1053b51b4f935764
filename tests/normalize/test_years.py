"""Times told without a year: the one that fits when we heard of them (reliability.md E-04)."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from milepost.model.carriers import CodeBook
from milepost.model.reports import Report, ReportKind
from milepost.model.scans import Scan
from milepost.normalize.scans import event
from milepost.normalize.years import with_year
from milepost.sources.iso_times import when
from tests.normalize.test_instants import Nowhere

SEED = 4
PARCELS = 10_000
LIFE = timedelta(days=120)  # of a parcel, from its label to the last we hear


@pytest.mark.parametrize(
    ("told", "heard", "read_as"),
    [
        ("--12-31T23:50:00", "2026-01-02T09:00", "2025-12-31T23:50:00"),
        ("--01-01T00:10:00", "2026-01-02T09:00", "2026-01-01T00:10:00"),
        ("--01-01T09:00:00", "2025-12-31T20:00", "2026-01-01T09:00:00"),  # already next year in Auckland
        ("--01-02T09:00:00", "2025-12-31T20:00", "2025-01-02T09:00:00"),  # but nobody is two days ahead
        ("--02-29T08:00:00", "2028-03-01T00:00", "2028-02-29T08:00:00"),
        ("--02-29T08:00:00", "2026-03-01T00:00", "2024-02-29T08:00:00"),
        ("--06-30T12:00:00", "2038-07-01T00:00", "2038-06-30T12:00:00"),
        ("2024-12-31T23:50:00", "2026-01-02T09:00", "2024-12-31T23:50:00"),  # told, so believed
    ],
)
def test_the_year_is_the_latest_that_fits(told, heard, read_as):
    assert with_year(told, datetime.fromisoformat(heard).replace(tzinfo=UTC)) == read_as


def test_ten_thousand_scans_around_new_year_and_leap_days_get_their_own_year():
    chance = random.Random(SEED)
    for _ in range(PARCELS):
        turn = datetime(chance.choice((2024, 2026, 2027, 2028, 2032, 2038)), chance.choice((1, 3)), 1)  # noqa: DTZ001
        label = turn - timedelta(minutes=chance.randrange(60 * 24 * 100))
        scanned = label - timedelta(days=7) + timedelta(minutes=chance.randrange(60 * 24 * 100))
        heard = max(scanned - timedelta(hours=14), label) + timedelta(minutes=chance.randrange(60 * 24 * 20))
        assert heard - label < LIFE
        yearless = f"--{scanned.isoformat(timespec='seconds')[5:]}"
        found = with_year(yearless, heard.replace(tzinfo=UTC))
        assert found == scanned.isoformat(timespec="seconds"), f"seed {SEED}: {yearless} heard {heard}"


def test_a_scan_without_a_year_is_an_event_with_one():
    report = Report(
        source="acme",
        kind=ReportKind.TRACKING,
        shop_id=None,
        subject=("AC1",),
        heard_at=datetime(2026, 1, 2, tzinfo=UTC),
        body=b"as it came",
    )
    told = when("--12-31T23:50")
    assert told is not None
    scan = Scan(wall_clock=told.wall_clock, code="X", refs=(), text="", tracking_number="AC1")
    assert event(scan, report, CodeBook(), Nowhere()).occurred.wall_clock == "2025-12-31T23:50:00"


@pytest.mark.parametrize("text", ["--02-30T08:00", "--13-01T08:00", "--", "--12-31T25:00", "---12-31"])
def test_a_day_that_is_in_no_year_is_no_time(text):
    assert when(text) is None
