"""Hands one e-mail to the operator's SMTP server, once, and says what became of it."""

import asyncio
import contextlib
import re
import ssl
from email.headerregistry import Address
from ipaddress import ip_address

import aiosmtplib

from milepost.model.notices import Message, Notice, Recipient
from milepost.model.setting import SettingsError
from milepost.notify.channels.email.letter import AddressError, letter, mailbox
from milepost.ports.notify import SendResult, Sent
from milepost.settings import Mail, Settings

CONNECT_S_MAX = 20.0
SEND_S_MAX = 60.0
TLS_MODES = ("starttls", "tls", "none")
_ENHANCED = re.compile(r"\d\.\d{1,3}\.\d{1,3}\b")


class EmailChannel:
    """SMTP with TLS always checked; a server that offers none is not talked to (except on this machine)."""

    key = "email"

    def __init__(self, mail: Mail, tls_context: ssl.SSLContext | None = None) -> None:
        """`tls_context` replaces the system's certificates (tests). Raises SettingsError."""
        self._mail = mail
        self._tls_context = tls_context
        if self.is_configured:
            self._sender = _checked(mail)

    @property
    def is_configured(self) -> bool:
        """Whether there is a server to hand mail to."""
        return bool(self._mail.host)

    async def send(self, notice: Notice, message: Message, recipient: Recipient) -> SendResult:
        """One try. 4xx and outages are `retry`, 5xx `refused`, a line lost after DATA `uncertain`."""
        if not self.is_configured:
            return SendResult(outcome=Sent.REFUSED, detail="no mail server is set (mail.host)")
        try:
            to = mailbox(recipient.address)
        except AddressError as error:
            return SendResult(outcome=Sent.REFUSED, detail=str(error))
        mail = letter(notice, message, sender=self._sender, to=to)
        hand_over = _HandOver(self._server(), self._mail, self._sender, to)
        return await hand_over.carry(mail.as_bytes(), str(mail["Message-ID"]))

    def _server(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._mail.host,
            port=self._mail.port,
            local_hostname=self._sender.domain,  # ours need not resolve, and asking DNS would block
            timeout=CONNECT_S_MAX,
            use_tls=self._mail.tls == "tls",
            start_tls=self._mail.tls == "starttls",
            tls_context=self._tls_context,
        )


class _HandOver:
    """One conversation with the server; `step` is how far it came."""

    def __init__(self, server: aiosmtplib.SMTP, mail: Mail, sender: Address, to: Address) -> None:
        self._server, self._mail, self._sender, self._to = server, mail, sender, to
        self._step = "connecting"

    async def carry(self, body: bytes, message_id: str) -> SendResult:
        """The whole conversation, in bounded time."""
        try:
            async with asyncio.timeout(SEND_S_MAX):
                await self._talk(body)
        except aiosmtplib.SMTPResponseException as error:
            return self._answered(error.code, error.message)
        except aiosmtplib.SMTPNotSupported:
            return SendResult(outcome=Sent.RETRY, detail=f"the server lacks what {self._step} needs")
        except ssl.SSLCertVerificationError:
            return SendResult(outcome=Sent.RETRY, detail="the server's certificate is not valid for its name")
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return self._lost(error, message_id)
        finally:
            self._server.close()
        return SendResult(outcome=Sent.SENT, detail="taken by the mail server", message_id=message_id)

    async def _talk(self, body: bytes) -> None:
        await self._server.connect()
        if self._mail.username:
            self._step = "signing in"
            await self._server.login(self._mail.username, self._mail.password)
        self._step = "naming the sender"
        options = self._options()
        await self._server.mail(self._sender.addr_spec, options=options, encoding="utf-8")
        self._step = "naming the receiver"
        await self._server.rcpt(self._to.addr_spec, encoding="utf-8")
        self._step = "handing over"
        await self._server.data(body)
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # it is taken; goodbye is only polite
            await self._server.quit()

    def _options(self) -> list[str]:
        if self._to.addr_spec.isascii() and self._sender.addr_spec.isascii():
            return []
        if not self._server.supports_extension("smtputf8"):
            raise aiosmtplib.SMTPNotSupported("an address with letters outside ASCII")
        return ["SMTPUTF8", "BODY=8BITMIME"]

    def _answered(self, code: int, text: str) -> SendResult:
        """The server said no. Its words may repeat the address, so only its numbers are kept."""
        enhanced = _ENHANCED.match(text.strip())
        detail = f"the server said {code} {enhanced[0] if enhanced else ''}".strip() + f" when {self._step}"
        is_about_us = self._step in ("connecting", "signing in")
        is_final = code >= 500 and not is_about_us
        return SendResult(outcome=Sent.REFUSED if is_final else Sent.RETRY, detail=detail)

    def _lost(self, error: Exception, message_id: str) -> SendResult:
        what = "time ran out" if isinstance(error, TimeoutError) else "the line was lost"
        if self._step == "handing over":
            return SendResult(
                outcome=Sent.UNCERTAIN,
                detail=f"{what} after the message was given away",
                message_id=message_id,
            )
        return SendResult(outcome=Sent.RETRY, detail=f"{what} when {self._step}")


def _checked(mail: Mail) -> Address:
    """The sender, once the settings are known to be usable."""
    if mail.tls not in TLS_MODES:
        raise SettingsError(f"mail.tls: {mail.tls!r} is not one of {', '.join(TLS_MODES)}")
    if mail.tls == "none" and not _is_this_machine(mail.host):
        raise SettingsError(
            f"mail.tls: `none` is only for a server on this machine, not {mail.host}; use `starttls` or `tls`"
        )
    if not 0 < mail.port < 65536:
        raise SettingsError(f"mail.port: {mail.port} is not a port; 587 (starttls) and 465 (tls) are usual")
    try:
        return mailbox(mail.sender)
    except AddressError as error:
        raise SettingsError(f"mail.sender: {error}; write it as `Name <name@host>` or `name@host`") from error


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def build(settings: Settings) -> EmailChannel:
    """The channel for these settings. Raises SettingsError."""
    return EmailChannel(settings.mail)
