"""What we do about each way TikTok Shop can refuse (tiktok-shop.md §2.3); the table itself is errors.csv."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from milepost.ports.sources import (
    AccessError,
    RejectedError,
    ShopHandleError,
    SourceBusyError,
    SourceError,
    TokenExpiredError,
)
from milepost.sources.marketplaces.tiktok_shop.wire import Envelope

TABLE = Path(__file__).with_name("errors.csv")


class Reaction(StrEnum):
    """What an answer makes us do."""

    NONE = "none"
    RETRY = "retry"
    RETRY_ONCE = "retry_once"
    SLOW_DOWN = "slow_down"
    BY_MESSAGE = "by_message"
    SET_CLOCK = "set_clock"
    REFRESH = "refresh"
    REREAD_SHOPS = "reread_shops"
    RECONNECT = "reconnect"
    AUTHORIZE_AGAIN = "authorize_again"
    CHECK_KEYS = "check_keys"
    ALLOW_ADDRESS = "allow_address"
    WAIT = "wait"
    DROP = "drop"
    UNSUPPORTED = "unsupported"
    BUG = "bug"
    UNKNOWN = "unknown"


AGAIN = frozenset({Reaction.RETRY, Reaction.RETRY_ONCE, Reaction.SLOW_DOWN, Reaction.SET_CLOCK})
ONLY_ONCE = frozenset({Reaction.RETRY_ONCE, Reaction.SET_CLOCK})


class ForeignNumberError(RejectedError):
    """An order or package in the question is not this seller's; one such id may fail a whole batch."""

    def __init__(self, message: str, body: bytes) -> None:
        super().__init__(message)
        self.body = body


class UnsupportedError(RejectedError):
    """The order is not one this kind of call covers."""


class VersionRefusedError(RejectedError):
    """The version of the call is not there: wrong path, method or version name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One row of errors.csv."""

    reaction: Reaction
    meaning: str


@cache
def known_errors() -> dict[int, Known]:
    """Every code the reference names."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            int(row["code"]): Known(reaction=Reaction(row["reaction"]), meaning=row["meaning"])
            for row in csv.DictReader(file)
        }


RAISED: dict[Reaction, tuple[type[SourceError], str]] = {
    Reaction.REFRESH: (TokenExpiredError, "refresh the token and repeat once"),
    Reaction.REREAD_SHOPS: (ShopHandleError, "read the authorized shops again, else connect the shop again"),
    Reaction.RECONNECT: (AccessError, "connect the shop again"),
    Reaction.AUTHORIZE_AGAIN: (AccessError, "the seller has to open the authorization link again"),
    Reaction.CHECK_KEYS: (AccessError, "check app_key and app_secret of [[tiktok_shop.apps]]"),
    Reaction.ALLOW_ADDRESS: (AccessError, "add this server's address to the app's allow list in the portal"),
    Reaction.WAIT: (SourceBusyError, ""),
    Reaction.SLOW_DOWN: (SourceBusyError, ""),
    Reaction.UNSUPPORTED: (UnsupportedError, ""),
    Reaction.SET_CLOCK: (SourceError, "set this machine's clock"),
    Reaction.BUG: (RejectedError, ""),
}

VERSION_REFUSED = frozenset({36009009, 36009010, 36009014})


def reaction_to(status: int, envelope: Envelope | None) -> Reaction:
    """The body first, then the HTTP status: errors arrive with 200 and with assorted 4xx (§2.1)."""
    if envelope is None:
        return _by_status(status, otherwise=Reaction.RETRY if status < 300 else Reaction.BUG)
    if envelope.code == 0:
        return Reaction.NONE
    known = known_errors().get(envelope.code)
    if known is None:
        return _by_status(status, otherwise=Reaction.UNKNOWN)
    return _by_message(envelope.message) if known.reaction is Reaction.BY_MESSAGE else known.reaction


def error_for(reaction: Reaction, status: int, envelope: Envelope | None, body: bytes) -> SourceError:
    """What to raise when trying again here does not help. The text names code and request, nobody's data."""
    told = f"TikTok Shop: {_what(status, envelope)}"
    if reaction is Reaction.DROP:
        return ForeignNumberError(told, body)
    if reaction is Reaction.BUG and _is_version_refused(status, envelope):
        return VersionRefusedError(told)
    kind, advice = RAISED.get(reaction, (SourceError, ""))
    return kind(f"{told}; {advice}" if advice else told)


def _by_status(status: int, *, otherwise: Reaction) -> Reaction:
    if status == 429:
        return Reaction.SLOW_DOWN
    if status >= 500:
        return Reaction.RETRY
    if status in (401, 403):
        return Reaction.AUTHORIZE_AGAIN
    return otherwise


def _by_message(message: str) -> Reaction:
    """Code 36009004 covers bad time, token, sign, key and more; only here the wording is looked at (§2.3)."""
    words = message.casefold()
    if "timestamp" in words:
        return Reaction.SET_CLOCK
    if "token" in words:
        return Reaction.REFRESH
    if "sign" in words or "app_key" in words or "app key" in words:
        return Reaction.CHECK_KEYS
    return Reaction.BUG


def _is_version_refused(status: int, envelope: Envelope | None) -> bool:
    if envelope is None:
        return status in (404, 405)
    is_version = envelope.code == 36009004 and "version" in envelope.message.casefold()
    return is_version or envelope.code in VERSION_REFUSED


def _what(status: int, envelope: Envelope | None) -> str:
    if envelope is None:
        return f"HTTP {status} without a readable answer"
    known = known_errors().get(envelope.code)
    meaning = known.meaning if known else "a code we do not know"
    return f"{meaning} (code {envelope.code}, HTTP {status}, request {envelope.request_id[:40] or '-'})"
