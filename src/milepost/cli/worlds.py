"""A Milepost for a sandbox world: settings that point at its servers, and its shops connected."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from milepost.desk import shops as shop_desk
from milepost.desk.webhooks import add_endpoint
from milepost.model.shops import Shop
from milepost.ports.app import App
from milepost.settings import (
    AggregatorAccess,
    CarrierAccess,
    Http,
    Mail,
    Polling,
    Settings,
    Sms,
    StoreSettings,
    TikTokApp,
    TikTokShop,
    Web,
    Webhooks,
)
from milepost.sources.couriers import AGGREGATORS

MARKETPLACE = "tiktok_shop"
RECEIVER_S = 10.0


def settings_for(
    world: Mapping[str, Any],
    *,
    store_url: str,
    folder: Path,
    polling: Polling,
    sync_s: int = 300,
    pushed_to: str = "",
) -> Settings:
    """Everything a Milepost needs to talk to this world and to nothing else.

    `pushed_to`: where this Milepost answers, if its carriers are to push.
    """
    urls, keys = world["urls"], world["credentials"]
    return Settings(
        store=StoreSettings(url=store_url, key_file=str(folder / "milepost.key")),
        tiktok_shop=TikTokShop(
            apps=[
                TikTokApp(
                    market="us",
                    app_key=keys["tiktok_app_key"],
                    app_secret=keys["tiktok_app_secret"],
                    service_id=keys["tiktok_service_id"],
                )
            ],
            auth_url=urls["tiktok_auth"],
            api_url=urls["tiktok_api"],
            calls_per_second=1_000.0,
            sync_interval_s=sync_s,
        ),
        carriers=_carriers(urls, keys, pushes=bool(pushed_to)),
        aggregators=_aggregators(urls, keys, pushes=bool(pushed_to)),
        web=Web(public_url=pushed_to),
        polling=polling,
        http=Http(timeout_s=5.0, retries=4, retry_base_s=0.01),
        mail=Mail(),
        sms=_sms(world, keys),
        webhooks=Webhooks(allow_private=True),  # the world's receivers are on this machine
        log_level="warning",
    )


def _sms(world: Mapping[str, Any], keys: Mapping[str, Any]) -> Sms:
    """The world's own provider; one of an older world has none."""
    url = world.get("receivers", {}).get("sms", "")
    if not url:
        return Sms()
    return Sms(
        url=url,
        account_sid=keys["sms_account_sid"],
        auth_token=keys["sms_auth_token"],
        sender="+15005550006",
        prices={"US": 0.01, "GB": 0.04},
        day_money=50.0,
    )


async def subscribe(app: App, world: Mapping[str, Any], types: Sequence[str]) -> int:
    """Have the world's receiver of webhooks hear of every shop; how many endpoints."""
    receiver = world.get("receivers", {}).get("webhooks", "")
    if not receiver:
        return 0
    shops = await app.store.shops()
    async with httpx.AsyncClient(trust_env=False, timeout=RECEIVER_S) as http:
        for shop in shops:
            url = f"{receiver}/hooks/{shop.shop_id}"
            _, secret = await add_endpoint(app, shop_id=shop.shop_id, url=url, types=types)
            plan = {"name": shop.shop_id, "secrets": [secret]}
            (await http.post(f"{receiver}/plan", json=plan)).raise_for_status()
    return len(shops)


def portals(world: Mapping[str, Any], url: str) -> list[dict[str, str]]:
    """What a person writes into each carrier's portal, so that it pushes to the Milepost at `url`."""
    keys, word = world["credentials"], "_push_secret"
    secret = keys.get("aggregator_secret", "")
    passed_on = [
        {"carrier": name, "url": f"{url}/hooks/aggregators/{name}?token={secret}", "secret": secret}
        for name in world["urls"]
        if _is_aggregator(name)
    ]
    return passed_on + [
        {
            "carrier": (carrier := name.removesuffix(word)),
            "url": f"{url}/hooks/carriers/{carrier}",
            "token_url": f"{url}/hooks/carriers/{carrier}/token",
            "client_id": keys.get(f"{carrier}_client_id", ""),
            "secret": keys[name],
        }
        for name in keys
        if name.endswith(word) and keys[name]
    ]


def _carriers(urls: Mapping[str, str], keys: Mapping[str, Any], *, pushes: bool) -> dict[str, CarrierAccess]:
    """One entry per server that is not the marketplace's; its keys begin with its name."""
    access = {}
    for name, url in urls.items():
        if name.startswith("tiktok") or _is_aggregator(name):
            continue
        access[name] = CarrierAccess(
            url=url,
            client_id=keys.get(f"{name}_client_id") or keys.get(f"{name}_api_key", ""),
            client_secret=keys.get(f"{name}_client_secret", ""),
            account=keys.get(f"{name}_account", ""),
            per_minute=1_000_000,
            per_day=100_000_000,
            push=pushes and bool(keys.get(f"{name}_push_secret")),
            push_secret=keys.get(f"{name}_push_secret", ""),
        )
    return access


def _aggregators(
    urls: Mapping[str, str], keys: Mapping[str, Any], *, pushes: bool
) -> dict[str, AggregatorAccess]:
    """Those that the world has; they are told which numbers to follow, where they have to be."""
    return {
        name: AggregatorAccess(
            url=url,
            client_id=keys["aggregator_key"],
            per_minute=1_000_000,
            per_day=100_000_000,
            register=_takes_numbers(name),
            push=pushes,
            push_secret=keys["aggregator_secret"],
        )
        for name, url in urls.items()
        if _is_aggregator(name)
    }


def _is_aggregator(name: str) -> bool:
    return (AGGREGATORS / name).is_dir()


def _takes_numbers(name: str) -> bool:
    fetch = importlib.import_module(f"milepost.sources.aggregators.{name}.fetch")
    return bool(fetch.CAN_REGISTER)


async def connect_shops(app: App, world: Mapping[str, Any]) -> list[Shop]:
    """Hand in each shop's authorization code, as a seller who said yes would."""
    key = world["credentials"]["tiktok_app_key"]
    connected: list[Shop] = []
    for shop in world["shops"]:
        connected += await shop_desk.connect(app, MARKETPLACE, key, shop["auth_code"])
    return connected


def on_port(settings: Settings, host: str, port: int) -> Settings:
    """The same settings, with the address really listened on."""
    web = replace(settings.web, host=host, port=port, public_url=f"http://{host}:{port}")
    return replace(settings, web=web)
