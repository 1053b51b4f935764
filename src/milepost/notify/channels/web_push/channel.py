"""Hands one notification to one browser's push service: sealed, signed, replaced by whatever is newer."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from milepost.model.notices import Message, Notice, Recipient
from milepost.model.setting import SettingsError
from milepost.notify.channels.web_push.browser import Browser, BrowserError, armored, browser_of
from milepost.notify.channels.web_push.sealing import PLAIN_BYTES_MAX, sealed
from milepost.notify.channels.web_push.vapid import Sender, sender_of
from milepost.notify.webhooks.address import AddressError, Target
from milepost.notify.webhooks.poster import HttpPoster
from milepost.ports.notify import SendResult, Sent
from milepost.ports.webhooks import Posted, Verdict
from milepost.settings import Settings, Webhooks, WebPush
from milepost.tongues.catalogs import tongue
from milepost.tongues.speech import mark, say, speaking

AT_ONCE = 8
HOUR_S = 3_600
KEPT_S = 48 * HOUR_S
"""How long a push service keeps it for a browser that sleeps; older news is history (`OLDEST_NEWS`)."""

SHORT_LIVED = frozenset({"out_for_delivery", "available_for_pickup", "attempted", "confirmation"})
SHORT_S = 12 * HOUR_S
"""What is about today says nothing tomorrow."""

CAN_WAIT = frozenset({"promise_later", "confirmation"})
"""A phone in a pocket need not wake up for it (RFC 8030, Urgency)."""

TOPIC_LENGTH = 32
"""RFC 8030. A push service reads a message's topic. Without our key it says nothing: not which order it is,
nor which other browsers are told of it."""

TEXT_LENGTH_MAX = 300
NOT_THERE = frozenset({404, 410})
NEVER = frozenset({400, 413})
TAKEN = "taken by the push service"
STOP_WORDS = mark("No more of these")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class WebPushChannel:
    """RFC 8030 over HTTP/1.1, by the guarded line of webhooks: a browser's address is a stranger's word."""

    key = "web_push"
    at_once = AT_ONCE

    def __init__(
        self, settings: WebPush, key_file: Path, public_url: str, *, outside: HttpPoster | None = None
    ) -> None:
        """`outside` replaces the line to public machines (tests). Raises SettingsError."""
        self._settings = settings
        self._key_file = key_file
        self._outside = outside or HttpPoster(Webhooks())
        self._inside = HttpPoster(Webhooks(allow_private=True))
        if self.is_configured:
            _check(settings, public_url)

    @property
    def is_configured(self) -> bool:
        """Whether somebody can be written to about our messages; push services ask for that."""
        return bool(self._settings.contact)

    def application_key(self) -> str:
        """Our public key, as browsers take it."""
        return self._sender.public_key

    def why_unreachable(self, address: str) -> str | None:
        """Why nothing is sent there, or None."""
        try:
            self._way_to(browser_of(address))
        except (BrowserError, AddressError) as error:
            return str(error).removeprefix("url: ")
        return None

    async def send(self, notice: Notice, message: Message, recipient: Recipient) -> SendResult:
        """One try. Whoever gets it twice sees it once: it has the same tag and id."""
        if not self.is_configured:
            return SendResult(outcome=Sent.REFUSED, detail="no contact is set (web_push.contact)")
        try:
            browser = browser_of(recipient.address)
            line, target = self._way_to(browser)
        except (BrowserError, AddressError):
            return SendResult(outcome=Sent.REFUSED, detail="its push service is none we send to", gone=True)
        now = datetime.now(UTC)  # push services live in the real world, whatever world we follow
        body = sealed(_told(notice, message, recipient.language), browser)
        posted = await line.hand_over(target, body, self._headers(notice, recipient, target, now), now)
        return _result(posted, _id(notice))

    async def close(self) -> None:
        """Hang up."""
        await self._outside.close()
        await self._inside.close()

    @property
    def _sender(self) -> Sender:
        return sender_of(self._key_file, self._settings.contact)

    def _way_to(self, browser: Browser) -> tuple[HttpPoster, Target]:
        """The line that reaches it. Raises AddressError."""
        inside = browser.target(may_be_private=True)  # whatever cannot be read is refused here, in words
        netloc = urlsplit(browser.url).netloc
        if netloc in self._settings.services and ":" in netloc:
            return self._inside, inside
        target = browser.target(may_be_private=False)
        if self._settings.services and not any(_covers(one, target.host) for one in self._settings.services):
            raise AddressError("this browser's push service is none we send to (web_push.services)")
        return self._outside, target

    def _headers(self, notice: Notice, recipient: Recipient, target: Target, now: datetime) -> dict[str, str]:
        usual = {"https": 443, "http": 80}[target.scheme] == target.port
        host = f"[{target.host}]" if ":" in target.host else target.host
        origin = f"{target.scheme}://{host}" + ("" if usual else f":{target.port}")
        return {
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "Authorization": self._sender.authorization(origin, now),
            "TTL": str(SHORT_S if notice.template in SHORT_LIVED else KEPT_S),
            "Topic": self._sender.blinded(f"{_tag(notice)} {recipient.address}")[:TOPIC_LENGTH],
            "Urgency": "normal" if notice.template in CAN_WAIT else "high",
        }


def _told(notice: Notice, message: Message, language: str) -> bytes:
    """What the page's worker shows. A lock screen is read by whoever walks past: the shop and what happened.

    No name, no address, no order number, no item. Links are in it, and shown to nobody before a tap.
    """
    with speaking(tongue(language)):
        stop_words = say(STOP_WORDS)
    told = {
        "id": _id(notice),
        "tag": _tag(notice),
        "title": message.shop_name or "Milepost",
        "body": message.short[:TEXT_LENGTH_MAX],
        "url": message.link,
        "stop": message.unsubscribe_url,
        "stop_words": stop_words,
    }
    said = msgspec.json.encode(told)
    return said if len(said) <= PLAIN_BYTES_MAX else msgspec.json.encode({**told, "title": "Milepost"})


def _id(notice: Notice) -> str:
    """One per notice and browser: what comes again under it is the same."""
    return armored(hashlib.sha256(notice.key.encode()).digest())[:TOPIC_LENGTH]


def _tag(notice: Notice) -> str:
    """One per order: the newest replaces what a browser shows. It is sealed, for that browser alone."""
    about = f"{notice.shop_id}\x1f{notice.order_number}"
    return armored(hashlib.sha256(about.encode()).digest())[:TOPIC_LENGTH]


def _result(posted: Posted, message_id: str) -> SendResult:
    if posted.verdict is Verdict.TAKEN:
        return SendResult(outcome=Sent.SENT, detail=TAKEN, message_id=message_id)
    if posted.status in NOT_THERE:
        return SendResult(outcome=Sent.REFUSED, detail="the browser wants no more of them", gone=True)
    detail = f"the push service {posted.detail}" if posted.status else posted.detail
    if posted.status in NEVER:
        return SendResult(outcome=Sent.REFUSED, detail=detail)
    outcome = Sent.RETRY if posted.status or not posted.was_stuck else Sent.UNCERTAIN
    return SendResult(outcome=outcome, detail=detail, retry_after_s=posted.retry_after_s)


def _covers(service: str, host: str) -> bool:
    return host.endswith(service[1:]) if service.startswith("*.") else host == service


def _check(settings: WebPush, public_url: str) -> None:
    if not settings.contact.startswith(("mailto:", "https://")) or len(settings.contact) < len("mailto:a@b"):
        raise SettingsError(
            f"web_push.contact: {settings.contact!r} is neither `mailto:name@host` nor `https://…`"
        )
    parts = urlsplit(public_url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise SettingsError(
            "web_push.contact: browsers take notifications only where web.public_url is https://"
        )


def build(settings: Settings) -> WebPushChannel:
    """The channel for these settings. Raises SettingsError."""
    return WebPushChannel(settings.web_push, Path(settings.store.key_file), settings.web.public_url)
