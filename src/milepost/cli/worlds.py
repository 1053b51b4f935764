"""A Milepost for a sandbox world: settings that point at its servers, and its shops connected."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from milepost.desk import shops as shop_desk
from milepost.model.shops import Shop
from milepost.ports.app import App
from milepost.settings import (
    CarrierAccess,
    Http,
    Mail,
    Polling,
    Settings,
    StoreSettings,
    TikTokApp,
    TikTokShop,
)

MARKETPLACE = "tiktok_shop"


def settings_for(
    world: Mapping[str, Any], *, store_url: str, folder: Path, polling: Polling, sync_s: int = 300
) -> Settings:
    """Everything a Milepost needs to talk to this world and to nothing else."""
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
        carriers=_carriers(urls, keys),
        polling=polling,
        http=Http(timeout_s=5.0, retries=4, retry_base_s=0.01),
        mail=Mail(),
        log_level="warning",
    )


def _carriers(urls: Mapping[str, str], keys: Mapping[str, Any]) -> dict[str, CarrierAccess]:
    """One entry per server that is not the marketplace's; its keys begin with its name."""
    access = {}
    for name, url in urls.items():
        if name.startswith("tiktok"):
            continue
        access[name] = CarrierAccess(
            url=url,
            client_id=keys.get(f"{name}_client_id") or keys.get(f"{name}_api_key", ""),
            client_secret=keys.get(f"{name}_client_secret", ""),
            per_minute=1_000_000,
            per_day=100_000_000,
        )
    return access


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
