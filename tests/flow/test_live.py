"""Whoever hears that something changed looks at once, so it must be kept by then: told after the commit, never before."""

import json
from contextlib import asynccontextmanager

import apsw
import pytest

from milepost.carry.hands import carry_out_due
from milepost.flow import hear_push
from milepost.live.hub import Hub
from milepost.ports.sources import SourceError
from milepost.react.polls import key_of
from milepost.sources.marketplaces.tiktok_shop.signing import push_signature
from tests.flow.house import SHOP, house, order, scans
from tests.flow.test_carriers_asked import Asked
from tests.flow.test_hooks import LOOKS, PUSH
from tests.sources.tiktok_server import APP


class QuickReader(Hub):
    """Looks into the file the moment it is told, by a connection of its own, as another process would."""

    def __init__(self, path):
        super().__init__()
        self.looks = []
        self._path = str(path)

    def publish(self, topics):
        topics = list(topics)
        super().publish(topics)
        connection = apsw.Connection(self._path, flags=apsw.SQLITE_OPEN_READONLY)
        count = "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM work)"
        self.looks.append((topics, *next(connection.execute(count))))
        connection.close()


@asynccontextmanager
async def watched(tmp_path, **others):
    reader = QuickReader(tmp_path / "house.sqlite")
    async with house(tmp_path, live=reader, **others) as milepost:
        yield milepost, reader


async def test_who_is_told_of_news_finds_it_kept(tmp_path):
    async with watched(tmp_path) as (milepost, reader):
        await milepost.hear(order())
        await milepost.hear(scans("AC1", "2026-03-04T08:10+01:00  OFD  Paris FR"))
        topics, events, due = reader.looks[-1]
    assert f"order:{SHOP}:1001" in topics
    assert f"console:{SHOP}" in topics
    assert (events, due > 0) == (1, True)


@pytest.mark.parametrize("fails", [None, SourceError("acme: answered 500")], ids=["no news", "no answer"])
async def test_an_open_page_hears_when_it_is_asked_again_though_the_look_brought_nothing(tmp_path, fails):
    acme = Asked()
    acme.fails = fails
    async with watched(tmp_path, more_carriers={"acme": acme}) as (milepost, reader):
        await milepost.hear(order())
        reader.looks.clear()
        await carry_out_due(milepost.app, "w1")
        told = [topics for topics, _, _ in reader.looks if f"order:{SHOP}:1001" in topics]
        (row,) = await milepost.shipments()
        key = key_of(row.shipment)
        again_at = (await milepost.app.store.asks([key]))[key]
    assert told, "the page would go on saying that we ask now"
    assert again_at > milepost.clock.now()


async def test_who_is_woken_for_work_finds_it_kept(tmp_path):
    body = json.dumps(PUSH).encode()
    signed = {"authorization": push_signature(APP.app_key, APP.app_secret, body)}
    async with watched(tmp_path) as (milepost, reader):
        await hear_push("tiktok_shop", signed, body, milepost.app)
        topics, _, due = reader.looks[-1]
    assert (topics, due) == (["work"], len(LOOKS))


async def test_workers_are_woken_for_work_that_is_due_and_not_for_what_is_due_later(tmp_path):
    told = scans("AC1", "2026-03-04T08:10+01:00  OFD  Paris FR")
    delivered = scans("AC1", "2026-03-04T11:00+01:00  DEL  Paris FR")
    async with watched(tmp_path) as (milepost, reader):
        for news in (order(), told, told, delivered):
            await milepost.hear(news)
    woken = ["work" in topics for topics, _, _ in reader.looks]
    assert woken == [True, True, False, True], "polls are due, a notice is, nothing is, another notice is"
