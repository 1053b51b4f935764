"""What the largest words on the page say, for every status and window; the words are all there."""

from datetime import UTC, datetime, timedelta

import pytest

from milepost.model.journeys import EMPTY_JOURNEY
from milepost.model.promises import Promise, Promiser
from milepost.model.statuses import REASONS, Status
from milepost.react.kinds import KINDS
from milepost.react.words import WORDS
from milepost.show.assets import svg
from milepost.show.buyer.answer import answer, five_steps
from milepost.show.buyer.windows import Window, moved_later, standing
from milepost.show.moments import ago
from milepost.show.words.sentences import policies, scans, statuses, steps
from tests.contract.things import exception

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)  # a Sunday


def at(day, hour=12, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def promise(from_at, to_at, promiser=Promiser.CARRIER, said_at=NOW):
    return Promise(
        order_number="1",
        shop_id="s",
        shipment_id="p",
        promiser=promiser,
        source="x",
        name="delivery",
        kind="estimated",
        from_at=from_at,
        to_at=to_at,
        offset_minutes=None,
        said_at=said_at,
        reason="",
    )


@pytest.mark.parametrize(
    ("from_at", "to_at", "headline", "line"),
    [
        (
            at(24, 13, 15),
            at(24, 16, 15),
            "Arriving Tuesday",
            "Tuesday 24 November, between 1:15 and 4:15 pm UTC",
        ),
        (
            at(24, 9, 40),
            at(24, 14, 0),
            "Arriving Tuesday",
            "Tuesday 24 November, between 9:40 am and 2:00 pm UTC",
        ),
        (at(22, 16), at(22, 20), "Arriving today", "Sunday 22 November, between 4:00 and 8:00 pm UTC"),
        (at(23, 0), at(23, 23, 59), "Arriving tomorrow", "Monday 23 November"),
        (None, at(24, 20), "Arriving Tuesday", "Tuesday 24 November, by 8:00 pm UTC"),
        (at(25), at(27), "Arriving Wednesday to Friday", "between Wed 25 November and Fri 27 November"),
        (at(21), at(24), "Arriving by Tuesday", "between Sat 21 November and Tue 24 November"),
        (at(21), at(22, 20), "Arriving today", "between Sat 21 November and Sun 22 November"),
        (at(29), at(30), "Arriving 29 to 30 November", "between Sun 29 November and Mon 30 November"),
        (None, at(30), "Arriving on 30 November", "Monday 30 November, by 12:00 pm UTC"),
    ],
)
def test_a_window_is_an_answer_and_a_line(from_at, to_at, headline, line):
    window = Window.of(promise(from_at, to_at), None)
    assert window.answer(NOW) == headline
    assert window.sentence() == line


def test_a_window_is_told_by_the_clock_at_the_door():
    window = Window.of(promise(at(24, 18), at(24, 22)), "America/New_York")
    assert window.sentence() == "Tuesday 24 November, between 1:00 and 5:00 pm"


def test_our_own_window_stands_before_the_carriers_and_the_newest_before_older_ones():
    theirs = promise(at(24), at(24, 14))
    ours_old = promise(at(25), at(25, 14), Promiser.MILEPOST, NOW - timedelta(days=1))
    ours = promise(at(26), at(26, 14), Promiser.MILEPOST)
    assert standing([theirs, ours, ours_old]) is ours
    assert standing([theirs]) is theirs
    assert standing([]) is None


@pytest.mark.parametrize(
    ("status", "window", "headline", "chip", "tone"),
    [
        (Status.IN_TRANSIT, (at(24), at(24, 14)), "Arriving Tuesday", "On the way · on time", "good"),
        (Status.IN_TRANSIT, (at(20), at(20, 14)), "Running late", "On the way · late", "warn"),
        (Status.IN_TRANSIT, None, "On its way", "On the way", "good"),
        (Status.EXPECTED, None, "Getting packed", "Not sent yet", "plain"),
        (Status.LABEL_CREATED, None, "Waiting for the first scan", "Packed", "plain"),
        (Status.OUT_FOR_DELIVERY, (at(22), at(22, 20)), "Arriving today", "Out for delivery", "good"),
        (Status.ATTEMPTED, None, "Nobody could take it", "Delivery was tried", "warn"),
        (Status.LOST, (at(24), at(24, 14)), "Lost by the carrier", "Lost", "bad"),
        (Status.RETURN_IN_TRANSIT, None, "Going back to the sender", "Being returned", "warn"),
        (Status.RETURNED, None, "Back with the sender", "Returned", "plain"),
        (Status.CANCELLED, None, "Cancelled", "Cancelled", "plain"),
        (Status.UNKNOWN, None, "No clear news", "Not clear yet", "plain"),
    ],
)
def test_each_status_has_its_answer(status, window, headline, chip, tone):
    journey = _journey(status)
    said = answer(journey, (), Window.of(promise(*window), None) if window else None, None, NOW)
    assert (said.headline, said.chip, said.tone) == (headline, chip, tone)


@pytest.mark.parametrize(("kind", "is_said"), [("returning", True), ("late", False)])
def test_the_line_does_not_repeat_the_banner_of_the_same_trouble(kind, is_said):
    journey = _journey(Status.RETURN_IN_TRANSIT)
    alone = answer(journey, (), None, None, NOW).line
    assert alone
    under = answer(journey, [exception(kind)], None, None, NOW).line
    assert under == ("" if is_said else alone)


def test_nothing_is_called_on_time_after_its_day_was_moved():
    first, moved = promise(at(23), at(23, 14), said_at=at(20)), promise(at(25), at(25, 14))
    assert moved_later([moved, first], moved)
    assert not moved_later([first], first)
    window = Window.of(moved, None)
    assert answer(_journey(Status.IN_TRANSIT), (), window, None, NOW, is_later=True).chip == "On the way"


def test_a_delivery_that_was_taken_back_says_so():
    journey = _journey(Status.IN_TRANSIT, delivery_retracted=True)
    said = answer(journey, (), None, None, NOW)
    assert said.headline == "Not delivered after all"
    assert said.tone == "warn"


@pytest.mark.parametrize("status", list(Status))
def test_the_five_steps_are_always_the_same_five(status):
    names = [step.name for step in five_steps(_journey(status), "warn")]
    assert names == ["Ordered", "Packed", "On the way", "Out for delivery", "Delivered"]


def test_every_status_reason_and_exception_has_words_and_a_built_icon():
    assert set(scans().reasons) == set(REASONS)
    assert set(statuses()) == set(Status)
    assert set(WORDS) == set(KINDS)
    icons = {icon for _, icon in (*scans().statuses.values(), *scans().reasons.values())}
    icons |= {phrase.icon for phrase in scans().phrases} | {words.icon for words in statuses().values()}
    icons |= {step.icon for step in steps()} | {scans().notes.icon}
    for icon in icons:
        assert svg(icon).startswith("<svg")
    assert policies()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (20, "just now"),
        (60, "1 minute ago"),
        (52 * 60, "52 minutes ago"),
        (4 * 3600, "4 hours ago"),
        (30 * 3600, "30 hours ago"),
        (3 * 86400, "3 days ago"),
    ],
)
def test_an_age_is_told_in_words(seconds, words):
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


def _journey(status, **more):
    from msgspec.structs import replace

    return replace(EMPTY_JOURNEY, status=status, **more)
