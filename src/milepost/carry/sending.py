"""Sending notices: who gets it is settled at the last moment, and each try is written down."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

import structlog

from milepost.carry.failures import put_off
from milepost.carry.letterheads import letterhead
from milepost.carry.paying import why_unpaid
from milepost.flow import finish
from milepost.forecast.ledger import read_basis
from milepost.forecast.why import sentence
from milepost.model.actions import Leased, Outcome
from milepost.model.notices import (
    LANGUAGE,
    MY_ORDERS,
    PASSCODE,
    Attempt,
    Audience,
    Message,
    Notice,
    Recipient,
)
from milepost.model.people import Subscription, View
from milepost.model.places import RawPlace
from milepost.notify.render import Links, TemplateError, render
from milepost.notify.schedule import next_try
from milepost.ports.app import App
from milepost.ports.notify import PushChannel, SendResult, Sent, TextChannel
from milepost.react.notices import is_problem
from milepost.react.quiet import quiet_until
from milepost.record.links import (
    MINE_LENGTH,
    PASSCODE_LENGTH,
    browser_mark,
    digest,
    new_contact_link,
    new_link,
    new_passcode,
)
from milepost.tongues.catalogs import tongue
from milepost.tongues.speech import speak, speaking

INBOX = "inbox"
MAIL = "email"
PAGES_ABOUT = {
    "carrier_broken": "carriers",
    "carrier_back": "carriers",
    "windows_drifted": "forecast",
    "windows_back": "forecast",
}
"""The console page that a seller's notice leads to, of those about no order and no endpoint."""

NOBODY = "nobody asked to be told"
ASKED_JUST_NOW = frozenset({PASSCODE, MY_ORDERS, "confirmation"})
"""Somebody sits there and waits for it, whatever the hour."""

