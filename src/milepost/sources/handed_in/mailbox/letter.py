"""What a mail says, as plain text: nothing in it is run or fetched, and attachments stay shut."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

BODY_BYTES_MAX = 2_000_000
PARTS_MAX = 50
DEPTH_MAX = 20
"""How often a mail may say that parts follow; newsletters do four times."""

RULES_MAX = 2_000
"""Lines that begin like the rule between two parts."""

HEADER_LENGTH_MAX = 1_000
SHAPING = ("content-type", "content-disposition", "content-transfer-encoding")
TEXT_LENGTH_MAX = 100_000
LINKS_MAX = 100
SILENT = frozenset({"script", "style", "head", "template", "noscript", "svg", "object", "iframe"})
"""What nobody reads."""

BLOCKS = frozenset({"p", "div", "br", "td", "tr", "li", "h1", "h2", "h3", "table"})


class LetterError(ValueError):
    """A mail that cannot be read; the text says why and quotes nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail, read."""

    sent_at: datetime | None
    text: str  # subject and body
    links: tuple[str, ...]
    had_script: bool = False  # it was left out


def read_letter(body: bytes) -> Letter:
    """Raises LetterError."""
    if len(body) > BODY_BYTES_MAX:
        raise LetterError(f"the mail has {len(body):,} bytes; {BODY_BYTES_MAX:,} is the most")
    try:
        _check_shape(body)
        mail = message_from_bytes(body)  # the old policy: the new one takes minutes for one long header
        sent_at = _sent_at(mail)
        texts, links, scripts = [_header(mail, "subject")], list[str](), 0
        for part in _readable(mail):
            text, found, had = _words(part)
            texts.append(text[:TEXT_LENGTH_MAX])
            links += found
            scripts += had
    except (
        RecursionError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        IndexError,
        KeyError,
    ) as error:
        raise LetterError(f"the mail is malformed ({type(error).__name__})") from error
    return Letter(
        sent_at=sent_at,
        text="\n".join(texts)[:TEXT_LENGTH_MAX],
        links=tuple(links[:LINKS_MAX]),
        had_script=scripts > 0,
    )


def _check_shape(body: bytes) -> None:
    """Before it is taken apart: that takes the square of how deep its parts are nested. Raises ValueError."""
    plain = body.lower()
    deep = max(plain.count(b"boundary="), plain.count(b"message/rfc822"))
    if deep > DEPTH_MAX or plain.count(b"\n--") > RULES_MAX:
        raise ValueError(deep)


def _header(mail: Message, name: str) -> str:
    """A header's text without its encoding, its beginning if it is long."""
    return str(make_header(decode_header(str(mail.get(name, ""))[:HEADER_LENGTH_MAX])))


def _readable(mail: Message) -> list[Message]:
    """The parts that are the mail's words."""
    parts = []
    for place, part in enumerate(mail.walk()):
        if place >= PARTS_MAX:
            break
        if any(len(str(part.get(name, ""))) > HEADER_LENGTH_MAX for name in SHAPING):
            continue
        kind, is_attached = part.get_content_type(), part.get_content_disposition() == "attachment"
        if kind in ("text/plain", "text/html") and not part.get_filename() and not is_attached:
            parts.append(part)
    return parts


def _words(part: Message) -> tuple[str, list[str], bool]:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    text = _decoded(raw[: 4 * TEXT_LENGTH_MAX], part.get_content_charset() or "utf-8")
    if part.get_content_type() == "text/plain":
        return text, [], False
    reader = _Reader()
    reader.feed(text)
    return "".join(reader.words), reader.links, reader.had_script


def _decoded(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset, "replace")
    except LookupError:
        return raw.decode("latin-1")


def _sent_at(mail: Message) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(mail.get("date", ""))[:HEADER_LENGTH_MAX])
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # -0000 is UTC (RFC 5322)
    except (ValueError, TypeError, OverflowError):
        return None


class _Reader(HTMLParser):
    """Words and addresses of links; whatever is in scripts and styles is not heard."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[str] = []
        self.had_script = False
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Silence begins, or a link is noted."""
        self.had_script |= tag == "script"
        if tag in SILENT:
            self._silent += 1
        elif tag == "a" and len(self.links) < LINKS_MAX:
            self.links += [value for name, value in attrs if name == "href" and value]
        if tag in BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Silence ends."""
        if tag in SILENT and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        """Words that people read."""
        if not self._silent:
            self.words.append(data)
