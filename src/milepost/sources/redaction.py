"""Taking keys out of texts before anybody reads them."""

from collections.abc import Iterable
from urllib.parse import quote, quote_plus

SECRET_LENGTH_MIN = 4
"""Shorter ones would black out half of every sentence, and are no secrets anyhow."""


def spellings(secrets: Iterable[str]) -> tuple[str, ...]:
    """A secret may stand in a text as it is or percent-encoded; longest first, so that none leaves a rest."""
    found = {
        spelling
        for secret in secrets
        if len(secret) >= SECRET_LENGTH_MIN
        for spelling in (secret, quote(secret, safe=""), quote_plus(secret))
    }
    return tuple(sorted(found, key=len, reverse=True))


def redacted(text: str, spelled: Iterable[str]) -> str:
    """The text without them."""
    for secret in spelled:
        text = text.replace(secret, "[secret]")
    return text
