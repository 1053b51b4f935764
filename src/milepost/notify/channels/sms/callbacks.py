"""What the provider tells us afterwards, checked by its signature: a message's fate, or a buyer's STOP."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl

from milepost.model.reports import Refusal
from milepost.ports.notify import Callback

BODY_BYTES_MAX = 16_384
FIELDS_MAX = 100
TEXT_MAX = 64
STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "arret"})
START = frozenset({"start", "yes", "unstop"})
BAD_SIGNATURE = Refusal(reason="bad_signature", detail="The call is not signed with our auth token.")


def read(url: str, body: bytes, signature: str, *, auth_token: str, account_sid: str) -> Callback | Refusal:
    """A signed call in our words, or why it is refused. Whatever is given, it raises nothing."""
    if not auth_token or len(body) > BODY_BYTES_MAX:
        return BAD_SIGNATURE
    try:
        fields = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict"
        )
    except ValueError:  # UnicodeDecodeError is one
        return Refusal(reason="unreadable_body", detail="The body is not a form in UTF-8.")
    expected = sign(url, fields, auth_token).encode()
    if not hmac.compare_digest(expected, signature.encode("utf-8", "replace")):
        return BAD_SIGNATURE
    told = dict(fields)
    if told.get("AccountSid") != account_sid:
        return Refusal(reason="unknown_shape", detail="The call is about another account.")
    return Callback(
        message_id=(told.get("MessageSid") or told.get("SmsSid") or "")[:TEXT_MAX],
        status=(told.get("MessageStatus") or told.get("SmsStatus") or "")[:TEXT_MAX].lower(),
        error=told.get("ErrorCode", "")[:TEXT_MAX],
        number=told.get("From", "")[:TEXT_MAX],
        wish=_wish(told.get("OptOutType", "") or told.get("Body", "")),
    )


def sign(url: str, fields: list[tuple[str, str]], auth_token: str) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the address and the sorted fields, base64."""
    content = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    digest = hmac.new(auth_token.encode(), content.encode("utf-8", "surrogatepass"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _wish(text: str) -> str:
    word = text[:TEXT_MAX].strip().strip(".!\"'").casefold()
    if word in STOP:
        return "stop"
    return "start" if word in START else ""
