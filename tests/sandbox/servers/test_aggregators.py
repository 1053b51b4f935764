"""The sandbox's aggregators, asked by Milepost itself: two readings of the same documents agree, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import httpx
import pytest

from milepost.clock import SteppedClock
from milepost.model.shipments import TrackingQuery
from milepost.normalize.reading import read
from milepost.places.gazetteer import SqliteGazetteer
from milepost.ports.sources import AccessError
from milepost.settings import AggregatorAccess, Http, Settings
from milepost.sources.aggregator_catalog import aggregators
from milepost.sources.line import Line
from milepost_sandbox.faults import Faults
from milepost_sandbox.servers.aggregators.every import AGGREGATORS
from milepost_sandbox.world.words import SITUATIONS
from tests.sandbox.servers.small_world import KEYS, START, order, whole_story, world

LATER = START + timedelta(days=30)
WITH_KEY = replace(KEYS, aggregator_key="aggregator-key-0001")
FAULTS = [("none",), ("missing_offset", "unknown_code"), ("duplicate", "shuffled")]
STORY = whole_story("other")


@cache
def gazetteer():
    return SqliteGazetteer()


def asking(key, faults, *, register=True, api_key=WITH_KEY.aggregator_key):
    """Milepost's aggregator, its line leading straight into a fresh server of the sandbox."""
    the_world = world(orders=[order([STORY])], at=LATER)
    app = AGGREGATORS[key].app(the_world, faults, WITH_KEY)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app))
    access = AggregatorAccess(client_id=api_key, url="http://sandbox", register=register and key != "shippo")
    settings = Settings(aggregators={key: access}, http=Http(retry_base_s=0.0))
    one = aggregators(settings, SteppedClock(LATER), lambda **words: Line(**words, client=client))[key]
    return the_world, one


async def heard(one):
    query = TrackingQuery(tracking_number=STORY.tracking_number, since=START, carrier="ontrac")
    *_, report = await one.fetch([query])  # the last one knows what is registered by now
    return read(report, one, gazetteer())


@pytest.mark.parametrize("key", AGGREGATORS)
def test_every_situation_has_a_word_or_is_listed_as_untellable(key):
    told, untold = set(AGGREGATORS[key].ROWS), set(AGGREGATORS[key].UNTELLABLE)
    assert told | untold == set(SITUATIONS)
    assert len(told) >= 35


@pytest.mark.parametrize("names", FAULTS, ids=" ".join)
@pytest.mark.parametrize("key", AGGREGATORS)
async def test_what_milepost_reads_is_what_the_answer_entails(key, names):
    faults = Faults(0, names)
    the_world, one = asking(key, faults)
    reading = await heard(one)
    entailed = [
        e for step in STORY.steps for e in AGGREGATORS[key].entails(the_world, faults, STORY, step, LATER)
    ]
    expected = {(e.code, e.description, e.instant_utc, e.wall_clock, e.status, e.reason) for e in entailed}
    said = {
        (e.code, e.description, e.occurred.utc, e.occurred.wall_clock, e.status, e.reason)
        for e in reading.events
    }
    assert reading.refusals == ()
    if key in ("shippo", "easypost"):  # the wall clock is UTC's, or the truth's in its own offset
        said = {(code, text, at, "" if at else wall, *more) for code, text, at, wall, *more in said}
        expected = {(code, text, at, "" if at else wall, *more) for code, text, at, wall, *more in expected}
    assert said == expected
    assert len(entailed) >= 35
    if "unknown_code" in names:
        assert "unknown" in {e.status for e in entailed}
    if key in ("aftership", "seventeen_track") and "missing_offset" in names:
        assert "inferred" in {e.offset_source for e in entailed}


@pytest.mark.parametrize("key", [key for key in AGGREGATORS if key != "shippo"])
async def test_a_number_is_unknown_until_it_is_registered(key):
    _, one = asking(key, Faults(3), register=False)
    for _ in range(2):
        reading = await heard(one)
        assert (reading.events, [told.not_found for told in reading.shipments]) == ((), [True])


@pytest.mark.parametrize("key", AGGREGATORS)
async def test_a_wrong_key_is_refused(key):
    _, one = asking(key, Faults(3), api_key="wrong-key-000001")
    with pytest.raises(AccessError):
        await heard(one)