TOO_LATE = "the code would have come too late"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try to send one notice to one address."""

    held: Leased
    notice: Notice
    recipient: Recipient | None


async def send_notices(group: Sequence[Leased], app: App) -> None:
    """Send what is due on one channel: one after the other, so that a mail server is not flooded.

    Browsers are told several at a time: each has its own push service, and one that hangs holds up no other.
    """
    channel = app.channels.get(group[0].action.lane.partition(":")[2]) if group else None
    at_once = channel.at_once if isinstance(channel, PushChannel) else 1
    for start in range(0, len(group), at_once):
        some = group[start : start + at_once]
        ended = await asyncio.gather(*(_send_or_put_off(held, app) for held in some), return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error


async def _send_or_put_off(held: Leased, app: App) -> None:
    try:
        await _send(held, app)
    except TemplateError as error:
        log.exception("notice_without_words", notice=held.action.payload["notice"])
        await put_off([held], app, error)


async def _send(held: Leased, app: App) -> None:
    notice = await app.store.notice(held.action.payload["notice"])
    channel = app.channels.get(notice.channel) if notice else None
    if notice is None or channel is None:
        await put_off([held], app, RuntimeError("the notice's channel is gone"))
        return
    wanting = await _wanting(held, notice, app)
    if len(wanting) > 1:
        await _spread(held, wanting, app)
        return
    one = Try(held=held, notice=notice, recipient=wanting[0] if wanting else None)
    now = app.clock.now()
    if one.recipient is None:
        await _skip(one, NOBODY, app)
        return
    if notice.template == PASSCODE and now - notice.created_at > _code_length(app):
        await _skip(one, TOO_LATE, app)
        return
    until = None if notice.template in ASKED_JUST_NOW else quiet_until(one.recipient.quiet, now)
    if until is not None:
        await _wait(one, until, app)
        return
    speak(tongue(_language(one, app)))  # channels add words of their own: how to end it
    message = await _message(one, app)
    if isinstance(channel, TextChannel) and (
        why := await why_unpaid(notice, one.recipient, message, channel, app)
    ):
        await _skip(one, why, app)
        return
    keyed = replace(notice, key=f"{notice.key}:{digest(one.recipient.address)[:16]}")
    result = await channel.send(keyed, message, one.recipient)
    await _write(one, _attempt(one, result, now), _outcome(one, result, now), app, message, result=result)
    app.tally.count("notices", channel=notice.channel, outcome=result.outcome.value)


async def _spread(held: Leased, recipients: Sequence[Recipient], app: App) -> None:
    """Several want it: each address gets work of its own, and this one is done.

    Work that stayed with the first of them would go to the next one when that one has left meanwhile.
    """
    now, action = app.clock.now(), held.action
    marks = dict.fromkeys(digest(one.address) for one in recipients)
    each = [
        replace(
            action,
            key=f"{action.key}:{mark[:16]}",
            due_at=now,
            payload={"notice": action.payload["notice"], "to": mark},
        )
        for mark in marks
    ]
    async with app.store.transaction() as tx:
        await app.work.add(tx, each)
        await finish(tx, held, Outcome(done=True), now, app)
    app.live.publish(["work"])


async def _wait(one: Try, until: datetime, app: App) -> None:
    """They sleep: it goes out afterwards."""
    now = app.clock.now()
    async with app.store.transaction() as tx:
        await finish(tx, one.held, Outcome(next_due_at=until), now, app)


async def _skip(one: Try, why: str, app: App) -> None:
    """It is not sent, and not tried again."""
    skipped = Attempt(
        notice_key=one.notice.key,
        at=app.clock.now(),
        number=one.held.attempts + 1,
        outcome="skipped",
        detail=why,
    )
    await _write(one, skipped, Outcome(done=True), app)


async def _wanting(held: Leased, notice: Notice, app: App) -> list[Recipient]:
    """Consent may have ended since the notice was decided: only who wants it now is told."""
    found = await _recipients(notice, app)
    wanted = held.action.payload.get("to")
    return found if wanted is None else [one for one in found if digest(one.address) == wanted][:1]


async def _recipients(notice: Notice, app: App) -> list[Recipient]:
    if notice.channel == INBOX:
        return [Recipient(address=notice.shop_id, language=app.settings.language)]
    if notice.template == PASSCODE:
        return await _contact_on_file(notice, app)
    if notice.template == MY_ORDERS:
        return await _contact_on_file(notice, app) + await _subscribed(notice, app)
    if notice.audience is Audience.SELLER and notice.channel != MAIL:
        return []
    if notice.audience is Audience.SELLER:
        return [Recipient(address=to, language=app.settings.language) for to in app.settings.mail.seller_to]
    return await _subscribed(notice, app)


async def _subscribed(notice: Notice, app: App) -> list[Recipient]:
    """Who wants news of this order by this channel now."""
    return [
        Recipient(address=one.address, language=one.language or app.settings.language, quiet=one.quiet)
        for one in await app.store.subscriptions(notice.shop_id, notice.order_number)
        if one.channel == notice.channel
        and one.ended_at is None
        and (is_problem(notice) or not one.only_problems)
    ]


async def _contact_on_file(notice: Notice, app: App) -> list[Recipient]:
    """Whom the order goes to, as it says itself: nobody typed this address into a form of ours."""
    row = await app.store.order(notice.order_number, [notice.shop_id])
    contact = await app.store.contact(notice.shop_id, notice.order_number)
    channel = app.channels.get(notice.channel)
    address = contact.email if notice.channel == MAIL else None
    if isinstance(channel, TextChannel) and row is not None and contact.phone:
        address = channel.number_of(contact.phone, row.facts.destination.country)
    return [Recipient(address=address, language=app.settings.language)] if address else []


async def _message(one: Try, app: App) -> Message:
    notice, base = one.notice, public_url(app)
    links = Links(order=f"{base}/console/{_page_about(notice)}")
    if notice.template == PASSCODE:
        notice = await _with_code(notice, app)
        links = Links(order=f"{base}/orders/{quote(notice.order_number, safe='')}/passcode")
    elif notice.template == MY_ORDERS and one.recipient is not None:
        until = app.clock.now() + MINE_LENGTH * max(1.0, app.clock.rate)
        async with app.store.transaction() as tx:
            token = await new_contact_link(tx, address=one.recipient.address, until=until)
        links = Links(order=f"{base}/mine/{token}")
    elif notice.audience is Audience.BUYER:
        async with app.store.transaction() as tx:
            token = await new_link(
                tx,
                shop_id=notice.shop_id,
                order_number=notice.order_number,
                view=View.TOWN,
                now=app.clock.now(),
            )
        links = Links(order=f"{base}/t/{token}", unsubscribe=f"{base}/u/{token}{_whose(one, app)}")
    language = _language(one, app)
    zone = await _zone_of_door(notice, app)
    name, head = await letterhead(notice, app)
    told = with_reason(notice, language)
    picture = await app.paint(app, notice) if _has_room_for_a_map(notice) else None
    return render(
        told, links, shop_name=name, language=language, zone=zone, head=replace(head, picture=picture)
    )


def _has_room_for_a_map(notice: Notice) -> bool:
    """Mails to buyers about a parcel."""
    is_about_a_parcel = notice.shipment_id is not None
    return notice.channel == MAIL and notice.audience is Audience.BUYER and is_about_a_parcel


def _language(one: Try, app: App) -> str:
    """Of the page that asked for it, else of whoever is told."""
    known = one.recipient.language if one.recipient else app.settings.language
    return one.notice.facts.get(LANGUAGE) or known


def with_reason(notice: Notice, language: str) -> Notice:
    """Why a forecast moved, in the reader's language: what was kept with the notice is English."""
    basis = read_basis(notice.facts.get("basis", ""))
    if basis is None:
        return notice
    with speaking(tongue(language)):
        return replace(notice, facts={**notice.facts, "why": sentence(basis.why, basis)})


