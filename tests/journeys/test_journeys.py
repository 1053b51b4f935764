"""Every story in this folder, played line by line through the real corridor and a real store."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from milepost import wiring
from milepost.clock import SteppedClock
from tests.journeys.stage import Stage, story_settings, with_acme

STORIES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
async def test_story(story, tmp_path):
    clock = SteppedClock(datetime(2026, 3, 1, tzinfo=UTC))
    async with wiring.running(story_settings(tmp_path), clock) as milepost:
        await Stage(with_acme(milepost), clock).play(story.read_text("utf-8"))
