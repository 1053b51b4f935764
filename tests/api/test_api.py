"""What programs are told, page by page, and what they are not told."""

import httpx
import pytest

from milepost.desk.accounts import add_api_key

LISTS = ("orders", "shipments", "events", "promises", "exceptions", "notices")


def all_rows(client, path, **query):
    rows, cursor = [], None
    for _ in range(200):
        page = client.get(
            f"/api/v1/{path}", params={**query, **({"cursor": cursor} if cursor else {})}
        ).json()
        rows += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows
    raise AssertionError(f"{path} has no last page")


def with_key(site, **limits):
    secret = site.call(add_api_key(site.milepost.app, "limited", **limits))
    return httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {secret}"}, trust_env=False)


@pytest.mark.parametrize("path", LISTS)
def test_pages_of_any_size_hold_the_same_rows_once(client, path):
    whole = all_rows(client, path, limit=500)
    pieces = all_rows(client, path, limit=7)
    assert whole, f"the world has no {path}"
    assert pieces == whole
    if "id" in whole[0]:
        keys = [(row["id"], row.get("shipment_id")) for row in whole]
        assert len(keys) == len(set(keys))


@pytest.mark.parametrize("path", LISTS)
def test_a_key_of_another_shop_sees_nothing(site, path):
    with with_key(site, shop_ids=("some-other-shop",)) as stranger:
        assert all_rows(stranger, path) == []


def test_one_order_is_found_by_its_confirmation_number_and_hides_from_others(site, client):
    row = next(row for row in site.orders() if row.shipment_ids)
    path = f"/api/v1/orders/{row.facts.order_number}"
    told = client.get(path).json()
    assert told["confirmation_number"] == row.facts.order_number
    assert told["shipment_ids"] == list(row.shipment_ids)
    with with_key(site, shop_ids=("some-other-shop",)) as stranger:
        foreign, unknown = stranger.get(path), stranger.get("/api/v1/orders/no-such-order")
        assert foreign.status_code == unknown.status_code == 404
        assert stranger.get(f"/api/v1/shipments/{row.shipment_ids[0]}").status_code == 404


def test_who_gets_it_is_told_only_to_keys_that_may_know(site, client):
    row = site.order_with_email()
    path = f"/api/v1/orders/{row.facts.order_number}"
    assert client.get(path).json()["contact"]["email"] == site.contact(row).email
    with with_key(site) as limited:
        answer = limited.get(path)
        assert answer.json()["contact"] is None
        assert site.contact(row).email not in answer.text


def test_events_of_an_order_are_those_of_its_shipments_and_its_own(site, client):
    row = next(row for row in site.orders() if row.shipment_ids)
    of_order = all_rows(client, "events", order=row.facts.order_number)
    everything = all_rows(client, "events")
    mine = [one for one in everything if row.facts.order_number in one["confirmation_numbers"]]
    assert sorted(one["id"] for one in of_order) == sorted(one["id"] for one in mine)
    first = of_order[0]
    assert all_rows(client, "events", order=row.facts.order_number, source=first["source"])
    assert all_rows(client, "events", order=row.facts.order_number, since="2036-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("orders?limit=0", 400, "limit"),
        ("orders?limit=x", 400, "limit"),
        ("orders?cursor=zzz", 400, "cursor"),
        ("events?cursor=o:zzz", 400, "cursor"),
        ("events?since=2026-03-04T18:00:00", 400, "since"),
        ("events?since=yesterday", 400, "since"),
        ("orders/none", 404, "none"),
        ("shipments/none", 404, "none"),
        ("nothing", 404, ""),
    ],
)
def test_every_error_is_a_problem_document_that_names_what_is_wrong(client, path, status, says):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert says in told["detail"] + str(told["errors"])


@pytest.mark.parametrize("shown", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
def test_without_a_right_key_nothing_is_told(site, shown):
    with httpx.Client(base_url=site.url, headers=shown, trust_env=False) as nobody:
        answer = nobody.get("/api/v1/orders")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


def test_nothing_can_be_changed_over_the_api(client):
    assert client.post("/api/v1/orders", json={}).status_code == 405
    assert client.delete("/api/v1/orders/1").status_code == 405


def test_health_answers_without_a_key(site):
    with httpx.Client(base_url=site.url, trust_env=False) as anybody:
        assert anybody.get("/healthz").json() == {"state": "ok"}
        assert anybody.get("/readyz").json()["state"] == "ready"


def test_numbers_are_identified_by_the_api_as_by_the_command_line(client):
    told = client.post(
        "/api/v1/identify", json={"texts": ["RB123456785NL", "Tracking: 986578788855"]}
    ).json()["data"]
    assert [(one["input"], one["number"], one["answer"]) for one in told] == [
        ("RB123456785NL", "RB123456785NL", "s10:nl"),
        ("Tracking: 986578788855", "986578788855", None),
    ]
    assert sorted(told[0]["candidates"][0]) == ["carrier", "p", "reasons"]


def test_a_shops_own_parcels_weigh_in_and_another_keys_shop_does_not(client, site):
    row = next(row for row in site.orders() if row.shipment_ids)
    shipment = site.shipments(row)[0].shipment
    asked = {"texts": [shipment.tracking_number], "shop_id": shipment.shop_id}
    reasons = client.post("/api/v1/identify", json=asked).json()["data"][0]["candidates"][0]["reasons"]
    assert any("of this shop's numbers of this shape were theirs" in reason for reason in reasons)


def test_a_wish_that_is_wrong_is_refused_with_the_field(client):
    for wrong in ({}, {"texts": []}, {"texts": ["1"] * 501}, {"texts": ["1"], "country": "USA"}):
        answer = client.post("/api/v1/identify", json=wrong)
        assert answer.status_code == 400, wrong
        assert answer.headers["content-type"].startswith("application/problem+json")
