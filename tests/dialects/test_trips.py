"""There and back: what a dialect tells is read again as the documents say, and nothing else is lost."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from milepost.model.events import BY_HAND, RETRACTS
from milepost.model.instants import Instant, OffsetSource
from milepost.model.promises import COLLECTION, Promiser
from milepost.model.statuses import REASONS, Evidence, Status
from milepost.show.dialects.vocabulary import DialectError, read
from tests.contract.things import event, promise
from tests.dialects.trips import (
    DIALECTS,
    FIRST,
    NOWHERE,
    NUMBER,
    PAIRS,
    PARCEL,
    ROOT,
    heard,
    losses,
    reported,
    scans_of,
    told,
)

KEEPS_OFFSET = {"aftership", "seventeen_track"}
KEEPS_WALL_CLOCK = {"aftership", "seventeen_track", "karrio"}
SAME_WORDS = [
    Status.ACCEPTED,
    Status.IN_TRANSIT,
    Status.HELD,
    Status.OUT_FOR_DELIVERY,
    Status.AVAILABLE_FOR_PICKUP,
    Status.DELIVERED,
    Status.RETURN_IN_TRANSIT,
]
"""What every dialect has a word for."""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_status_with_every_reason_is_read_again_as_the_documents_say(dialect):
    scans = scans_of(PAIRS)
    back, parsed = heard(dialect, told(dialect, scans))
    assert parsed.refusals == ()
    assert len(back) == len(scans)
    documented = losses()[dialect]
    wrong = [
        f"{scan.status} {scan.reason}: read {again.status} {again.reason}, documented {expected}"
        for scan, again in zip(scans, back, strict=True)
        if (expected := documented[(scan.status or "note", scan.reason)])
        != (again.status or "note", again.reason)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_dialect_makes_a_delivery_of_what_is_none_and_none_loses_one(dialect):
    for (status, reason), (after, _) in losses()[dialect].items():
        assert (status == "delivered") == (after == "delivered"), (status, reason)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_every_dialect_has_a_word_for_comes_back_whatever_the_reason(dialect):
    documented = losses()[dialect]
    for status in SAME_WORDS:
        for reason in (None, *REASONS):
            assert documented[(status, reason)][0] == status, (status, reason)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_reason_is_kept_changed_to_a_kin_or_dropped_and_never_changes_the_status(dialect):
    documented = losses()[dialect]
    for (status, reason), (after, _) in documented.items():
        assert after in (status, documented[(status, None)][0]), (status, reason)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_when_and_what_was_said_and_where_come_back(dialect):
    scan = event(NUMBER, FIRST, status=Status.ACCEPTED, text="Picked up", code="PU")
    (again,), _ = heard(dialect, told(dialect, [scan]))
    assert again.description == "Picked up"
    assert again.place.located is not None
    assert (again.place.located.city, again.place.located.country) == ("Teaneck", "US")
    assert again.occurred.utc == scan.occurred.utc, "karrio's wall clock is read at the place"
    if dialect in KEEPS_OFFSET:
        assert again.occurred == scan.occurred


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_time_without_an_offset_is_never_given_one(dialect):
    scan = event(NUMBER, FIRST, place=NOWHERE, occurred=Instant.unzoned("2026-03-04T08:00:00"))
    body = told(dialect, [scan])
    back, parsed = heard(dialect, body)
    if dialect in KEEPS_WALL_CLOCK:
        assert [one.occurred for one in back] == [scan.occurred]
    else:
        assert (back, [one.reason for one in parsed.refusals]) == ([], ["no_time"])
    assert b"08:00:00Z" not in body
    assert b"08:00:00+00" not in body


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_scan_of_the_hour_in_which_clocks_were_changed_is_told_too(dialect):
    twice = Instant.inferred("2026-11-01T01:30:00", ZoneInfo("America/New_York"))
    assert twice.source is OffsetSource.AMBIGUOUS
    back, _ = heard(dialect, told(dialect, [event(NUMBER, occurred=twice)]))
    assert [one.occurred.utc for one in back] == [twice.utc]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_a_person_took_back_is_told_to_no_client(dialect):
    scan = event(NUMBER, FIRST, status=Status.ACCEPTED, text="Picked up")
    by_hand = {"source": BY_HAND, "evidence": Evidence.MESSAGE}
    entered = event(
        NUMBER,
        FIRST + timedelta(hours=2),
        status=Status.DELIVERED,
        text="It came",
        code="delivered",
        **by_hand,
    )
    why = event(
        NUMBER,
        FIRST + timedelta(hours=3),
        status=None,
        text="Another parcel",
        code=f"{RETRACTS}{entered.event_id}",
        **by_hand,
    )
    back, _ = heard(dialect, told(dialect, [scan, entered]))
    assert [one.description for one in back] == ["Picked up", "It came"]
    back, _ = heard(dialect, told(dialect, [scan, entered, why]))
    assert [one.description for one in back] == ["Picked up"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_scan_told_by_two_is_one_line_in_the_carriers_words(dialect):
    at = FIRST + timedelta(minutes=3)
    others = event(NUMBER, at, source="bazaar", text="the marketplace's words")
    own = event(NUMBER, FIRST, source="acme", text="the carrier's words")
    back, _ = heard(dialect, told(dialect, [others, own]))
    assert [one.description for one in back] == ["the carrier's words"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_carriers_window_comes_back_and_our_forecast_is_not_told_as_theirs(dialect):
    end = datetime(2026, 3, 6, 20, tzinfo=UTC)
    own = replace(promise(end, shipment_id=PARCEL), promiser=Promiser.CARRIER)
    ours = replace(promise(end + timedelta(days=9), shipment_id=PARCEL), promiser=Promiser.MILEPOST)
    kept = replace(
        own, name=COLLECTION, to_at=end + timedelta(days=5), said_at=own.said_at + timedelta(days=1)
    )
    _, parsed = heard(dialect, told(dialect, scans_of([(Status.IN_TRANSIT, None)]), [own, ours, kept]))
    (eta,) = parsed.etas
    day = str(eta.to_at or eta.wall_to)[:10]
    assert day == "2026-03-06"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_who_took_it_is_told_only_when_it_may_be(dialect):
    scans = scans_of([(Status.DELIVERED, None)])
    _, silent = heard(dialect, told(dialect, scans))
    assert silent.proofs == ()
    _, parsed = heard(dialect, told(dialect, scans, received_by="A PERSON"))
    names = [proof.received_by for proof in parsed.proofs]
    assert names == ([] if dialect in ("shippo", "seventeen_track") else ["A PERSON"])


def test_the_time_of_an_old_scan_keeps_its_own_offset():
    winter, summer = reported("2026-03-07T23:00:00-05:00"), reported("2026-03-08T23:00:00-04:00")
    scans = [event(NUMBER, occurred=winter, status=Status.ACCEPTED), event(NUMBER, occurred=summer)]
    for dialect in KEEPS_OFFSET:
        back, _ = heard(dialect, told(dialect, scans))
        assert [one.occurred for one in back] == [winter, summer]


def test_the_tables_stand_in_the_document():
    page = (ROOT / "docs/use/switching.md").read_text("utf-8")
    for status in Status:
        assert f"| `{status}` |" in page
    for reason in REASONS:
        assert f"| `{reason}` |" in page


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("status,reason,code\n", "columns"),
        ("status,reason,code,detail\nvanished,,X,\n", "not a status"),
        ("status,reason,code,detail\nheld,no.such,X,\n", "not a reason"),
        ("status,reason,code,detail\nheld,,X,\nheld,,Y,\n", "twice"),
        ("status,reason,code,detail\n*,,X,\n", "needs a reason"),
        ("status,reason,code,detail\nheld,,X,\n", "no row without a reason"),
    ],
)
def test_a_wrong_table_is_refused_with_the_place_and_the_fix(tmp_path, table, says):
    path = tmp_path / "x.csv"
    path.write_text(table)
    with pytest.raises(DialectError, match=says):
        read(path)
