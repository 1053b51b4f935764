"""From an empty folder to tracked orders with commands alone, against the sandbox's servers."""

import asyncio
import json
import threading
from datetime import UTC, datetime

import httpx
import pytest

from milepost_sandbox import door

SETTINGS = """
[http]
retries = 2
retry_base_s = 0.01
[[tiktok_shop.apps]]
app_key = "{app_key}"
app_secret = "{app_secret}"
service_id = "{service_id}"
[tiktok_shop]
auth_url = "{auth}"
api_url = "{api}"
calls_per_second = 500.0
"""
CARRIER = '[carriers.{name}]\nurl = "{url}"\nclient_id = "{id}"\nclient_secret = "{secret}"\naccount = "{account}"\n'


@pytest.fixture
def world(tmp_path):
    """A running world that began ten days ago, and settings that point at it."""
    loop, ready, ended = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found = {}

    async def run():
        options = door.SandboxOptions(
            seed=3, orders=8, start=datetime.now(UTC).replace(microsecond=0), rate=1.0, control_port=0
        )
        async with door.running(options) as sandbox:
            async with httpx.AsyncClient(trust_env=False) as http:
                found.update((await http.get(f"{sandbox.control_url}/world")).json())
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    assert ready.wait(180), "the sandbox did not start"
    yield found
    loop.call_soon_threadsafe(ended.set)
    thread.join(20)
    loop.close()


def settings_of(world):
    keys, urls = world["credentials"], world["urls"]
    text = SETTINGS.format(
        app_key=keys["tiktok_app_key"],
        app_secret=keys["tiktok_app_secret"],
        service_id=keys["tiktok_service_id"],
        auth=urls["tiktok_auth"],
        api=urls["tiktok_api"],
    )
    for name, url in urls.items():
        if not name.startswith("tiktok"):
            text += CARRIER.format(
                name=name,
                url=url,
                id=keys.get(f"{name}_client_id") or keys.get(f"{name}_api_key", ""),
                secret=keys.get(f"{name}_client_secret", ""),
                account=keys.get(f"{name}_account", ""),
            )
    return text


def test_a_shop_is_connected_and_its_orders_are_tracked(milepost, tmp_path, world):
    (tmp_path / "milepost.toml").write_text(settings_of(world))
    link = milepost("shop", "connect", "--json").told["link"]
    assert "service_id=" in link
    assert "&state=" in link

    refused = milepost("shop", "connect", "--answer", "https://x.example/?error=access_denied")
    assert refused.code == 2
    assert "did not let us read" in refused.err
    forged = milepost("shop", "connect", "--answer", "https://x.example/?code=TTP_1&state=forged")
    assert forged.code == 2
    assert "not an answer to our link" in forged.err

    state = httpx.URL(link).params["state"]
    code = world["shops"][0]["auth_code"]
    answer = f"https://x.example/?app_key=k&code={code}&state={state}"
    assert milepost("shop", "connect", "--answer", answer).code == 0
    assert milepost("shop", "connect", "--answer", answer).code == 2  # an answer counts once
    for shop in world["shops"][1:]:
        assert milepost("shop", "connect", "--answer", shop["auth_code"]).code == 0

    synced = milepost("shop", "sync", "--json").told
    assert synced["orders_new"] == synced["orders"] > 0
    shops = milepost("shop", "list", "--json").told
    assert {shop["state"] for shop in shops} == {"connected"}
    assert all(datetime.fromisoformat(shop["searched_until"]) <= datetime.now(UTC) for shop in shops)
    assert not [key for shop in shops for key in shop if key in ("cipher", "app_key")]

    example = next(one for one in world["examples"] if one["tracking_number"])
    told = milepost("order", example["order"], "--json").told
    assert told["events"]
    number = told["shipments"][0]["tracking_number"]
    tracked = milepost("track", number, "--json")
    assert tracked.code == 0
    assert tracked.told["shipments"][0]["orders"] == told["shipments"][0]["confirmation_numbers"]


def test_a_number_nobody_knows_here_is_asked_about_at_once(milepost, tmp_path, world):
    (tmp_path / "milepost.toml").write_text(settings_of(world))
    numbers = [one["tracking_number"] or "" for one in world["examples"]]
    number = next(number for number in numbers if number.startswith("1Z"))
    said = milepost("track", number)
    assert said.code == 0, said
    assert "Not of any order here" in said.out
    assert "UPS was asked just now." in said.out
    told = json.loads(milepost("track", number, "--json").out)
    assert told["shipments"] == []
    assert {event["source"] for event in told["asked"]["events"]} == {"ups"}
