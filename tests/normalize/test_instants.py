"""When a scan happened: the offset it was told with, else its place's one zone, else the wall clock alone."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from milepost.model.carriers import CodeBook
from milepost.model.instants import Instant, OffsetSource, clock_of
from milepost.model.places import Located, Place, Precision, RawPlace
from milepost.model.reports import Report, ReportKind
from milepost.model.scans import Scan
from milepost.normalize.scans import event, instant

HEARD = datetime(2026, 11, 2, 12, tzinfo=UTC)
ZONES = (
    "America/New_York",
    "Europe/Paris",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Auckland",
)


def place(zone):
    located = Located(
        city="Town",
        region="",
        country="XX",
        latitude=None,
        longitude=None,
        zone=zone,
        precision=Precision.CITY,
        method="test",
    )
    return Place(raw=RawPlace(text="Town"), located=located if zone else None)


def told(text):
    """One line: the offset stands in it, or it does not."""
    moment = datetime.fromisoformat(text)
    at = {"moment": moment} if moment.tzinfo else {"wall_clock": text}
    return Scan(code="X", refs=(), text="", **at)


def read(text, zone=None):
    found = instant(told(text), place(zone), HEARD)
    utc = found.utc.strftime("%Y-%m-%dT%H:%MZ") if found.utc else None
    return f"{utc} {found.offset_minutes} {found.source.value}"


@pytest.mark.parametrize(
    ("text", "zone", "read_as"),
    [
        ("2026-03-04T16:55:00-05:00", None, "2026-03-04T21:55Z -300 reported"),
        ("2026-03-04T16:55:00-05:00", "Europe/Paris", "2026-03-04T21:55Z -300 reported"),
        ("2026-03-04T16:55:00+05:45", None, "2026-03-04T11:10Z 345 reported"),
        ("2026-03-04T16:55:00+00:00", None, "2026-03-04T16:55Z 0 reported"),
        ("2026-03-04T16:55:00", "America/New_York", "2026-03-04T21:55Z -300 inferred"),
        ("2026-07-04T16:55:00", "America/New_York", "2026-07-04T20:55Z -240 inferred"),
        ("2026-03-04T16:55:00", "Asia/Kolkata", "2026-03-04T11:25Z 330 inferred"),
        ("2026-03-04T16:55:00", None, "None None unzoned"),
        # Clocks go forward on 8 March 2026 at two in New York: an hour that is not, read as if they had not.
        ("2026-03-08T02:30:00", "America/New_York", "2026-03-08T07:30Z -300 ambiguous"),
        ("2026-03-08T02:30:00", None, "None None unzoned"),
        ("2026-03-08T01:59:00", "America/New_York", "2026-03-08T06:59Z -300 inferred"),
        ("2026-03-08T03:00:00", "America/New_York", "2026-03-08T07:00Z -240 inferred"),
        # They go back on 1 November at two: the hour that is there twice is read as the first.
        ("2026-11-01T00:59:00", "America/New_York", "2026-11-01T04:59Z -240 inferred"),
        ("2026-11-01T01:30:00", "America/New_York", "2026-11-01T05:30Z -240 ambiguous"),
        ("2026-11-01T02:00:00", "America/New_York", "2026-11-01T07:00Z -300 inferred"),
        # Told with its offset, the second one is the second.
        ("2026-11-01T01:30:00-05:00", "America/New_York", "2026-11-01T06:30Z -300 reported"),
        # Lord Howe moves by half an hour.
        ("2026-01-10T12:00:00", "Australia/Lord_Howe", "2026-01-10T01:00Z 660 inferred"),
        ("2026-07-10T12:00:00", "Australia/Lord_Howe", "2026-07-10T01:30Z 630 inferred"),
        ("2026-04-05T02:00:00", "Australia/Lord_Howe", "2026-04-04T15:30Z 630 inferred"),
        ("2026-04-05T01:30:00", "Australia/Lord_Howe", "2026-04-04T14:30Z 660 ambiguous"),
        ("2026-04-05T01:29:00", "Australia/Lord_Howe", "2026-04-04T14:29Z 660 inferred"),
        ("2026-10-04T02:15:00", "Australia/Lord_Howe", "2026-10-03T15:45Z 630 ambiguous"),
        ("2026-03-04T12:00:00", "America/St_Johns", "2026-03-04T15:30Z -210 inferred"),
        ("2025-12-31T23:50:00", "Pacific/Auckland", "2025-12-31T10:50Z 780 inferred"),
        ("2028-02-29T08:00:00", "Europe/Paris", "2028-02-29T07:00Z 60 inferred"),
        ("2038-01-20T03:14:08+00:00", None, "2038-01-20T03:14Z 0 reported"),
    ],
)
def test_an_instant_is_read_like_this(text, zone, read_as):
    assert read(text, zone) == read_as


def test_the_wall_clock_is_kept_as_it_was_told_whatever_is_known_of_its_zone():
    for zone in (*ZONES, None):
        assert instant(told("2026-03-08T02:30:00"), place(zone), HEARD).wall_clock == "2026-03-08T02:30:00"
    assert instant(told("2026-03-08T02:30:00+05:30"), place(None), HEARD).wall_clock == "2026-03-08T02:30:00"


@pytest.mark.parametrize("zone", ZONES)
def test_through_both_changes_of_a_year_no_two_scans_change_places_and_none_is_an_hour_off(zone):
    """Every hour of a year, told with its offset: the same moment again, in the same order."""
    moment, before = datetime(2026, 1, 1, tzinfo=UTC), None
    while moment.year == 2026:
        local = moment.astimezone(ZoneInfo(zone))
        found = instant(told(local.isoformat()), place(zone), HEARD)
        assert found.utc == moment
        assert found.local.replace(tzinfo=None) == local.replace(tzinfo=None)
        assert before is None or found.order_key > before
        moment, before = moment + timedelta(hours=1), found.order_key


@pytest.mark.parametrize("zone", ZONES)
def test_without_an_offset_the_places_zone_is_right_or_the_hour_is_marked_as_there_twice(zone):
    """Every half hour of a year: no instant is off that is not marked, and only clock changes are."""
    moment, off, marked, before = datetime(2026, 1, 1, tzinfo=UTC), [], [], None
    while moment.year == 2026:
        local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        found = instant(told(local.isoformat()), place(zone), HEARD)
        if found.source is OffsetSource.AMBIGUOUS:
            marked.append(moment)
        elif found.utc != moment:
            off.append(moment)
        elif before is not None:
            assert found.order_key > before
        moment, before = moment + timedelta(minutes=30), None if marked[-1:] == [moment] else found.order_key
    assert not off
    assert len(marked) == {"Asia/Kolkata": 0, "Australia/Lord_Howe": 2}.get(zone, 4)


def test_a_naive_moment_is_never_taken_for_one():
    with pytest.raises(ValueError, match=r"Instant\.unzoned"):
        Instant.reported(datetime(2026, 3, 4, 12))  # noqa: DTZ001 - that is the point


class Nowhere:
    """A gazetteer that knows no place."""

    def locate(self, _place):
        return None


def test_a_scan_becomes_an_event_that_can_be_traced_to_its_report():
    report = Report(
        source="acme",
        kind=ReportKind.TRACKING,
        shop_id=None,
        subject=("AC1",),
        heard_at=datetime(2026, 3, 5, tzinfo=UTC),
        body=b"as it came",
    )
    scan = Scan(
        wall_clock="2026-03-04T16:55:00", code="X/1", refs=(), text="  On its way \n", tracking_number="AC1"
    )
    found = event(scan, report, CodeBook(), Nowhere())
    assert (found.code, found.description, found.status) == ("X/1", "On its way", "unknown")
    assert (found.report_hash, found.heard_at) == (report.body_hash, report.heard_at)
    assert found.occurred.source.value == "unzoned"


def test_a_clock_is_written_to_the_second_whatever_its_year_offset_and_fraction():
    zones = (None, UTC, timezone(timedelta(hours=-9, minutes=-30)), timezone(timedelta(seconds=3208)))
    for year in (1, 987, 1969, 2026, 9999):
        for zone in (*zones, ZoneInfo("Asia/Kolkata")):
            for fraction in (0, 1, 999_999):
                moment = datetime(year, 3, 4, 5, 6, 7, fraction, tzinfo=zone)
                assert clock_of(moment) == moment.replace(tzinfo=None, microsecond=0).isoformat()
