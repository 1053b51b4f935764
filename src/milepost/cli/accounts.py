"""`milepost user` and `api-key`: who may sign in to the console, and which programs may read."""

import asyncio
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from milepost.cli.answers import AsJson, Config, say_json
from milepost.cli.exits import CommandError, Exit
from milepost.cli.groups import PLAIN
from milepost.cli.opening import opened
from milepost.desk.accounts import PASSWORD_LENGTH_MAX, add_api_key, add_user
from milepost.desk.imports import SOURCE as IMPORTED
from milepost.model.people import Role
from milepost.ports.app import App as Milepost

users = App(name="user", default_parameter=PLAIN)
keys = App(name="api-key", default_parameter=PLAIN)

Shops = Annotated[
    list[str] | None,
    Parameter(
        name="--shop", negative="", help="Only this shop; give it several times; left out: every shop."
    ),
]


@users.command(name="add")
def add_person(
    email: Annotated[str, Parameter(help="What they sign in with.")],
    /,
    *,
    name: Annotated[str, Parameter(help="Their name, for their colleagues.")] = "",
    role: Annotated[
        Literal["admin", "seller", "support"],
        Parameter(help="admin: everything; seller: orders and shops; support: orders."),
    ] = "seller",
    shop: Shops = None,
    password_stdin: Annotated[
        bool, Parameter(negative="", help="Read the password from standard input, one line.")
    ] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Add somebody who may sign in; for a known address, set a new password, role and shops.

    The password is asked for, twice, and never an argument: arguments are seen by every user of a machine.
    """
    password = _password(from_stdin=password_stdin)
    return asyncio.run(
        _add_user(config, email, name, Role(role), tuple(shop or ()), password=password, as_json=as_json)
    )


async def _add_user(
    config: Path | None,
    email: str,
    name: str,
    role: Role,
    shop_ids: tuple[str, ...],
    *,
    password: str,
    as_json: bool,
) -> int:
    async with opened(config) as milepost:
        await _check_shops(milepost, shop_ids)
        user = await add_user(
            milepost, email=email, name=name, role=role, password=password, shop_ids=shop_ids
        )
    if as_json:
        say_json(
            {"user_id": user.user_id, "email": user.email, "role": user.role.value, "shop_ids": shop_ids}
        )
    else:
        print(f"{user.email} may sign in at /console as {user.role.value}.")
    return Exit.DONE


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline(PASSWORD_LENGTH_MAX + 2).rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CommandError("there is no terminal to ask for the password: pipe it in with --password-stdin")
    first = getpass.getpass("Password (at least 8 characters): ")
    if first != getpass.getpass("Once more: "):
        raise CommandError("the two passwords differ; nothing was changed")
    return first


@keys.command(name="add")
def add_key(
    name: Annotated[str, Parameter(help="What it is for, e.g. `warehouse`.")],
    /,
    *,
    shop: Shops = None,
    contacts: Annotated[
        bool, Parameter(negative="", help="It may see who gets a parcel: name, e-mail, phone, address.")
    ] = False,
    webhooks: Annotated[
        bool, Parameter(negative="", help="It may say where webhooks go (docs/use/webhooks.md).")
    ] = False,
    news: Annotated[
        bool, Parameter(negative="", help="It may tell news: files, captures, entries (docs/use/imports.md).")
    ] = False,
    look: Annotated[
        bool, Parameter(negative="", help="It may choose how shops look to buyers (docs/use/branding.md).")
    ] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Make a key for a program. It is shown once; only its hash is kept."""
    secret = asyncio.run(
        _add_key(config, name, tuple(shop or ()), contacts=contacts, webhooks=webhooks, news=news, look=look)
    )
    if as_json:
        say_json(
            {
                "name": name,
                "key": secret,
                "shop_ids": shop or [],
                "contacts": contacts,
                "webhooks": webhooks,
                "news": news,
                "look": look,
            }
        )
    else:
        print(secret)
        sys.stderr.write("Keep it safe: it is shown only now. Use it as `Authorization: Bearer <key>`.\n")
    return Exit.DONE


async def _add_key(
    config: Path | None,
    name: str,
    shop_ids: tuple[str, ...],
    *,
    contacts: bool,
    webhooks: bool,
    news: bool,
    look: bool,
) -> str:
    async with opened(config) as milepost:
        await _check_shops(milepost, shop_ids)
        return await add_api_key(
            milepost,
            name,
            shop_ids=shop_ids,
            can_see_contacts=contacts,
            may_manage_webhooks=webhooks,
            may_tell_news=news,
            may_choose_look=look,
        )


async def _check_shops(milepost: Milepost, shop_ids: Sequence[str]) -> None:
    """Raises CommandError for a shop that there is not: nothing would ever be seen with it."""
    known = [IMPORTED, *(shop.shop_id for shop in await milepost.store.shops())]
    if strange := [shop_id for shop_id in shop_ids if shop_id not in known]:
        raise CommandError(f"--shop: there is no shop {strange[0]}; there are {', '.join(known)}")
