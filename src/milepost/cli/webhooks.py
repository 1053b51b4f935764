"""`milepost webhook`: where programs hear of news, tried and replayed, and a received message checked."""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from milepost.cli.answers import AsJson, Config, console, counted, say_json, table
from milepost.cli.exits import CommandError, Exit
from milepost.cli.groups import PLAIN
from milepost.cli.opening import opened
from milepost.desk import webhooks as desk
from milepost.model.webhooks import Endpoint
from milepost.notify.webhooks.signing import why_refused
from milepost.ports.app import App as Milepost

NAMED_IN = "WEBHOOK_SECRET"
SHOWN_ONCE = "Keep the secret safe: it is shown only now.\n"
BODY_BYTES_MAX = 1_000_000

app = App(name="webhook", default_parameter=PLAIN)

EndpointId = Annotated[str, Parameter(help="The endpoint's id, as `milepost webhook list` shows it.")]


@app.command(name="list")
def list_endpoints(*, as_json: AsJson = False, config: Config = None) -> int:
    """List the endpoints of all shops."""
    found = asyncio.run(_list(config))
    if as_json:
        say_json([_facts(one) for one in found])
        return Exit.DONE
    if not found:
        print("No program hears of news yet: `milepost webhook add URL --shop SHOP`.")
        return Exit.DONE
    rows = [
        (one.endpoint_id, one.shop_id, one.url, ", ".join(one.types) or "everything", _state(one))
        for one in found
    ]
    console().print(table("Endpoints", ("id", "shop", "address", "hears of", "state"), rows))
    return Exit.DONE


async def _list(config: Path | None) -> list[Endpoint]:
    async with opened(config) as milepost:
        return await milepost.store.webhooks(None)


@app.command
def add(
    url: Annotated[str, Parameter(help="Where messages are posted to, as https://…")],
    /,
    *,
    shop: Annotated[str, Parameter(help="Whose news it is, as `milepost shop list` shows it.")],
    type_: Annotated[
        list[str] | None,
        Parameter(name="--type", negative="", help="Only this type; may be repeated; left out: everything."),
    ] = None,
    description: Annotated[str, Parameter(help="What it is for.")] = "",
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Add an endpoint, and print its signing secret, once."""
    endpoint, secret = asyncio.run(_add(config, url, shop, type_ or [], description))
    return _say_secret(endpoint, secret, as_json=as_json)


async def _add(
    config: Path | None, url: str, shop: str, types: list[str], description: str
) -> tuple[Endpoint, str]:
    async with opened(config) as milepost:
        return await desk.add_endpoint(milepost, shop_id=shop, url=url, types=types, description=description)


@app.command
def rotate(endpoint_id: EndpointId, /, *, as_json: AsJson = False, config: Config = None) -> int:
    """Give an endpoint a new secret; the old one signs beside it for 24 hours."""
    endpoint, secret = asyncio.run(_rotate(config, endpoint_id))
    return _say_secret(endpoint, secret, as_json=as_json)


async def _rotate(config: Path | None, endpoint_id: str) -> tuple[Endpoint, str]:
    async with opened(config) as milepost:
        return await desk.rotate(milepost, await _endpoint(milepost, endpoint_id))


@app.command
def ping(endpoint_id: EndpointId, /, *, as_json: AsJson = False, config: Config = None) -> int:
    """Send a test message as soon as a worker is at it (`milepost run`)."""
    message_id = asyncio.run(_ping(config, endpoint_id))
    if as_json:
        say_json({"message_id": message_id})
    else:
        print(f"{message_id} is sent as soon as Milepost runs.")
    return Exit.DONE


async def _ping(config: Path | None, endpoint_id: str) -> str:
    async with opened(config) as milepost:
        return (await desk.ping(milepost, await _endpoint(milepost, endpoint_id))).message_id


@app.command
def replay(
    endpoint_id: EndpointId,
    /,
    *,
    message: Annotated[str, Parameter(help="One message, by its id.")] = "",
    since: Annotated[str, Parameter(help="From this instant on, e.g. 2026-03-04T18:00:00Z.")] = "",
    until: Annotated[str, Parameter(help="Up to this instant; left out: now.")] = "",
    everything: Annotated[bool, Parameter(negative="", help="What was taken, too.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Send again what an endpoint missed: oldest first, ten a second."""
    if bool(message) == bool(since):
        raise CommandError("say what to send again: --message ID or --since INSTANT")
    count = asyncio.run(_replay(config, endpoint_id, message, since, until, everything=everything))
    if as_json:
        say_json({"messages": count})
    else:
        print(f"{counted(count, 'message')} to send again, ten a second, while Milepost runs.")
    return Exit.DONE


async def _replay(
    config: Path | None, endpoint_id: str, message: str, since: str, until: str, *, everything: bool
) -> int:
    async with opened(config) as milepost:
        endpoint = await _endpoint(milepost, endpoint_id)
        if message:
            await desk.replay_one(milepost, endpoint, message)
            return 1
        ends = _instant("until", until) if until else milepost.clock.now()
        starts = _instant("since", since)
        return await desk.replay_range(milepost, endpoint, starts, ends, everything=everything)


@app.command
def verify(
    *,
    id_: Annotated[str, Parameter(name="--id", help="The header webhook-id.")],
    timestamp: Annotated[str, Parameter(help="The header webhook-timestamp.")],
    signature: Annotated[str, Parameter(help="The header webhook-signature, whole.")],
    at: Annotated[str, Parameter(help="As if it were received then; left out: now.")] = "",
) -> int:
    """Check a received message, its raw body on standard input, its secret in WEBHOOK_SECRET."""
    secret = os.environ.get(NAMED_IN, "")
    if not secret:
        raise CommandError(f"put the endpoint's secret into {NAMED_IN}: arguments are seen by others")
    given = {"webhook-id": id_, "webhook-timestamp": timestamp, "webhook-signature": signature}
    body = sys.stdin.buffer.read(BODY_BYTES_MAX)
    why = why_refused(given, body, [secret], _instant("at", at) if at else datetime.now(UTC))
    print("It is signed with this secret." if why is None else f"Do not believe it: {why}.")
    return Exit.DONE if why is None else Exit.NO


async def _endpoint(milepost: Milepost, endpoint_id: str) -> Endpoint:
    found = await milepost.store.webhook(endpoint_id)
    if found is None:
        raise CommandError(f"there is no endpoint {endpoint_id}; `milepost webhook list` shows them")
    return found


def _instant(name: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--{name}: {text!r} is no instant; write 2026-03-04T18:00:00Z") from error
    if found.tzinfo is None:
        raise CommandError(f"--{name}: write the offset too, e.g. 2026-03-04T18:00:00Z")
    return found


def _say_secret(endpoint: Endpoint, secret: str, *, as_json: bool) -> int:
    if as_json:
        say_json({**_facts(endpoint), "secret": secret})
        return Exit.DONE
    print(f"{endpoint.endpoint_id}\n{secret}")
    sys.stderr.write(SHOWN_ONCE)
    return Exit.DONE


def _facts(one: Endpoint) -> dict[str, object]:
    return {
        "id": one.endpoint_id,
        "shop_id": one.shop_id,
        "url": one.url,
        "description": one.description,
        "types": list(one.types),
        "state": _state(one),
    }


def _state(one: Endpoint) -> str:
    if not one.is_active:
        return f"disabled: {one.disabled_why}"
    return "failing" if one.failing_since else "active"
