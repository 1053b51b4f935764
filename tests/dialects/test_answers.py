"""A client of another service asks Milepost: its paths, its place for the key, its errors."""

import base64
import json

import httpx
import pytest
import pytest_asyncio

from milepost.desk.accounts import add_api_key
from milepost.web import build
from tests.flow.house import SHOP, house, order, scans

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBER, UNKNOWN = "AC1", "ZZ999"
LINES = (
    "2026-03-02T10:00:00+01:00 PU Lyon FR",
    "2026-03-03T08:00:00+01:00 OFD Paris FR",
    "2026-03-03T15:30:00+01:00 DEL Paris FR",
)
KEY_STANDS = {
    "aftership": lambda key: {"as-api-key": key},
    "easypost": lambda key: {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()},
    "shippo": lambda key: {"Authorization": f"ShippoToken {key}"},
    "karrio": lambda key: {"Authorization": f"Token {key}"},
    "17track": lambda key: {"17token": key},
}
ASK = {
    "aftership": ("GET", "/tracking/2025-07/trackings?tracking_numbers={}", None),
    "easypost": ("GET", "/v2/trackers?tracking_code={}", None),
    "shippo": ("GET", "/tracks/acme/{}", None),
    "karrio": ("GET", "/v1/trackers?tracking_number={}", None),
    "17track": ("POST", "/track/v2.2/gettrackinfo", [{"number": "{}"}]),
}
FOUND = {
    "aftership": lambda told: [one["tag"] for one in told["data"]["trackings"]],
    "easypost": lambda told: [one["status"] for one in told["trackers"]],
    "shippo": lambda told: [told["tracking_status"]["status"]] if told["tracking_status"] else [],
    "karrio": lambda told: [one["status"] for one in told["results"]],
    "17track": lambda told: [
        one["track_info"]["latest_status"]["status"] for one in told["data"]["accepted"]
    ],
}
DELIVERED = {
    "aftership": "Delivered",
    "easypost": "delivered",
    "shippo": "DELIVERED",
    "karrio": "delivered",
    "17track": "Delivered",
}
SAYS_NO = {
    "aftership": lambda told: told["meta"]["code"] == 401 and told["data"] == {},
    "easypost": lambda told: told["error"]["code"].startswith("APIKEY"),
    "shippo": lambda told: set(told) == {"detail"},
    "karrio": lambda told: told["errors"][0]["code"] == "authentication_required",
    "17track": lambda told: told["code"] == -18010002,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ask(tmp_path_factory):
    """A Milepost with one delivered parcel, a way to ask it as a client of a dialect would, and a key."""
    async with house(tmp_path_factory.mktemp("dialects")) as milepost:
        await milepost.hear(order("1001", (NUMBER,)), scans(NUMBER, *LINES))
        transport = httpx.ASGITransport(app=build(milepost.app, milepost.milepost.counters))
        async with httpx.AsyncClient(transport=transport, base_url="http://milepost") as http:
            key = await add_api_key(milepost.app, "client", shop_ids=(SHOP,))

            async def ask(dialect, method, path, body=None, *, shown=key, **more):
                headers = KEY_STANDS[dialect](shown)
                return await http.request(
                    method, f"/api/as/{dialect}{path}", json=body, headers=headers, **more
                )

            ask.http, ask.milepost = http, milepost
            yield ask


async def by_number(ask, dialect, number, **more):
    method, path, body = ASK[dialect]
    body = json.loads(json.dumps(body).replace("{}", number)) if body else None
    return await ask(dialect, method, path.format(number), body, **more)


async def test_each_client_finds_its_parcel_by_changing_address_and_key_only(ask):
    for dialect in ASK:
        answer = await by_number(ask, dialect, NUMBER)
        assert answer.status_code == 200, (dialect, answer.text)
        assert FOUND[dialect](answer.json()) == [DELIVERED[dialect]], dialect
        spelled = await by_number(ask, dialect, " ac1 ")
        assert FOUND[dialect](spelled.json()) == [DELIVERED[dialect]], f"{dialect}: small letters, blanks"


async def test_who_has_no_key_a_wrong_one_or_another_shops_is_told_nothing_in_the_clients_own_shape(ask):
    stranger = await add_api_key(ask.milepost.app, "stranger", shop_ids=("another-shop",))
    for dialect in ASK:
        for shown in ("", "wrong"):
            answer = await by_number(ask, dialect, NUMBER, shown=shown)
            assert answer.status_code == 401, (dialect, shown)
            assert SAYS_NO[dialect](answer.json()), (dialect, answer.text)
            assert NUMBER not in answer.text
        mine = await by_number(ask, dialect, UNKNOWN)
        theirs = await by_number(ask, dialect, NUMBER, shown=stranger)
        assert FOUND[dialect](theirs.json()) == FOUND[dialect](mine.json()) == []
        bare = await ask.http.request(ASK[dialect][0], f"/api/as/{dialect}{ASK[dialect][1]}")
        assert bare.status_code == 401, f"{dialect}: no header at all"
        strange = dict.fromkeys(KEY_STANDS[dialect](""), b"\xfc \xff")
        odd = await ask.http.request(ASK[dialect][0], f"/api/as/{dialect}{ASK[dialect][1]}", headers=strange)
        assert odd.status_code == 401, f"{dialect}: a key that is no text"


async def test_aftership_is_answered_by_id_by_carrier_and_number_page_by_page_and_in_v4s_shape(ask):
    page = (await ask("aftership", "GET", "/tracking/2026-07/trackings?limit=1")).json()
    (found,) = page["data"]["trackings"]
    one = (await ask("aftership", "GET", f"/tracking/2025-07/trackings/{found['id']}")).json()
    old = (await ask("aftership", "GET", f"/v4/trackings/acme/{NUMBER}")).json()
    assert one["data"] == old["data"]["tracking"] == found
    assert [point["checkpoint_time"] for point in found["checkpoints"]] == [
        "2026-03-02T10:00:00+01:00",
        "2026-03-03T08:00:00+01:00",
        "2026-03-03T15:30:00+01:00",
    ]
    assert (found["order_id"], found["slug"], found["signed_by"]) == ("1001", None, None)
    missing = await ask("aftership", "GET", "/tracking/2025-07/trackings/" + "0" * 32)
    assert (missing.status_code, missing.json()["meta"]["code"]) == (404, 4004)
    bad = await ask("aftership", "GET", "/tracking/2025-07/trackings?cursor=zzz")
    assert (bad.status_code, "cursor" in bad.json()["meta"]["message"]) == (400, True)


async def test_a_parcel_of_another_carrier_is_not_the_one_that_was_asked_for(ask):
    assert (await ask("aftership", "GET", f"/v4/trackings/fedex/{NUMBER}")).status_code == 404
    assert (await ask("shippo", "GET", f"/tracks/usps/{NUMBER}")).json()["tracking_history"] == []
    told = (
        await ask("17track", "POST", "/track/v2/gettrackinfo", [{"number": NUMBER, "carrier": 100003}])
    ).json()
    assert told["data"]["accepted"] == []


async def test_asked_to_follow_a_number_it_answers_about_a_known_one_and_refuses_an_unknown_one(ask):
    wishes = {
        "aftership": ("/tracking/2025-07/trackings", lambda number: {"tracking_number": number}),
        "easypost": ("/v2/trackers", lambda number: {"tracker": {"tracking_code": number}}),
        "karrio": ("/v1/trackers", lambda number: {"tracking_number": number, "carrier_name": "acme"}),
    }
    for dialect, (path, wish) in wishes.items():
        assert (await ask(dialect, "POST", path, wish(NUMBER))).status_code == 201, dialect
        refused = await ask(dialect, "POST", path, wish(UNKNOWN))
        assert refused.status_code in (400, 422), dialect
        assert "import the order" in refused.text, dialect
    form = {"carrier": "acme", "tracking_number": NUMBER}
    headers = KEY_STANDS["shippo"](await add_api_key(ask.milepost.app, "form", shop_ids=(SHOP,)))
    shown = await ask.http.post("/api/as/shippo/tracks/", data=form, headers=headers)
    assert (shown.status_code, shown.json()["carrier"]) == (201, "acme")
    registered = (
        await ask("17track", "POST", "/track/v2.2/register", [{"number": NUMBER}, {"number": UNKNOWN}])
    ).json()
    assert [one["number"] for one in registered["data"]["accepted"]] == [NUMBER]
    assert [one["error"]["code"] for one in registered["data"]["rejected"]] == [-18019902]


async def test_ids_are_those_that_were_told_and_a_number_will_do_where_it_does_with_them(ask):
    for dialect, path in (("easypost", "/v2/trackers"), ("karrio", "/v1/trackers")):
        told = (await ask(dialect, "GET", path)).json()
        (first,) = told.get("trackers") or told["results"]
        assert (await ask(dialect, "GET", f"{path}/{first['id']}")).json() == first
        assert (await ask(dialect, "GET", f"{path}/trk_nobody")).status_code == 404
    assert (await ask("karrio", "GET", f"/v1/trackers/{NUMBER}")).status_code == 200
    assert (await ask("karrio", "GET", f"/v1/trackers/usps/{NUMBER}")).status_code == 404


async def test_nonsense_is_refused_in_the_clients_own_shape_and_harms_nothing(ask):
    posts = {
        "aftership": "/tracking/2025-07/trackings",
        "easypost": "/v2/trackers",
        "shippo": "/tracks",
        "karrio": "/v1/trackers",
        "17track": "/track/v2.2/gettrackinfo",
    }
    for dialect, path in posts.items():
        for body in (
            None,
            [],
            {},
            7,
            "x",
            [None],
            {"tracker": 3},
            {"tracking": []},
            {"tracking_number": {}},
        ):
            answer = await ask(dialect, "POST", path, body)
            assert answer.status_code in (200, 400, 422), (dialect, body, answer.text)
        headers = {
            **KEY_STANDS[dialect](await add_api_key(ask.milepost.app, dialect)),
            "Content-Type": "application/json",
        }
        for body in (b"{", b"\xff", b"", b"[" * 5_000):
            answer = await ask.http.post(f"/api/as/{dialect}{path}", content=body, headers=headers)
            assert answer.status_code in (400, 422), (dialect, body[:9])
            assert "Traceback" not in answer.text
        longest = await by_number(ask, dialect, "9" * 400)
        assert longest.status_code in (200, 400, 404), dialect
    many = await ask("17track", "POST", "/track/v2.2/gettrackinfo", [{"number": str(n)} for n in range(41)])
    assert many.json()["code"] == -18010014
    far = await ask("aftership", "GET", "/tracking/2025-07/trackings?limit=100000")
    assert far.status_code == 400
    assert "meta" in far.json()


async def test_a_database_in_trouble_says_come_again_in_the_clients_own_shape(ask):
    await ask.milepost.app.store.stop()
    for dialect in ASK:
        answer = await by_number(ask, dialect, NUMBER)
        assert answer.status_code == 503, dialect
        assert int(answer.headers["retry-after"]) > 0
    await ask.milepost.app.store.start()
