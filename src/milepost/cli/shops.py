"""`milepost shop`: connect a shop, list the shops, read their orders now."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from milepost import worker
from milepost.cli.answers import AsJson, Config, console, counted, say_json, table
from milepost.cli.exits import CommandError, Exit
from milepost.cli.groups import PLAIN
from milepost.cli.opening import opened
from milepost.desk import connecting
from milepost.desk.shops import sync_now
from milepost.model.reports import Refusal
from milepost.model.shops import Shop

DEFAULT = "tiktok_shop"

app = App(name="shop", default_parameter=PLAIN)

Marketplace = Annotated[str, Parameter(help="The marketplace's folder name.")]


@app.command
def connect(
    *,
    market: Annotated[str, Parameter(help="`us`, or `row` for the rest of the world.")] = "us",
    answer: Annotated[
        str, Parameter(help="The address the seller's browser came back to, whole; or the bare code.")
    ] = "",
    marketplace: Marketplace = DEFAULT,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Print the link a seller opens to let us read their shop, then take what their browser brings back.

    On a terminal it waits for the answer; elsewhere, call it again with --answer within the hour.
    """
    return asyncio.run(_connect(config, marketplace, market, answer, as_json=as_json))


async def _connect(config: Path | None, marketplace: str, market: str, answer: str, *, as_json: bool) -> int:
    async with opened(config) as milepost:
        if not answer:
            link, _ = await connecting.begin(milepost, marketplace, market)
            if as_json:
                say_json({"link": link})
                return Exit.DONE
            print("Open this address as the seller and agree:\n")
            print(f"  {link}\n")
            if not sys.stdin.isatty():
                print("Then call `milepost shop connect --answer ADDRESS` with the address you come back to.")
                return Exit.DONE
            answer = await asyncio.to_thread(input, "The address your browser came back to (or the code): ")
        found = await _finish(milepost, marketplace, market, answer)
        if isinstance(found, Refusal):
            raise CommandError(found.detail)
        if as_json:
            say_json([_shop(shop) for shop in found])
        else:
            for shop in found:
                print(f"Connected: {shop.name} ({shop.shop_id}). Its orders are read by `milepost run`.")
        return Exit.DONE


async def _finish(milepost: Any, marketplace: str, market: str, answer: str) -> list[Shop] | Refusal:
    if "=" in answer or "?" in answer or "/" in answer:
        return await connecting.finish(milepost, marketplace, answer)
    return await connecting.with_code(milepost, marketplace, market, answer.strip())


@app.command(name="list")
def list_shops(*, as_json: AsJson = False, config: Config = None) -> int:
    """List the connected shops, and whether each still lets us read it."""
    return asyncio.run(_list(config, as_json=as_json))


async def _list(config: Path | None, *, as_json: bool) -> int:
    async with opened(config) as milepost:
        shops = [_shop(shop) for shop in await milepost.store.shops()]
        for shop in shops:
            shop["searched_until"] = await milepost.store.mark(f"sync:{shop['shop_id']}")
    if as_json:
        say_json(shops)
    elif not shops:
        print("No shop is connected yet: `milepost shop connect`.")
    else:
        columns = ("shop_id", "name", "region", "state", "connected_at", "searched_until")
        console().print(table("Shops", columns, [[shop[name] for name in columns] for shop in shops]))
    return Exit.DONE


@app.command
def sync(
    shop_ids: Annotated[list[str] | None, Parameter(help="Ids of shops; none: every shop.")] = None,
    /,
    *,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Search shops for changed orders now, and carry out all that follows from it."""
    return asyncio.run(_sync(config, shop_ids or None, as_json=as_json))


async def _sync(config: Path | None, shop_ids: list[str] | None, *, as_json: bool) -> int:
    async with opened(config) as milepost:
        known = {shop.shop_id for shop in await milepost.store.shops()}
        if strange := sorted(set(shop_ids or ()) - known):
            raise CommandError(f"there is no shop {strange[0]}; `milepost shop list` shows them")
        before = (await milepost.store.counts(None))["orders"]
        searched = await sync_now(milepost, shop_ids)
        done = await worker.drain(milepost) if searched else 0
        after = (await milepost.store.counts(None))["orders"]
    if as_json:
        say_json({"shops": searched, "actions": done, "orders": after, "orders_new": after - before})
    elif not searched:
        print("No shop is connected: `milepost shop connect`.")
    else:
        new = counted(after - before, "new order")
        print(f"{counted(len(searched), 'shop')} searched: {new}, {after:,} in all.")
    return Exit.DONE if searched else Exit.NO


def _shop(shop: Shop) -> dict[str, Any]:
    """A shop without the handles that open it."""
    return {
        "shop_id": shop.shop_id,
        "marketplace": shop.marketplace,
        "name": shop.name,
        "region": shop.region,
        "state": shop.state.value,
        "connected_at": f"{shop.connected_at:%Y-%m-%dT%H:%M:%SZ}",
    }
