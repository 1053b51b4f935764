"""Files of scans as people have them: every oddity gets a named warning with its count, and a forecast none the less."""

from itertools import pairwise

import pytest

from milepost.forecast.backtest import cargo2000, scans, scans_file
from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.backtest.tables import Mapped
from milepost.model.errors import OperatorError
from tests.forecast import freight

HEAD = "trip_id,scanned_at,step,place,delivered_at\n"


def read(tmp_path, text, mapping=None):
    path = tmp_path / "scans.csv"
    path.write_text(text, "utf-8")
    findings = Findings()
    return scans_file.read([path], mapping or Mapped(), findings), findings.counts


def silent_progress(_what, _done, _all):
    """Nobody looks on."""


ODDITIES = [
    (
        "T1,2026-03-01T08:00Z,IN,A,2026-03-02T08:00Z\nT1,2026-03-01T08:00Z,IN,A,2026-03-02T08:00Z\n",
        "a scan stands twice: counted once",
        1,
    ),
    (
        "T1,2026-03-01T12:00Z,OUT,A,2026-03-02T08:00Z\nT1,2026-03-01T08:00Z,IN,A,2026-03-02T08:00Z\n",
        "a trip's rows are not in order of time: sorted",
        2,
    ),
    (
        "T1,2026-03-01T08:00,IN,A,2026-03-02T08:00Z\n",
        "a scan names no zone: taken as local time of one place; name it in --map",
        1,
    ),
    (
        "T1,2026-03-03T08:00Z,IN,A,2026-03-02T08:00Z\n",
        "delivered before it was shipped: its delivery is not believed",
        1,
    ),
    (
        "T1,2026-03-01T08:00Z,IN,A,2026-03-02T08:00Z\nT1,2026-03-04T08:00Z,IN,A,2026-03-02T08:00Z\n",
        "a scan after arrival: left out",
        1,
    ),
    (
        "T1,2026-03-01T08:00Z,IN,A,\nT2,2026-03-01T08:00Z,IN,A,2026-03-02T08:00Z\n",
        "a trip that has not arrived: foreseen, not scored, and of its times only gaps are learned",
        1,
    ),
    (
        ",2026-03-01T08:00Z,IN,A,\nT1,soon,IN,A,\n",
        "a row without a trip_id or with a scanned_at nobody can read: left out",
        0,
    ),
    (
        "T1,2026-03-01T08:00Z,IN,A,\nT1,2026-03-02T08:00Z,OUT,B,\n",
        "no delivered_at and no delivered step: a trip's last row is taken for its arrival",
        1,
    ),
    (
        "T1,2026-03-01T08:00Z,IN,A,2027-06-01\n",
        "more than a year on the way: its delivery is not believed",
        1,
    ),
]


def test_each_oddity_is_named_and_counted(tmp_path):
    for text, warning, trips in ODDITIES:
        stories, counts = read(tmp_path, HEAD + text)
        assert counts[warning] >= 1, f"{warning!r} not said of:\n{text}said: {dict(counts)}"
        assert sum(story.delivered_at is not None for story in stories) <= trips, text
    stories, _ = read(tmp_path, HEAD + ODDITIES[1][0])
    assert [step.word for step in stories[0].steps] == ["IN", "OUT"]


def test_a_step_named_delivered_is_the_arrival(tmp_path):
    text = (
        "tracking_number,event_time,status\nP,2026-03-01T08:00+01:00,IN\nP,2026-03-02T09:00+01:00,Delivered\n"
    )
    (story,), _ = read(tmp_path, text)
    assert story.delivered_at is not None
    assert story.delivered_at.isoformat() == "2026-03-02T09:00:00+01:00"
    assert len(story.steps) == 1
    assert story.steps[0].at.hour == 8  # the hour on the spot


def test_an_empty_file_and_one_without_its_columns_say_so(tmp_path):
    path = tmp_path / "scans.csv"
    path.write_text(HEAD, "utf-8")
    outcome = scans.run_file([path], Mapped(), None, 1, silent_progress, learner=None)
    assert outcome.stages == {"all": []}
    assert "no trip in the file: nothing to foresee" in outcome.findings.counts
    with pytest.raises(OperatorError, match="no column scanned_at"):
        read(tmp_path, "trip_id,when\nT1,2026-03-01\n")


def test_a_column_that_tells_the_outcome_is_not_looked_at(tmp_path):
    rows = freight.rows(40, seed=3)
    for row, after in pairwise(rows):
        is_same = row["trip_uuid"] == after["trip_uuid"]
        end = after["od_start_time"] if is_same else row["delivered_at"]
        row["actual_time"] = str(minutes(end) - minutes(row["od_start_time"]))
    names = (*freight.COLUMNS, "actual_time")
    text = ",".join(names) + "\n"
    text += "".join(",".join(row.get(name, "") for name in names) + "\n" for row in rows)
    stories, counts = read(tmp_path, text)
    assert counts["column actual_time tells the outcome, which nobody knows at a scan: left out"] == 1
    assert set(stories[0].steps[0].numbers) == {"osrm_time", "osrm_distance"}
    assert set(stories[0].steps[0].words) == {"route_type", "route_schedule_uuid"}
    assert stories[0].created_at is not None


def test_a_route_known_ahead_is_summed_up_and_counted(tmp_path):
    text = "trip_id,scanned_at,km,delivered_at\nT,2026-03-01T08:00Z,5,2026-03-01T20:00Z\nT,2026-03-01T12:00Z,7,\n"
    mapping = Mapped(known_ahead=("km",))
    (story,), _ = read(tmp_path, text, mapping)
    assert [(step.legs_left, step.numbers["km.left"]) for step in story.steps] == [(2, 12.0), (1, 7.0)]
    (story,), _ = read(tmp_path, text)
    assert [(step.legs_left, "km.left" in step.numbers) for step in story.steps] == [(None, False)] * 2


def test_the_cargo_file_becomes_a_story_per_leg(tmp_path):
    path = tmp_path / "c2k.csv"
    leg = {"rcs_p": 60, "rcs_e": 90, "dep_1_p": 120, "dep_1_e": 60, "dep_1_place": 609, "rcf_1_p": 600}
    leg |= {"rcf_1_e": 540, "rcf_1_place": 256, "hops": 1, "dlv_p": 9, "dlv_e": 9}
    cells = {f"{name}_{key}": value for name in ("i1", "o") for key, value in leg.items()} | {"i2_hops": 0}
    cells["o_rcf_1_e"] = ""
    path.write_text(",".join(cells) + "\n" + ",".join(map(str, cells.values())) + "\n", "utf-8")
    findings = Findings()
    (story,) = cargo2000.read([path], findings)
    assert findings.counts["a leg with a milestone that has no minutes: left out"] == 1
    assert [step.word for step in story.steps] == ["START", "RCS", "DEP_1"]
    left = [(story.delivered_at - step.at).total_seconds() / 60 for step in story.steps]
    assert left == [690, 600, 540]
    plan = [(step.planned_at - step.at).total_seconds() / 60 for step in story.steps]
    assert plan == [780, 690, 630]  # the plan does not move, whatever the shipment does
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(OperatorError, match="not the Cargo 2000 file"):
        cargo2000.read([path], findings)


def minutes(text: str) -> float:
    return freight.datetime.fromisoformat(text).timestamp() / 60
