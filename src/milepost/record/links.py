"""Signed links: a token that opens one order, of which only the hash is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta

from milepost.model.people import Link, View
from milepost.ports.store import Transaction

LINK_DAYS = 90
TOKEN_BYTES = 24  # 192 bits; 128 would do (reliability.md S-02)


def digest(secret: str) -> str:
    """What is kept of a random secret: its SHA-256, hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


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
