"""Somebody says where their program hears of news: endpoints added, changed, rotated, tried, replayed."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from milepost.desk.imports import SOURCE
from milepost.model.errors import OperatorError
from milepost.model.webhooks import PING, TYPES, Endpoint, Happening, Secret, SendingState, WebhookMessage
from milepost.notify.webhooks.address import AddressError, target_of
from milepost.notify.webhooks.signing import new_secret
from milepost.ports.app import App
from milepost.ports.store import Transaction
from milepost.react import endpoints as health
from milepost.record.webhooks import send_again, sending, sweep

ENDPOINTS_MAX = 20
"""Endpoints of one shop."""

DESCRIPTION_MAX = 120
ROTATION = timedelta(hours=24)
"""How long the old secret signs beside the new one."""

SECRETS_MAX = 3
REPLAY_MAX = 10_000
"""Messages of one replay; the next one begins where it ended."""

BY_OWNER = "Its owner switched it off."


class WebhookError(OperatorError):
    """It cannot be done as asked; the text names the field and the fix."""


async def add_endpoint(
    app: App, *, shop_id: str, url: str, types: Sequence[str] = (), description: str = ""
) -> tuple[Endpoint, str]:
    """A new endpoint of one shop, and its secret, which is shown once. Raises WebhookError."""
    now = app.clock.now()
    secret = new_secret()
    endpoint = Endpoint(
        endpoint_id=f"ep_{secrets.token_hex(12)}",
        shop_id=await _shop(app, shop_id),
        url=_url(app, url),
        description=_description(description),
        types=_types(types),
        secrets=(Secret(value=secret),),
        created_at=now,
    )
    async with app.store.transaction() as tx:
        if len(await tx.webhook_endpoints([shop_id])) >= ENDPOINTS_MAX:
            raise WebhookError(f"shop_id: this shop has {ENDPOINTS_MAX} endpoints; delete one first")
        await tx.put_webhook_endpoint(endpoint)
        await app.work.add(tx, [sweep(now)])
    return endpoint, secret


async def change_endpoint(
    app: App,
    endpoint: Endpoint,
    *,
    url: str | None = None,
    types: Sequence[str] | None = None,
    description: str | None = None,
) -> Endpoint:
    """Another address, other types, another description; None leaves it. Raises WebhookError."""
    wanted: dict[str, object] = {}
    if url is not None:
        wanted["url"] = _url(app, url)
    if types is not None:
        wanted["types"] = _types(types)
    if description is not None:
        wanted["description"] = _description(description)
    return await _changed(app, endpoint, lambda stands: replace(stands, **wanted))  # type: ignore[arg-type]


async def rotate(app: App, endpoint: Endpoint) -> tuple[Endpoint, str]:
    """A new secret, shown once. The old one signs beside it for 24 hours."""
    now = app.clock.now()
    secret = new_secret()

    def rotated(stands: Endpoint) -> Endpoint:
        ends = now + ROTATION
        old = [
            replace(one, until=min(one.until or ends, ends))
            for one in stands.secrets
            if one.until is None or one.until > now
        ]
        return replace(stands, secrets=(Secret(value=secret), *old)[:SECRETS_MAX])

    return await _changed(app, endpoint, rotated), secret


async def disable(app: App, endpoint: Endpoint) -> Endpoint:
    """Nothing is sent there any more; what happens is kept for a replay."""
    now = app.clock.now()
    return await _changed(app, endpoint, lambda stands: health.disabled(stands, BY_OWNER, now))


async def enable(app: App, endpoint: Endpoint) -> Endpoint:
    """News is sent there again, from now on; what it missed can be replayed."""
    return await _changed(app, endpoint, health.enabled)


async def delete(app: App, endpoint: Endpoint) -> None:
    """Forget the endpoint and what was sent there."""
    async with app.store.transaction() as tx:
        await tx.drop_webhook_endpoint(endpoint.endpoint_id)


async def ping(app: App, endpoint: Endpoint) -> WebhookMessage:
    """Send a test message to this endpoint only. Raises WebhookError when it is disabled."""
    _needs_active(endpoint)
    now = app.clock.now()
    happening = Happening(
        key=f"ping:{endpoint.endpoint_id}:{secrets.token_hex(8)}",
        kind=PING,
        shop_id=endpoint.shop_id,
        subject=f"endpoint:{endpoint.endpoint_id}",
        at=now,
        data={"endpoint_id": endpoint.endpoint_id},
    )
    async with app.store.transaction() as tx:
        (message,) = await tx.add_webhook_messages([happening])
        await tx.put_webhook_sendings([(endpoint.endpoint_id, message)], SendingState.WAITING, now)
        await app.work.add(tx, [sending(endpoint, message, now)])
    app.live.publish(["work"])
    return message


async def replay_one(app: App, endpoint: Endpoint, message_id: str) -> WebhookMessage:
    """Send a message again, taken or not. Raises WebhookError for one that is not kept (any more)."""
    _needs_active(endpoint)
    message = await app.store.webhook_message(message_id)
    if message is None or message.shop_id != endpoint.shop_id:
        raise WebhookError("message_id: no such message is kept for this shop")
    await _replay(app, endpoint, [message], even_if_taken=True)
    return message


async def replay_range(
    app: App, endpoint: Endpoint, since: datetime, until: datetime, *, everything: bool = False
) -> int:
    """Send what it missed in `[since, until)` (or all of it), oldest first, ten a second; how many.

    At most 10,000 at a time. Raises WebhookError.
    """
    _needs_active(endpoint)
    if since.tzinfo is None or until.tzinfo is None:
        raise WebhookError("since: write instants with their offset, e.g. 2026-03-04T18:00:00Z")
    if since >= until:
        raise WebhookError("until: it must be later than since")
    messages = await app.store.webhook_missed(endpoint, since, until, everything=everything, limit=REPLAY_MAX)
    await _replay(app, endpoint, messages, even_if_taken=everything)
    return len(messages)


async def _replay(
    app: App, endpoint: Endpoint, messages: Sequence[WebhookMessage], *, even_if_taken: bool
) -> None:
    now = app.clock.now()
    async with app.store.transaction() as tx:
        actions = await send_again(tx, endpoint, messages, now, even_if_taken=even_if_taken)
        await app.work.add(tx, actions)
    app.live.publish(["work"])


async def _changed(app: App, endpoint: Endpoint, change: Callable[[Endpoint], Endpoint]) -> Endpoint:
    """Changed as it stands now, not as it stood when somebody looked. Raises WebhookError."""
    async with app.store.transaction() as tx:
        stands = await _stands(tx, endpoint)
        changed = change(stands)
        await tx.put_webhook_endpoint(changed)
    return changed


async def _stands(tx: Transaction, endpoint: Endpoint) -> Endpoint:
    for found in await tx.webhook_endpoints([endpoint.shop_id]):
        if found.endpoint_id == endpoint.endpoint_id:
            return found
    raise WebhookError("endpoint: it was deleted meanwhile")


def _needs_active(endpoint: Endpoint) -> None:
    if not endpoint.is_active:
        raise WebhookError("endpoint: it is disabled; enable it first")


async def _shop(app: App, shop_id: str) -> str:
    known = [SOURCE, *(shop.shop_id for shop in await app.store.shops())]
    if shop_id not in known:
        raise WebhookError(f"shop_id: no such shop; there are {', '.join(known)}")
    return shop_id


def _url(app: App, url: str) -> str:
    try:
        target_of(url.strip(), may_be_private=app.settings.webhooks.allow_private)
    except AddressError as error:
        raise WebhookError(str(error)) from error
    return url.strip()


def _types(types: Sequence[str]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(types))
    for one in wanted:
        if one not in TYPES or one == PING:
            offered = ", ".join(name for name in TYPES if name != PING)
            raise WebhookError(f"types: {one!r} is no type of message; there are {offered}")
    return wanted


def _description(text: str) -> str:
    plain = " ".join(text.split())
    if len(plain) > DESCRIPTION_MAX:
        raise WebhookError(f"description: {len(plain)} characters; at most {DESCRIPTION_MAX}")
    return plain
