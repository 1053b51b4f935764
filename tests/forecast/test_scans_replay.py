"""A history lived through again: the future changes no past forecast, and what is told is worth telling."""

import random
from dataclasses import replace
from datetime import timedelta
from statistics import fmean, median

import pytest

from milepost.forecast.backtest import scans, scans_file
from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.backtest.tables import Mapped
from milepost.forecast.scans.learned import TreeLearner
from milepost.forecast.scans.replay import replay
from tests.forecast import freight

SEED = 11
TRIPS = 300


@pytest.fixture(scope="module")
def stories(tmp_path_factory):
    path = tmp_path_factory.mktemp("freight") / "simulated.csv"
    path.write_text(freight.text(freight.rows(TRIPS, SEED)), "utf-8")
    return scans_file.read([path], Mapped(known_ahead=("osrm_time",)), Findings())


def test_shuffling_the_future_changes_no_past_forecast(stories):
    known = stories[:200]
    score_from, cut = known[130].steps[0].at, known[165].steps[0].at
    changed = [shaken(story, cut, random.Random(number)) for number, story in enumerate(known)]
    assert changed != known
    told = [
        [
            (seen.story, seen.nth, seen.told_h)
            for seen in replay(history, score_from, TreeLearner()).seen
            if seen.at <= cut
        ]
        for history in (known, changed)
    ]
    assert len(told[0]) > 300
    assert any(len(set(hours)) > 2 for _, _, hours in told[0][-50:])
    assert told[0] == told[1]


def shaken(story, cut, draw):
    """Everything after `cut` at other instants, with other figures and words."""
    steps = tuple(step for step in story.steps if step.at <= cut)
    rest = [
        replace(
            step,
            at=cut + timedelta(hours=draw.uniform(0.01, 90)),
            place="X",
            word="X",
            numbers={"osrm_time": 9.0},
        )
        for step in story.steps
        if step.at > cut
    ]
    arrived_at = story.delivered_at
    if arrived_at is not None and arrived_at > cut:
        arrived_at = cut + timedelta(hours=draw.uniform(91, 200))
    return replace(story, steps=(*steps, *sorted(rest, key=lambda step: step.at)), delivered_at=arrived_at)


def test_on_simulated_freight_the_forecast_beats_the_routing_engine(stories):
    outcome = scans.run(
        stories, Findings(), None, SEED, lambda *_: None, stages=lambda *_: (), learner=TreeLearner()
    )
    scored = outcome.stages["all"]
    ratio = median(
        one.took_h / step_h for one, step_h in zip(scored, drive_times(stories, scored), strict=True)
    )
    drive = fmean(
        abs(ratio * h - one.took_h) for one, h in zip(scored, drive_times(stories, scored), strict=True)
    )
    plain = fmean(abs(one.plain_h - one.took_h) for one in scored)
    ours = fmean(one.error_h for one in scored)
    stale = fmean(abs(one.stale_h - one.took_h) for one in scored)
    told = f"simulated, seed {SEED}: trees {ours:.2f}, levels {plain:.2f}, drive {drive:.2f} h"
    assert plain < 0.8 * drive, told
    assert ours < 1.05 * plain, told  # of so few trips trees learn little; they must not cost anything
    assert ours < 0.9 * stale, "news of a trip must be worth something"
    inside = fmean(one.spread.hours[1] <= one.took_h <= one.spread.hours[5] for one in scored)
    assert 0.7 <= inside <= 0.9, f"simulated, seed {SEED}: 80 % windows hold {inside:.0%}"


def drive_times(stories, scored):
    """The routing engine's remaining time of each scored scan."""
    by_key = {}
    for story in stories:
        for step in story.steps:
            left = (story.delivered_at - step.at).total_seconds() / 3600
            by_key[round(story.steps[0].at.timestamp()), round(left, 6)] = step.numbers["osrm_time.left"] / 60
    return [by_key[round(one.began_at * 86_400), round(one.took_h, 6)] for one in scored]


def test_open_trips_teach_nothing_and_get_a_forecast(stories):
    slow = [
        replace(story, delivered_at=None) if number % 5 == 0 else story
        for number, story in enumerate(stories)
    ]
    past = replay(slow, slow[-60].steps[0].at, None)
    assert all(seen.left_h is None for seen in past.seen if seen.story % 5 == 0)
    assert all(len(seen.told_h) == 7 for seen in past.seen)
