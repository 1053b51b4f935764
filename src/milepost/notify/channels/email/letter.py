"""One e-mail as bytes: headers that nobody can smuggle anything into, a text part and an HTML part."""

import hashlib
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from milepost.model.notices import LOGO_ID, PICTURE_ID, Message, Notice

SUBJECT_MAX = 200
ADDRESS_MAX = 254  # RFC 5321: what fits between < and >
URL_MAX = 900  # a header line holds 998
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]{1,64}@[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f]{1,190}")
_MAILBOX = re.compile(r'(?P<name>"[^"<>]*"\s*|[^"<>,;:]*)<(?P<inner>[^<>]*)>|(?P<bare>[^<>]*)')
_URL = re.compile(r"https?://[!-;=?-~]+")


class AddressError(ValueError):
    """It is not one e-mail address; the text does not repeat it."""


def mailbox(text: str) -> Address:
    """`Name <local@host>` or `local@host` as an address; foreign host names in their ASCII form.

    Raises AddressError for anything else: several addresses, line breaks, no host.
    """
    if _CONTROL.search(text):
        raise AddressError("control characters in an address")
    written = _MAILBOX.fullmatch(text.strip())
    bare = (written["inner"] or written["bare"] or "").strip() if written else ""
    if not written or not _ADDRESS.fullmatch(bare):
        raise AddressError("not one e-mail address")
    name = (written["name"] or "").strip().strip('"')
    local, _, host = bare.rpartition("@")
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise AddressError("a host name that does not exist") from error
    if len(local) + len(host) + 1 > ADDRESS_MAX or local.startswith(".") or local.endswith("."):
        raise AddressError("not an e-mail address")
    return Address(display_name=name, username=local, domain=host)


def message_id(notice: Notice, to: Address, host: str) -> str:
    """The same for every try, so that a mail program that gets a message twice shows one."""
    digest = hashlib.sha256(f"{notice.key}\x1f{to.addr_spec}".encode()).hexdigest()
    return f"<{digest[:40]}@{host}>"


def letter(notice: Notice, message: Message, *, sender: Address, to: Address) -> EmailMessage:
    """The whole e-mail. Its date is the notice's, so that every try gives the same bytes."""
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = " ".join(_CONTROL.sub(" ", message.subject).split())[:SUBJECT_MAX]
    mail["Date"] = format_datetime(notice.created_at)
    mail["Message-ID"] = message_id(notice, to, sender.domain)
    mail["Auto-Submitted"] = "auto-generated"
    if len(message.unsubscribe_url) <= URL_MAX and _URL.fullmatch(message.unsubscribe_url):
        mail["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    mail.set_content(message.text, cte="quoted-printable")
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        _add_pictures(mail, message)
        mail.set_boundary(f"=_{mail['Message-ID'][1:41]}")
    return mail


def _add_pictures(mail: EmailMessage, message: Message) -> None:
    """In the mail itself: nothing is loaded from anywhere, so nobody learns when it was read."""
    html = mail.get_payload(1)
    if not isinstance(html, EmailMessage):
        raise TypeError("the HTML part is no message")
    for picture, name, file in (
        (message.logo, LOGO_ID, "logo.png"),
        (message.picture, PICTURE_ID, "map.png"),
    ):
        if picture is not None:
            html.add_related(
                picture.png, "image", "png", cid=f"<{name}>", disposition="inline", filename=file
            )
    if html.is_multipart():
        html.set_boundary(f"=_map_{mail['Message-ID'][1:41]}")
