"""What a subscriber's answer means: taken, come again (perhaps with a time), or never again."""

import re
from collections.abc import Iterable
from datetime import datetime
from email.utils import parsedate_to_datetime

from milepost.ports.webhooks import Posted, Verdict

PIECE_MAX = 160
"""Characters of an answer that are kept, to help its owner see what went wrong."""

RETRY_AFTER_S_MAX = 86_400.0
GONE = 410
ASKS_FOR_A_PAUSE = frozenset({429, 502, 503, 504})
"""Answers whose Retry-After also holds back other messages to the endpoint (Standard Webhooks)."""

_E_MAIL = re.compile(r"[^\s@<>\"',;]{1,64}@[^\s@<>\"',;]{1,190}")
_LONG_NUMBER = re.compile(r"\+?\d[\d ().-]{5,}\d")
_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]{24,}")
_TAG = re.compile(r"<[^<>]{0,300}>")
HIDDEN = "…"

Headers = Iterable[tuple[bytes, bytes]]


def read_answer(status: int, headers: Headers, body: bytes, now: datetime) -> Posted:
    """The answer in our words. 2xx is yes; a redirect is a no like any other (nobody follows it)."""
    retry_after_s = _retry_after(headers, now)
    if 200 <= status < 300:
        return Posted(verdict=Verdict.TAKEN, status=status, detail=f"answered {status}")
    verdict = Verdict.GONE if status == GONE else Verdict.AGAIN
    piece = scrubbed(body)
    detail = f"answered {status}" + (f": {piece}" if piece else "")
    return Posted(
        verdict=verdict,
        status=status,
        detail=detail,
        retry_after_s=retry_after_s,
        asks_for_pause=status in ASKS_FOR_A_PAUSE and retry_after_s is not None,
    )


def scrubbed(body: bytes) -> str:
    """The beginning of an answer as one line, without what may be personal or secret in it."""
    text = _TAG.sub(" ", body[: 8 * PIECE_MAX].decode("utf-8", "replace"))
    for pattern in (_E_MAIL, _LONG_NUMBER, _TOKEN):
        text = pattern.sub(HIDDEN, text)
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(plain.split())[:PIECE_MAX]


def _retry_after(headers: Headers, now: datetime) -> float | None:
    """Seconds or a date (RFC 9110); what cannot be read counts as not said."""
    said = next((value for name, value in headers if name.lower() == b"retry-after"), b"")
    text = said.decode("latin-1").strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return min(float(text), RETRY_AFTER_S_MAX)
    try:
        wait_s = (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(0.0, wait_s), RETRY_AFTER_S_MAX)
