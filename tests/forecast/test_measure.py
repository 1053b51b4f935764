"""What is counted of each delivered parcel: who said what at which moment, and what came."""

from msgspec import structs

from milepost.forecast.measure import CARRIER, OURS, RECENT, Measured
from milepost.forecast.scoreboard import lines
from milepost.model.lessons import Lived, OurWord
from tests.contract.things import HOUR, NOON, lesson

HOURS = (10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0)


def word(said_h, until_h, stage="accepted"):
    return OurWord(NOON + said_h * HOUR, stage, NOON + (said_h + 1) * HOUR, NOON + until_h * HOUR, HOURS)


def parcel(*, took_h=48.0, ours=(), **way):
    """Bought at noon, accepted an hour later and heard of at once, out four hours before it came."""
    return structs.replace(
        lesson(**way),
        delivered_at=NOON + took_h * HOUR,
        stages=(
            Lived("purchase", NOON, NOON),
            Lived("accepted", NOON + HOUR, NOON + HOUR),
            Lived("out", NOON + (took_h - 4) * HOUR, NOON + (took_h - 4) * HOUR),
        ),
        ours=tuple(ours),
    )


def test_each_moment_is_scored_by_what_was_said_until_then():
    measured = Measured()
    measured.count(parcel(ours=[word(0, 30, "purchase"), word(1, 60), word(43, 50, "out")]))
    purchase, accepted, out = (measured.total(moment, OURS) for moment in ("purchase", "acceptance", "out"))
    assert (purchase.inside, accepted.inside, out.inside) == (0, 1, 1)
    assert (purchase.late, accepted.late) == (1, 0)
    assert accepted.error_h == 7.0, "47 hours after it was said, and 40 were said"
    assert (accepted.in50, accepted.in80, accepted.in90) == (1, 1, 1)
    assert accepted.width_h == 40.0


def test_the_carrier_is_compared_on_the_same_parcels():
    measured = Measured()
    measured.count(parcel(ours=[word(1, 60)]))
    measured.count(structs.replace(parcel(ours=[word(1, 60)]), carriers=()))
    theirs, beside = measured.total("acceptance", CARRIER), measured.total("acceptance", f"{OURS}:{CARRIER}")
    assert (theirs.parcels, beside.parcels, measured.total("acceptance", OURS).parcels) == (1, 1, 2)
    assert theirs.late == 1, "it named thirty hours, and it took 48"


def test_a_late_parcel_was_warned_of_when_a_later_date_was_shown_a_day_before_the_first_window_closed():
    measured = Measured()
    measured.count(parcel(took_h=70, ours=[word(0, 40), word(10, 60)]))  # thirty hours ahead
    measured.count(parcel(took_h=70, ours=[word(0, 40), word(30, 60)]))  # ten
    measured.count(parcel(took_h=70, ours=[word(0, 40), word(45, 60)]))  # after it was over
    measured.count(parcel(took_h=70, ours=[word(0, 40), word(10, 41)]))  # an hour later is no warning
    measured.count(parcel(took_h=30, ours=[word(0, 40)]))
    told = measured.warned()
    assert (told.parcels, told.late, told.warned, told.warned_day, told.changes) == (5, 4, 2, 1, 4)
    assert told.ahead_h == 40.0
    assert told.flips == 0
    measured.count(
        parcel(took_h=70, ours=[word(0, 40), word(10, 60), word(12, 61), word(20, 40), word(30, 64)])
    )
    assert measured.warned().flips == 2, "there, back and there again; an hour is no move"


def test_a_share_is_shown_from_thirty_parcels_on_of_the_lane_else_of_the_carrier_else_of_all():
    measured = Measured()
    for number in range(40):
        measured.count(parcel(took_h=48 if number % 2 else 99, ours=[word(1, 60)], carrier="other"))
    for _ in range(29):
        measured.count(parcel(ours=[word(1, 60)]))
    assert measured.shown("other", "us>us", 30) == (0.5, 40)
    assert measured.shown("acme", "us>us", 30) == (49 / 69, 69), "29 of its own are too few"
    measured.count(parcel(ours=[word(1, 60)]))
    assert measured.shown("acme", "us>us", 30) == (1.0, 30)
    assert Measured().shown("acme", "us>us", 30) is None


def test_coverage_that_leaves_its_band_is_told():
    measured = Measured()
    for number in range(RECENT):
        measured.count(parcel(took_h=48 if number % 5 else 99, ours=[word(1, 60)]))
    assert measured.drifted("acme", "us>us") is None, "80 of a hundred is what was promised"
    for _ in range(30):
        measured.count(parcel(took_h=99, ours=[word(1, 60)]))
    assert measured.drifted("acme", "us>us") < 0.7


def test_the_scoreboard_shows_a_shop_its_own_parcels_and_no_line_of_few():
    measured = Measured()
    for _ in range(30):
        measured.count(parcel(ours=[word(1, 60)], shop="mine"))
    for _ in range(50):
        measured.count(parcel(ours=[word(1, 60)], shop="theirs", carrier="other"))
    everybody, mine = lines(measured, None), lines(measured, ["mine"])
    assert [(one.carrier, one.ours.parcels) for one in everybody] == [("", 80), ("other", 50), ("acme", 30)]
    assert [(one.carrier, one.ours.parcels) for one in mine] == [("", 30), ("acme", 30)]
    assert mine[0].carriers.late == 1.0
    assert mine[0].ours_beside_carriers.late == 0.0
    assert lines(measured, ["nobody"]) == []
