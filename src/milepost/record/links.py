"""Signed links: a token that opens one order, of which only the hash is kept."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from milepost.model.people import Link, View
from milepost.ports.store import Transaction

LINK_DAYS = 90
MINE_LENGTH = timedelta(days=1)
"""A link to all orders of an address opens them for as long; asking for another costs nothing."""

PASSCODE_DIGITS = 8
PASSCODE_LENGTH = timedelta(minutes=10)
"""A code typed in after this opens nothing (ASVS 6.5)."""

MARK_LENGTH = 24
"""Of a browser's digest, in hex: 96 bits, and only looked for within one order."""

TOKEN_BYTES = 24  # 192 bits; 128 would do (reliability.md S-02)


def digest(secret: str) -> str:
    """What is kept of a random secret: its SHA-256, hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def browser_mark(address: str) -> str:
    """Which browser it is, for its own page and its own messages, without the address they are sent to."""
    return digest(address)[:MARK_LENGTH]


async def new_link(
    tx: Transaction,
    *,
    shop_id: str,
    order_number: str,
    view: View,
    now: datetime,
    length: timedelta = timedelta(days=LINK_DAYS),
) -> str:
    """A new token for an order; it opens `view` until `now + length`."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = Link(order_number=order_number, shop_id=shop_id, view=view, expires_at=now + length)
    await tx.put_link(digest(token), link)
    return token


async def new_contact_link(tx: Transaction, *, address: str, until: datetime) -> str:
    """A new token for all orders of an e-mail address."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await tx.put_contact_link(digest(token), address, until)
    return token


async def new_passcode(tx: Transaction, *, shop_id: str, order_number: str, until: datetime) -> str:
    """A new code that opens an order once, until then."""
    code = "".join(secrets.choice("0123456789") for _ in range(PASSCODE_DIGITS))
    link = Link(order_number=order_number, shop_id=shop_id, view=View.FULL, expires_at=until)
    await tx.put_link(passcode_hash(order_number, code), link)
    return f"{code[:4]} {code[4:]}"


def passcode_hash(order_number: str, code: str) -> str:
    """What is kept of a code. No token's hash begins like it, so no address opens what a code opens."""
    return "passcode " + digest(f"{order_number}\x1f{code}")


def plain_passcode(typed: str) -> str:
    """As it was made, however it was typed in."""
    return "".join(re.findall(r"[0-9]", typed))[: PASSCODE_DIGITS + 1]