def _whose(one: Try, app: App) -> str:
    """A browser that wants no more ends itself alone; a link in a mail ends the mails."""
    if one.recipient is None or not isinstance(app.channels.get(one.notice.channel), PushChannel):
        return ""
    return f"?browser={browser_mark(one.recipient.address)}"


async def _with_code(notice: Notice, app: App) -> Notice:
    """For the message alone: the code itself is kept nowhere."""
    async with app.store.transaction() as tx:
        code = await new_passcode(
            tx,
            shop_id=notice.shop_id,
            order_number=notice.order_number,
            until=app.clock.now() + _code_length(app),
        )
    return replace(notice, facts={**notice.facts, "code": code})


def _code_length(app: App) -> timedelta:
    """Ten minutes for the reader, also where the world's minutes pass faster."""
    return PASSCODE_LENGTH * max(1.0, app.clock.rate)


def _page_about(notice: Notice) -> str:
    """The console page a seller's notice leads to."""
    endpoint = notice.facts.get("endpoint")
    if notice.template in PAGES_ABOUT:
        return PAGES_ABOUT[notice.template]
    if not endpoint and not notice.order_number:
        return "inbox"
    return f"webhooks/{endpoint}" if endpoint else f"orders/{quote(notice.order_number, safe='')}"


async def _zone_of_door(notice: Notice, app: App) -> str | None:
    """The zone where the parcel goes, in which a buyer reads times; None when it is not known."""
    row = await app.store.order(notice.order_number, [notice.shop_id])
    if row is None:
        return None
    to = row.facts.destination
    located = app.gazetteer.locate(RawPlace(city=to.city, region=to.region, country=to.country))
    return located.zone if located else None


def public_url(app: App) -> str:
    """The address people see, without a slash at its end."""
    web = app.settings.web
    return (web.public_url or f"http://{web.host}:{web.port}").rstrip("/")


def _attempt(one: Try, result: SendResult, now: datetime) -> Attempt:
    outcome = {Sent.SENT: "sent", Sent.REFUSED: "skipped" if result.gone else "dead"}.get(
        result.outcome, "retry"
    )
    if outcome == "retry" and _again(one, result, now) is None:
        outcome = "dead"
    return Attempt(
        notice_key=one.notice.key,
        at=now,
        number=one.held.attempts + 1,
        outcome=outcome,
        detail=result.detail,
        message_id=result.message_id,
    )


def _outcome(one: Try, result: SendResult, now: datetime) -> Outcome:
    """Done, again on the schedule, or dead where a person looks."""
    if result.outcome is Sent.SENT or result.gone:
        return Outcome(done=True)
    if result.outcome is Sent.REFUSED:
        return Outcome(counts_as_failure=True, error=result.detail)
    return Outcome(next_due_at=_again(one, result, now), counts_as_failure=True, error=result.detail)


def _again(one: Try, result: SendResult, now: datetime) -> datetime | None:
    return next_try(one.held.attempts + 1, one.notice.key, now, retry_after_s=result.retry_after_s)


async def _write(
    one: Try,
    attempt: Attempt,
    outcome: Outcome,
    app: App,
    message: Message | None = None,
    *,
    result: SendResult | None = None,
) -> None:
    """The try, what follows from it, and the inbox entry become durable together."""
    now = app.clock.now()
    over = await _over(one, app) if result is not None and result.gone else []
    async with app.store.transaction() as tx:
        await tx.add_attempt(attempt)
        if result is not None and result.opted_out and one.recipient is not None:
            await tx.opt_out(one.recipient.address, now)
        for subscription in over:
            await tx.put_subscription(replace(subscription, ended_at=now))
        if one.notice.channel == INBOX and message is not None:
            await tx.put_inbox(one.notice, message.subject, message.text, now)
        await finish(tx, one.held, outcome, now, app)


async def _over(one: Try, app: App) -> list[Subscription]:
    """What this address asked for of this order, now that nobody is there any more."""
    notice = one.notice
    return [
        found
        for found in await app.store.subscriptions(notice.shop_id, notice.order_number)
        if one.recipient is not None
        and (found.channel, found.address) == (notice.channel, one.recipient.address)
        and found.ended_at is None
    ]
