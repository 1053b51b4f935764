"""The forecast on pages: how sure we are, for a buyer; the scoreboard, for a seller."""

from datetime import UTC, datetime, timedelta

from milepost.forecast.foreteller import Foreteller
from milepost.show.buyer.certainty import certainty
from tests.contract.things import lesson
from tests.flow.house import browsing, house
from tests.forecast.parcels import Parcel, taught

NOW = datetime(2026, 3, 2, 22, tzinfo=UTC)


def test_a_buyer_reads_the_chance_of_each_day_and_how_often_such_windows_held():
    teller = taught(Foreteller())
    parcel = Parcel(teller)
    parcel.hears("2 17:00 accepted louisville")
    told = certainty(parcel.ours[-1], "US", "America/New_York", NOW)
    assert told.question == "How sure are we?"
    likeliest = max(told.days, key=lambda one: int(one.chance.split()[0]))
    assert likeliest.day.startswith("Wed")
    assert 95 <= sum(int(one.chance.split()[0]) for one in told.days) <= 102
    assert told.measured == "", "nothing was told and delivered yet"
    later = certainty(parcel.ours[-1], "US", "America/New_York", NOW + timedelta(days=2))
    assert [one.day for one in later.days] != [one.day for one in told.days], "what passed counts no more"


def test_how_many_came_inside_is_said_only_from_thirty_on():
    for count, measured in ((29, ""), (30, "Of 30 parcels like this, all came inside the window we showed.")):
        teller = Foreteller()
        teller.learn([(n + 1, lesson()) for n in range(count)], (), NOW)
        parcel = Parcel(teller)
        parcel.hears("2 17:00 accepted louisville")
        assert certainty(parcel.ours[-1], "US", None, NOW).measured == measured


async def test_the_scoreboard_compares_tellers_and_says_when_there_is_too_little(tmp_path):
    async with house(tmp_path) as here, browsing(here, "seller") as browser:
        empty = await browser.get("/console/forecast")
        async with here.app.store.transaction() as tx:
            await tx.add_lessons((f"s{n}", lesson(shop="bazaar-1")) for n in range(31))
        here.clock.move(timedelta(hours=1))
        told = await browser.get("/console/forecast")
    assert "it takes 30 delivered parcels" in empty.text
    assert told.status_code == 200
    assert "Acme" in told.text
    assert "on the same 31" in told.text
    assert "US to US" in told.text
