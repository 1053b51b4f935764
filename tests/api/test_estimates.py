"""When it would come, asked before anything is bought."""

from datetime import UTC, date, datetime

import httpx

from milepost.desk.accounts import add_api_key
from milepost.web import build
from tests.flow.house import NOW, house


async def asked(here, wish, shop_ids=()):
    secret = await add_api_key(here.app, "shop", shop_ids=tuple(shop_ids))
    transport = httpx.ASGITransport(build(here.app, here.milepost.counters))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.post("/api/v1/estimates", json=wish, headers={"Authorization": f"Bearer {secret}"})


async def test_a_parcel_not_bought_yet_gets_the_window_it_would_get(tmp_path):
    wish = {"destination": {"country": "us", "region": "NY", "city": "New York"}, "service": "2nd Day Air"}
    async with house(tmp_path) as here:
        told = (await asked(here, wish)).json()
        wide = (await asked(here, {"destination": {"country": "US"}})).json()
    assert datetime.fromisoformat(told["as_of"]) == NOW
    assert told["model"] == "rule"
    assert told["parcels"] == 0
    assert told["came_inside"] is None
    assert [one["percent"] for one in told["windows"]] == [50, 80, 90]
    assert 0.95 <= sum(one["chance"] for one in told["days"]) <= 1.0001
    assert date.fromisoformat(told["first_day"]) >= NOW.astimezone(UTC).date()
    assert length(wide) > length(told), "who tells less is told less"


async def test_what_is_wrong_is_named(tmp_path):
    door = {"country": "US"}
    wrong = {
        "destination.country": {"destination": {"country": "USA"}},
        "carrier": {"destination": door, "carrier": "nobody"},
        "shop_id": {"destination": door, "shop_id": "theirs"},
        "bought_at": {"destination": door, "bought_at": "2036-01-01T00:00:00Z"},
    }
    async with house(tmp_path) as here:
        for field, wish in wrong.items():
            answer = await asked(here, wish, shop_ids=["mine"])
            assert answer.status_code == 400, field
            assert field in answer.text or field.split(".")[-1] in answer.text, answer.text


def length(told):
    return date.fromisoformat(told["last_day"]) - date.fromisoformat(told["first_day"])
