"""Webhooks through the API: a key of its own for changes, a wall between shops, secrets shown once."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from milepost.desk.accounts import add_api_key
from tests.pages.buyer_stage import Stage

URL = "https://hooks.example.com/x"


@pytest.fixture
def shop(site: Stage) -> str:
    return site.call(site.milepost.app.store.shops())[0].shop_id


@pytest.fixture
def manager(site: Stage, shop: str) -> Iterator[httpx.Client]:
    """A program that may say where webhooks of one shop go."""
    secret = site.call(add_api_key(site.milepost.app, "hooks", shop_ids=(shop,), may_manage_webhooks=True))
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=site.url, headers=headers, trust_env=False, timeout=30) as found:
        yield found


def test_an_endpoint_from_its_beginning_to_its_end(manager):
    made = manager.post("/api/v1/webhooks", json={"url": URL, "types": ["shipment.delivered"]})
    assert made.status_code == 201
    secret, one = made.json()["secret"], made.json()["endpoint"]
    assert secret.startswith("whsec_")
    path = f"/api/v1/webhooks/{one['id']}"
    assert manager.get(path).json() == one
    assert secret not in manager.get("/api/v1/webhooks").text
    changed = manager.patch(path, json={"description": "Warehouse", "types": []}).json()
    assert (changed["description"], changed["types"], changed["url"]) == ("Warehouse", [], URL)
    assert manager.post(f"{path}/rotate").json()["secret"] != secret
    message = manager.post(f"{path}/ping")
    assert message.status_code == 202
    (listed,) = manager.get(f"{path}/messages").json()["data"]
    assert (listed["id"], listed["type"], listed["state"]) == (
        message.json()["message_id"],
        "endpoint.ping",
        "waiting",
    )
    assert manager.post(f"{path}/replay", json={"message_id": listed["id"]}).json()["messages"] == 1
    assert manager.post(f"{path}/replay", json={"since": "2020-01-01T00:00:00Z"}).status_code == 202
    assert manager.post(f"{path}/disable").json()["active"] is False
    assert manager.post(f"{path}/ping").status_code == 400
    assert manager.post(f"{path}/enable").json()["active"] is True
    assert manager.delete(path).status_code == 204
    assert manager.get(path).status_code == 404


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"url": "http://a.example/"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": URL, "types": ["everything"]}, "types"),
        ({"url": URL, "shop_id": "another"}, "shop_id"),
    ],
)
def test_a_wish_that_cannot_be_granted_names_its_field(manager, wish, field):
    answer = manager.post("/api/v1/webhooks", json=wish)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_a_key_that_may_only_read_changes_nothing(client):
    answer = client.post("/api/v1/webhooks", json={"url": URL})
    assert answer.status_code == 403
    assert "--webhooks" in answer.json()["detail"]


def test_another_shops_endpoint_is_not_there(site, manager, shop):
    made = manager.post("/api/v1/webhooks", json={"url": URL}).json()["endpoint"]
    store = site.milepost.app.store
    foreign = replace(site.call(store.webhook(made["id"])), endpoint_id="ep_foreign", shop_id="another")

    async def put():
        async with store.transaction() as tx:
            await tx.put_webhook_endpoint(foreign)

    site.call(put())
    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/rotate"),
        ("POST", "/ping"),
        ("GET", "/messages"),
    ):
        answer = manager.request(
            method, f"/api/v1/webhooks/ep_foreign{path}", json={} if method == "PATCH" else None
        )
        assert answer.status_code == 404, (method, path)
    assert "ep_foreign" not in manager.get("/api/v1/webhooks").text
