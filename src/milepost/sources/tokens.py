"""Client-credentials tokens (RFC 6749 §4.4) as the carriers hand them out."""

from milepost.ports.sources import AccessError, SourceError
from milepost.sources.line import Answer, Token
from milepost.sources.loose_json import UnreadableError, decode, text_at

REFUSED = (400, 401, 403)
"""What a token call answers when the keys are wrong; it is named in `accept`, so that this says so."""
LIFE_S_DEFAULT = 600.0


def token_in(answer: Answer, source: str) -> Token:
    """The token in an answer; `expires_in` may be a number or a text.

    Raises AccessError when the keys were refused, SourceError when there is no token to be found.
    """
    if answer.status in REFUSED:
        raise AccessError(f"{source}: the client id or secret was refused ({answer.status}); check both")
    try:
        told = decode(answer.body)
    except UnreadableError:
        told = None
    value = text_at(told, "access_token")
    if answer.status >= 300 or not value:
        raise SourceError(f"{source}: no token came ({answer.status})")
    try:
        life = float(text_at(told, "expires_in"))
    except ValueError:
        life = LIFE_S_DEFAULT
    return Token(value=value, expires_in_s=life)
