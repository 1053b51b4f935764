"""Shippo's webhooks: a token in our address, or a signature where the account has that; whole, repeated.

Shippo names no other proof for most accounts (carriers.md section 9). The token stands in the address that
the operator gives to Shippo, `…/hooks/aggregators/shippo?token=SECRET`; we log no addresses, but a proxy may.
"""

from collections.abc import Mapping
from datetime import datetime

from milepost.model.reports import Refusal, Report
from milepost.model.scans import Parsed
from milepost.ports.pushes import SHOWN_TOKEN, Push
from milepost.settings import SourceAccess
from milepost.sources import trackers
from milepost.sources.aggregators.shippo import parse as answers
from milepost.sources.aggregators.shippo.fetch import KEY
from milepost.sources.folder_pushes import without_windows
from milepost.sources.push_proofs import (
    header,
    is_shown,
    is_signed_in_hex,
    name_of,
    secrets_of,
    unproven,
    why_stale,
)

IS_HINT = False
ACCOUNTS = False  # the operator names our address in the account's settings; nothing is asked for here
SECRET_LENGTHS = range(8, 129)  # the secret is theirs, and they choose its length
SIGNATURE = "shippo-auth-signature"
PARTS_MAX = 8


def read(access: SourceAccess, headers: Mapping[str, str], body: bytes, heard_at: datetime) -> Push | Refusal:
    """Theirs if they are signed with the secret, or their address holds it."""
    secrets = secrets_of(access)
    signature = header(headers, SIGNATURE)
    if signature:
        at, good = _parts(signature)
        if not any(is_signed_in_hex(one, f"{at}.".encode() + body, secrets) for one in good):
            return unproven("Shippo")
        if stale := why_stale(at, heard_at):
            return stale
    elif not is_shown(header(headers, SHOWN_TOKEN), secrets):
        return unproven("Shippo")
    return trackers.pushed(KEY, body, heard_at, answers.parse, lambda _: name_of(body))


def parse(report: Report) -> Parsed:
    """The scans, read as those of an answer."""
    return without_windows(answers.parse(report))


def _parts(signature: str) -> tuple[str, list[str]]:
    """`t=1700000000,v1=…,v1=…`: when it was sent, and what may be right."""
    parts = [part.strip().partition("=") for part in signature.split(",")[:PARTS_MAX]]
    at = next((value for name, _, value in parts if name == "t"), "")
    return at if at.isascii() else "", [value for name, _, value in parts if name == "v1"]
