"""Copies of one scan are one event, whatever order they come in; two scans stay two."""

import itertools
from datetime import UTC, datetime

from msgspec import structs

from milepost.model.events import TrackingEvent
from milepost.model.instants import Instant
from milepost.model.places import Place, RawPlace
from milepost.model.statuses import Evidence, Status
from milepost.record.journey import derive

HEARD = datetime(2026, 3, 5, tzinfo=UTC)


def scan(when, code="OFD", *, place="Paris FR", source="acme", text="Out for delivery", status=None):
    if when.endswith("?"):
        occurred = Instant.unzoned(when.removesuffix("?"))
    else:
        occurred = Instant.reported(datetime.fromisoformat(when))
    return TrackingEvent(
        source=source,
        shop_id="shop",
        order_number=None,
        tracking_number="AC1",
        occurred=occurred,
        heard_at=HEARD,
        status=Status(status or "out_for_delivery"),
        reason=None,
        responsible=None,
        evidence=Evidence.PHYSICAL,
        code=code,
        description=text,
        place=Place(raw=RawPlace(text=place), located=None),
        report_hash="0" * 64,
    )


def shown(*events):
    """What the journey shows, the same for every order of arrival."""
    journeys = {derive(order) for order in itertools.permutations(events)}
    assert len(journeys) == 1, "the order of arrival changed the journey"
    return journeys.pop().events


def test_a_push_without_a_place_and_a_poll_with_one_are_one_event():
    pushed = scan("2026-03-04T08:10:07+01:00", place="")
    polled = scan("2026-03-04T08:10:42+01:00", text="OUT FOR DELIVERY")
    (event,) = shown(pushed, polled)
    assert event.copies == 2
    assert event.event.place.raw.text == "Paris FR"


def test_the_same_code_two_minutes_later_is_another_scan():
    assert len(shown(scan("2026-03-04T08:10:00+01:00"), scan("2026-03-04T08:12:00+01:00"))) == 2


def test_the_same_code_at_another_place_in_the_same_minute_is_another_scan():
    assert (
        len(shown(scan("2026-03-04T08:10:00+01:00"), scan("2026-03-04T08:10:20+01:00", place="Lyon FR"))) == 2
    )


def test_without_any_place_the_words_tell_two_scans_apart():
    one = scan("2026-03-04T08:10:00+01:00", place="", text="Left the hub")
    other = scan("2026-03-04T08:10:20+01:00", place="", text="Reached the hub")
    assert len(shown(one, other)) == 2


def test_a_copy_without_an_offset_joins_the_one_that_has_it():
    (event,) = shown(scan("2026-03-04T08:10:42+01:00"), scan("2026-03-04T08:10:42?", place=""))
    assert event.event.occurred.offset_minutes == 60


def test_two_sources_that_tell_of_one_scan_are_two_events_and_one_step():
    carrier = scan("2026-03-04T08:10:42+01:00")
    market = scan("2026-03-04T07:10:43+00:00", code="40501", source="market", place="")
    events = shown(carrier, market)
    assert len(events) == 2
    assert len({event.step for event in events}) == 1


def test_two_scans_of_one_source_are_never_one_step():
    events = shown(scan("2026-03-04T08:10:00+01:00"), scan("2026-03-04T08:14:00+01:00"))
    assert len({event.step for event in events}) == 2


def test_a_scan_heard_again_later_keeps_the_first_hearing():
    first = scan("2026-03-04T08:10:00+01:00", place="")
    again = structs.replace(scan("2026-03-04T08:10:30+01:00"), heard_at=datetime(2026, 3, 6, tzinfo=UTC))
    (event,) = shown(first, again)
    assert event.first_heard_at == HEARD
