"""Hands one text message to the provider, once, under a key by which it knows a repeat."""

import asyncio
import hashlib
import ssl
from functools import cache
from urllib.parse import urlsplit

import httpx
import msgspec

from milepost.model.notices import Message, Notice, Recipient
from milepost.model.reports import Refusal
from milepost.model.setting import SettingsError
from milepost.notify.channels.sms import callbacks
from milepost.notify.channels.sms.numbers import country_of, e164
from milepost.notify.channels.sms.words import compose, segments
from milepost.ports.notify import Callback, Fare, SendResult, Sent
from milepost.settings import Settings, Sms

TIMEOUT_S = 20.0
ANSWER_BYTES_MAX = 64_000
KEY_HEADER = "I-Twilio-Idempotency-Token"
STATUS_PATH = "/hooks/sms/status"
MICROS = 1_000_000
RETRY_AFTER_S_MAX = 86_400.0
OPTED_OUT = 21610
"""The provider's code for a number that sent STOP."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class _Told(msgspec.Struct):
    """What we read of the provider's answer."""

    sid: str | None = None
    code: int | None = None


class SmsChannel:
    """`POST /2010-04-01/Accounts/{sid}/Messages.json`, form-encoded, with basic authentication."""

    key = "sms"

    def __init__(self, sms: Sms, public_url: str) -> None:
        """`public_url` is where the provider tells a message's fate. Raises SettingsError."""
        self._sms = sms
        self._callback_url = f"{public_url.rstrip('/')}{STATUS_PATH}" if public_url else ""
        self._prices = {country.upper(): price for country, price in sms.prices.items()}
        if self.is_configured:
            _check(sms)

    @property
    def is_configured(self) -> bool:
        """Whether there is an account to send with."""
        return bool(self._sms.account_sid)

    def number_of(self, text: str, country: str) -> str | None:
        """A typed number as E.164; without country code it is one of `country`."""
        return e164(text, country)

    def why_not(self, number: str) -> str | None:
        """Why nothing is sent to this number, or None."""
        country = country_of(number)
        if country is None:
            return "the number rings in no country we know"
        return None if country in self._prices else f"no text messages to {country} (sms.prices)"

    def fare(self, message: Message, recipient: Recipient) -> Fare:
        """What it costs by our own count of segments."""
        price = self._prices[country_of(recipient.address) or ""]
        return Fare(
            number=recipient.address,
            micros=round(price * MICROS) * segments(_text(message)),
            day_micros_max=round(self._sms.day_money * MICROS),
            per_number_max=self._sms.per_number_per_day,
        )

    async def send(self, notice: Notice, message: Message, recipient: Recipient) -> SendResult:
        """One try. `notice.key` is the idempotency key: a repeat is the same message to the provider."""
        if not self.is_configured:
            return SendResult(outcome=Sent.REFUSED, detail="no account is set (sms.account_sid)")
        if why := self.why_not(recipient.address):
            return SendResult(outcome=Sent.REFUSED, detail=why)
        key = hashlib.sha256(notice.key.encode()).hexdigest()
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_S, verify=_trusted()) as http,
                http.stream(
                    "POST",
                    f"{self._sms.url.rstrip('/')}/2010-04-01/Accounts/{self._sms.account_sid}/Messages.json",
                    data=self._form(message, recipient),
                    headers={KEY_HEADER: key},
                    auth=(self._sms.account_sid, self._sms.auth_token),
                ) as answer,
            ):
                return _read(answer, await _body(answer))
        except (httpx.ConnectError, httpx.ConnectTimeout):
            return SendResult(outcome=Sent.RETRY, detail="the provider does not answer")
        except (httpx.HTTPError, TimeoutError):
            return SendResult(outcome=Sent.UNCERTAIN, detail="the line was lost; repeated under the same key")

    def read_callback(self, url: str, body: bytes, signature: str) -> Callback | Refusal:
        """A call of the provider to `url`, checked by its signature."""
        return callbacks.read(
            url, body, signature, auth_token=self._sms.auth_token, account_sid=self._sms.account_sid
        )

    def _form(self, message: Message, recipient: Recipient) -> dict[str, str]:
        form = {"To": recipient.address, "Body": _text(message)}
        form["MessagingServiceSid" if self._sms.sender.startswith("MG") else "From"] = self._sms.sender
        if self._callback_url.startswith("http"):
            form["StatusCallback"] = self._callback_url
        return form


def _text(message: Message) -> str:
    return compose(message.shop_name, message.short, message.link)


async def _body(answer: httpx.Response) -> bytes:
    parts, size = [], 0
    async for part in answer.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size >= ANSWER_BYTES_MAX:
            break
    return b"".join(parts)[:ANSWER_BYTES_MAX]


def _read(answer: httpx.Response, body: bytes) -> SendResult:
    """201 is yes. Our own keys, pace and outages are for later; a wrong number is for never."""
    try:
        told = msgspec.json.decode(body, type=_Told)
    except (msgspec.DecodeError, UnicodeDecodeError):
        told = _Told()
    if answer.is_success:
        return SendResult(outcome=Sent.SENT, detail="taken by the provider", message_id=told.sid or "")
    detail = f"the provider said {answer.status_code}" + (f", code {told.code}" if told.code else "")
    if told.code == OPTED_OUT:
        return SendResult(outcome=Sent.REFUSED, detail="the number wants no messages (STOP)", opted_out=True)
    if answer.status_code in (401, 403, 408, 429) or answer.status_code >= 500 or answer.is_redirect:
        return SendResult(outcome=Sent.RETRY, detail=detail, retry_after_s=_retry_after(answer))
    return SendResult(outcome=Sent.REFUSED, detail=detail)


def _retry_after(answer: httpx.Response) -> float | None:
    text = answer.headers.get("retry-after", "").strip()
    return min(float(text), RETRY_AFTER_S_MAX) if text.isascii() and text.isdigit() else None


def _check(sms: Sms) -> None:
    parts = urlsplit(sms.url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise SettingsError("sms.url: it must begin with https:// (http:// only for this machine)")
    if not sms.auth_token:
        raise SettingsError("sms.auth_token: it is missing; it stands beside the account SID at the provider")
    if not sms.sender.startswith("MG") and e164(sms.sender) is None:
        raise SettingsError(f"sms.sender: {sms.sender!r} is neither a number as +… nor a service (MG…)")
    if not sms.prices:
        raise SettingsError("sms.prices: name at least one country, e.g. `US = 0.0083`")
    for country, price in sms.prices.items():
        if len(country) != 2 or not country.isalpha() or not 0 < price <= 10:
            raise SettingsError(f"sms.prices: {country} = {price} is not a country and a price up to 10")
    if sms.day_money < 0 or sms.per_number_per_day < 1:
        raise SettingsError("sms.day_money: it cannot be negative, and sms.per_number_per_day not under 1")


def build(settings: Settings) -> SmsChannel:
    """The channel for these settings. Raises SettingsError."""
    return SmsChannel(settings.sms, settings.web.public_url)


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we trust over https: reading it in takes as long as fifty messages, so it is done once."""
    return httpx.create_ssl_context()
