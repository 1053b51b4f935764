"""Windows that stop holding what they say: the sellers of that lane are told once, and once when they hold again."""

from datetime import timedelta

from msgspec import structs

from milepost.carry.forecasts import DRIFTED
from milepost.carry.surveys import plan_surveys
from milepost.forecast.measure import RECENT
from milepost.model.scoreboard import Recent
from milepost.react import drift
from milepost.worker import drain
from tests.contract.things import NOON, lesson
from tests.flow.house import NOW, SHOP, house

HOUR = timedelta(hours=1)


def recent(share, shops=("one", "two")):
    return [Recent(carrier="acme", lane="us>us", share=share, parcels=RECENT, shops=shops)]


def test_a_lane_is_told_of_once_when_it_leaves_its_band_and_once_when_it_is_back():
    known, told = {}, []
    for share in (0.8, 0.71, 0.69, 0.66, 0.72, 0.69, 0.75, 0.8, 0.91, 0.95, 0.88, 0.86, 0.9):
        known, notices = drift.told(known, recent(share), {"acme": "Acme"}, NOW)
        told.append([one.template for one in notices])
    drifted, back = ["windows_drifted"] * 2, ["windows_back"] * 2
    assert told == [[], [], drifted, [], [], [], back, [], drifted, [], [], back, []]
    assert known == {}
    _, notices = drift.told({}, recent(0.64), {"acme": "Acme"}, NOW)
    assert {(one.shop_id, one.facts["carrier"], one.facts["way"], one.facts["share"]) for one in notices} == {
        ("one", "Acme", "US to US", "64"),
        ("two", "Acme", "US to US", "64"),
    }
    assert drift.told({}, [], {}, NOW) == ({}, [])


async def test_the_seller_reads_it_in_the_inbox(tmp_path):
    inside = lesson(shop=SHOP)
    outside = structs.replace(inside, delivered_at=NOON + 90 * HOUR)
    async with house(tmp_path) as here:
        await plan_surveys(here.app)
        told = []
        for every in (2, 2, 5):  # so many of the newest hundred came outside: a half, and then a fifth
            async with here.app.store.transaction() as tx:
                lessons = [outside if n % every == 0 else inside for n in range(RECENT)]
                await tx.add_lessons((f"{len(told)}-{n}", one) for n, one in enumerate(lessons))
            await drain(here.app)
            here.clock.move(timedelta(minutes=61))
            told.append(await here.app.store.inbox([SHOP], 10))
        assert await here.app.store.mark(DRIFTED) == "{}"
    first, again, then = told
    assert [one.subject for one in first] == ["Delivery windows of Acme are narrower than they should be"]
    assert "50 of 100 held" in first[0].text
    assert again == first, "the same once more is no news"
    assert then[0].subject == "Delivery windows of Acme hold again"
    assert len(then) == 2
