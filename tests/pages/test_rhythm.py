"""How often news comes, in words: measured on the route, of the carrier, or honestly not known."""

import pytest

from milepost.carry.hands import carry_out_due
from milepost.model.gaps import ANY_LANE, NewsGaps
from milepost.model.people import View
from milepost.show.buyer.gather import order_story
from milepost.show.console.known import everything
from milepost.show.rhythm import every, how_often
from milepost.tongues.speech import say
from tests.flow.house import SHOP, house, order, scans


def gaps(lane, hours, seen=40):
    return NewsGaps(carrier="acme", lane=lane, stage="moving").with_gaps([hours * 3600.0] * seen)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ([gaps("fr>fr", 9), gaps(ANY_LANE, 20)], "Acme usually reports every 9 hours on this route"),
        ([gaps("fr>fr", 9, seen=29), gaps(ANY_LANE, 20)], "Acme usually reports every 20 hours on the way"),
        ([], "We assume that Acme reports every 9 hours"),
    ],
)
def test_a_route_says_what_was_measured_on_it_and_says_when_nothing_was(known, said):
    sentence, seconds = how_often(known, "fr>fr", "moving")
    told = say(sentence, carrier="Acme", every=every(seconds))
    assert told.rpartition(" hours")[0].rpartition(" ")[0] == said.rpartition(" hours")[0].rpartition(" ")[0]
    number, meant = (int(text.rpartition(" hours")[0].rpartition(" ")[2]) for text in (told, said))
    assert abs(number - meant) <= 0.15 * meant


def test_lengths_are_said_as_people_say_them():
    said = {seconds: every(seconds) for seconds in (1200, 3500, 9 * 3600, 47 * 3600, 3 * 86_400)}
    assert list(said.values()) == [
        "every 20 minutes",
        "every hour",
        "every 9 hours",
        "every 2 days",
        "every 3 days",
    ]


async def test_pages_say_when_it_was_last_heard_and_when_we_ask_again(tmp_path):
    async with house(tmp_path) as milepost:
        await milepost.hear(order())
        await milepost.hear(scans("AC1", "2026-03-04T08:10+01:00  DEP  Paris FR"))
        async with milepost.app.store.transaction() as tx:
            await tx.put_news_gaps([gaps("fr>fr", 9)])
        store = milepost.app.store
        story = await order_story(milepost.app, store, SHOP, "1001", View.TOWN)
        row = await store.order("1001", [SHOP])
        known = await everything(milepost.app, row, with_contact=False)
        await carry_out_due(milepost.app, "w1")
        later = await order_story(milepost.app, store, SHOP, "1001", View.TOWN)
    told = story.parcels[0].rhythm
    assert told.usual.startswith("Acme usually reports every ")
    assert told.usual.endswith(" hours on this route")
    assert told.heard_at is not None
    assert told.again == "we are asking again now"
    assert known.shipments[0].rhythm.usual == told.usual
    assert later.parcels[0].rhythm.again.startswith("we ask again by 1:")
    assert later.parcels[0].rhythm.again.endswith(" pm CET")
