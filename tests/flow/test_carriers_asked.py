"""Carriers are asked within their quota, in full calls, and a carrier that breaks is told of once."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from milepost.carry.hands import carry_out_due
from milepost.carry.surveys import plan_surveys
from milepost.model.gaps import ANY_LANE, BOUNDS_S
from milepost.ports.sources import AccessError, SourceError
from tests.flow.house import SHOP, house, order, scans, shop
from tests.journeys.acme import Acme

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Asked(Acme):
    """Says nothing new, and remembers who was asked about; or fails as told."""

    def __init__(self, *, clock=None, **limits):
        super().__init__()
        self.card = replace(Acme.card, **limits)
        self.calls = []
        self.fails = None

    async def fetch(self, queries):
        if self.fails is not None:
            raise self.fails
        self.calls.append([query.tracking_number for query in queries])
        return []


def asking(opened, acme):
    app = replace(opened.milepost.app, carriers={**opened.milepost.app.carriers, "acme": acme})
    return replace(opened, milepost=replace(opened.milepost, app=app))


async def heard(milepost, count):
    await milepost.hear(*(order(f"{1000 + n}", (f"AC{n}",)) for n in range(count)))


async def test_a_call_that_is_made_anyway_is_filled_with_what_falls_due_next(tmp_path):
    acme = Asked(batch_max=4)
    async with house(tmp_path) as opened:
        milepost = asking(opened, acme)
        await heard(milepost, 6)
        await carry_out_due(milepost.app, "w1")
        assert sorted(map(len, acme.calls)) == [2, 4], "nobody else was there to fill the second"
        await milepost.hear(order("2000", ("AC9",)))
        await carry_out_due(milepost.app, "w1")
        assert len(acme.calls[-1]) == 4
        assert "AC9" in acme.calls[-1]
        counts = await milepost.app.work.counts(milepost.clock.now())
        assert counts["leased"] == 0


async def test_no_more_is_asked_than_the_quota_allows_and_nobody_is_forgotten(tmp_path):
    acme = Asked(batch_max=1, per_minute=3, per_day=0)
    async with house(tmp_path) as opened:
        milepost = asking(opened, acme)
        acme_calls = []
        await heard(milepost, 8)
        for _ in range(4):
            await carry_out_due(milepost.app, "w1")
            acme_calls.append(len(acme.calls))
            # Acme spends no budget of its own; what it is asked is what the planner admitted.
            for _ in range(acme_calls[-1] - (acme_calls[-2] if len(acme_calls) > 1 else 0)):
                await milepost.app.budgets.spend("acme", per_minute=3, per_day=0)
            milepost.clock.move(1.1 * MINUTE)
    assert acme_calls[0] == 3
    assert all(later - sooner <= 3 for sooner, later in pairwise(acme_calls))
    assert len({call[0] for call in acme.calls}) == 8


async def test_a_survey_slows_down_the_shop_that_wants_more_than_its_share(tmp_path):
    acme = Asked(batch_max=1, per_minute=0, per_day=24)
    async with house(tmp_path) as opened:
        milepost = asking(opened, acme)
        await heard(milepost, 40)
        await plan_surveys(milepost.app)
        await carry_out_due(milepost.app, "w1")
        pace = await milepost.app.store.pace("acme")
    assert 20 < pace.of(SHOP) < 60, "forty wishes an hour, and one call"
    assert pace.of("another") == 1.0


async def test_a_carrier_that_breaks_is_told_of_once_and_again_when_it_is_back(tmp_path):
    acme = Asked()
    async with house(tmp_path) as opened:
        milepost = asking(opened, acme)
        async with milepost.app.store.transaction() as tx:
            await tx.put_shop(shop(milepost.clock.now()))
        await heard(milepost, 1)
        said = []
        for failure in (None, *[SourceError("acme: answered 500")] * 8, None, AccessError("acme: no"), None):
            acme.fails = failure
            milepost.clock.move(2 * HOUR)
            await carry_out_due(milepost.app, "w1")
            await carry_out_due(milepost.app, "w1")  # the notice
            inbox = await milepost.app.store.inbox([SHOP], 10)
            said.append([entry.subject for entry in inbox])
        health = (await milepost.app.store.carrier_health(["acme"]))["acme"]
    assert said[4] == [], "four failures in a row are weather"
    assert said[5] == said[8] == ["Acme does not answer us"], "told once, however long it lasts"
    assert said[9] == ["Acme answers again", "Acme does not answer us"]
    assert said[10][0] == "Acme does not answer us", "refused keys are told of at once"
    assert said[11][0] == "Acme answers again"
    assert (health.is_broken, health.failures, health.keys_refused) == (False, 0, False)
    assert health.said == "acme: no"


async def test_gaps_are_learned_from_parcels_that_arrived_each_once(tmp_path):
    lines = (
        "2026-03-01T08:00+01:00  PU  Paris FR",
        "2026-03-01T14:00+01:00  DEP  Paris FR",
        "2026-03-02T00:00+01:00  ARR  Lyon FR",
        "2026-03-03T08:00+01:00  OFD  Lyon FR",
        "2026-03-03T12:00+01:00  DEL  Lyon FR",
    )
    async with house(tmp_path) as milepost:
        for n in range(3):
            await milepost.hear(order(f"{1000 + n}", (f"AC{n}",)))
            await milepost.hear(scans(f"AC{n}", *lines))
        for _ in range(2):
            await plan_surveys(milepost.app)
            await carry_out_due(milepost.app, "w1")
            milepost.clock.move(HOUR)
        known = {
            (one.lane, one.stage): one for one in await milepost.app.store.news_gaps("acme", ["", "fr>fr"])
        }

    assert {key: one.seen for key, one in known.items() if key[0] == ANY_LANE} == {
        ("", "moving"): 9,
        ("", "door"): 3,
    }
    door = known["", "door"]
    assert (
        sum(door.counts[place] for place, bound in enumerate(BOUNDS_S) if 3 * 3600 < bound < 5.5 * 3600) == 3
    )
    assert door.usual_s is None, "three are not enough to say what is usual"
