"""Reads a mailbox over IMAP: only looks, so that no mail is marked, moved or deleted."""

import asyncio
import hashlib
import imaplib
import re
import ssl
from collections.abc import Iterable
from datetime import date
from ipaddress import ip_address
from typing import Any

from milepost.model.setting import SettingsError
from milepost.ports.mailbox import Mails, Seen
from milepost.ports.sources import AccessError, SourceError
from milepost.settings import Mailbox as MailboxSettings

MAILS_MAX = 100
"""Of one look; what is left is read by the next one."""

BYTES_MAX = 2_000_000
TIMEOUT_S = 20.0
TLS_MODES = ("tls", "starttls", "none")
MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)  # RFC 3501, in English

_SIZE = re.compile(rb"UID (\d+)\b.*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+)\b.*?UID (\d+)", re.DOTALL)


class ImapMailbox:
    """Fills ports.mailbox.Mailbox. TLS is always checked, except for a server on this machine."""

    def __init__(self, told: MailboxSettings, context: ssl.SSLContext | None = None) -> None:
        """`context` replaces the system's certificates (tests). Raises SettingsError."""
        self._told = told
        self._context = context
        if told.host and told.tls not in TLS_MODES:
            raise SettingsError(f"mailbox.tls: {told.tls!r}; write one of {', '.join(TLS_MODES)}")
        if told.host and told.tls == "none" and not _is_here(told.host):
            raise SettingsError(
                "mailbox.tls: `none` is only for a server on this machine; write tls or starttls"
            )

    @property
    def is_configured(self) -> bool:
        """Whether there is a mailbox to read."""
        return bool(self._told.host)

    @property
    def key(self) -> str:
        """The same for the same folder of the same account."""
        told = f"{self._told.host}\n{self._told.username}\n{self._told.folder}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    async def read(self, seen: Seen | None, since: date) -> Mails:
        """Raises SourceError or AccessError, whose text names no address and no password."""
        return await asyncio.to_thread(self._read, seen, since)

    def _read(self, seen: Seen | None, since: date) -> Mails:
        try:
            connection = self._connected()
        except ssl.SSLCertVerificationError as error:
            raise SourceError("mailbox.host: its certificate is not trusted: check host and port") from error
        except (OSError, imaplib.IMAP4.error) as error:
            raise SourceError(f"mailbox.host cannot be reached ({type(error).__name__})") from error
        try:
            self._enter(connection)
            return self._mails(connection, seen, since)
        except (OSError, imaplib.IMAP4.error, ValueError, IndexError, TypeError) as error:
            raise SourceError(f"the mailbox could not be read ({type(error).__name__})") from error
        finally:
            _leave(connection)

    def _connected(self) -> imaplib.IMAP4:
        told, context = self._told, self._context or ssl.create_default_context()
        if told.tls == "tls":
            return imaplib.IMAP4_SSL(told.host, told.port, ssl_context=context, timeout=TIMEOUT_S)
        connection = imaplib.IMAP4(told.host, told.port, timeout=TIMEOUT_S)
        if told.tls == "starttls":
            connection.starttls(ssl_context=context)
        return connection

    def _enter(self, connection: imaplib.IMAP4) -> None:
        """Raises AccessError."""
        try:
            connection.login(self._told.username, self._told.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise AccessError(
                "the mailbox refuses us: check mailbox.username and mailbox.password"
            ) from error

    def _mails(self, connection: imaplib.IMAP4, seen: Seen | None, since: date) -> Mails:
        name = self._told.folder.replace("\\", "\\\\").replace('"', '\\"')
        answer, _ = connection.select(f'"{name}"', readonly=True)
        if answer != "OK":
            raise AccessError(f"the mailbox has no folder {self._told.folder!r}: check mailbox.folder")
        validity = int(connection.response("UIDVALIDITY")[1][0])
        after = seen.uid if seen is not None and seen.validity == validity else 0
        uids = sorted(uid for uid in self._search(connection, after, since) if uid > after)[:MAILS_MAX]
        sizes = _sizes(connection, uids)
        bodies = [_body(connection, uid) if sizes.get(uid, 0) <= BYTES_MAX else None for uid in uids]
        return Mails(bodies=bodies, seen=Seen(validity, uids[-1] if uids else after))

    def _search(self, connection: imaplib.IMAP4, after: int, since: date) -> Iterable[int]:
        day = f"{since.day:02}-{MONTHS[since.month - 1]}-{since.year}"
        words = ("UID", f"{after + 1}:*") if after else ("SINCE", day)
        _, data = connection.uid("SEARCH", *words)
        return [int(word) for line in data if isinstance(line, bytes) for word in line.split()]


def _sizes(connection: imaplib.IMAP4, uids: list[int]) -> dict[int, int]:
    if not uids:
        return {}
    _, data = connection.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
    found = (_SIZE.search(line) for line in data if isinstance(line, bytes))
    return {int(one[1] or one[4]): int(one[2] or one[3]) for one in found if one}


def _body(connection: imaplib.IMAP4, uid: int) -> bytes | None:
    """Peeked at, so that it stays unread; never more of it than we read."""
    _, data = connection.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{BYTES_MAX + 1}>)")
    body: Any = next((part[1] for part in data if isinstance(part, tuple) and len(part) > 1), None)
    return body if isinstance(body, bytes) and len(body) <= BYTES_MAX else None


def _leave(connection: imaplib.IMAP4) -> None:
    try:
        connection.logout()
    except (OSError, imaplib.IMAP4.error):
        connection.shutdown()


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
