"""Pushes as TikTok Shop signs them, numbered so that each can be found again in the database."""

import hashlib
import hmac
import json

from sqlalchemy import select

from milepost.store.tables import PUSHES, WORK

SHOP = 7490000000000000001
FIRST_NOTIFICATION = 7_600_000_000_000_000_000
FIRST_ORDER = 580_000_000_000_000_000


def body_of(number, order_number=None):
    """The push that says: look at this order."""
    order_number = order_number or str(FIRST_ORDER + number)
    return json.dumps(
        {
            "type": 1,
            "tts_notification_id": str(FIRST_NOTIFICATION + number),
            "shop_id": str(SHOP),
            "timestamp": 1_772_625_600,
            "data": {"order_id": order_number, "order_status": "IN_TRANSIT"},
        }
    ).encode()


def signature(app_key, app_secret, body):
    """HMAC-SHA256 of key and raw body (tiktok-shop.md); written again, so that it is not checked with itself."""
    return hmac.new(app_secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()


async def kept_pushes(store):
    """The numbers of all pushes that are kept together with the look they ask for."""
    pushes = await kept_notifications(store)
    asked = {int(order_number) - FIRST_ORDER for order_number in await looks(store)}
    assert asked == pushes, "a push without its look, or a look without its push"
    return pushes


async def kept_notifications(store):
    """The numbers of all pushes that are remembered."""
    rows = await store.rows(select(PUSHES.c.notification_id).where(PUSHES.c.source == "tiktok_shop"))
    return {int(row[0]) - FIRST_NOTIFICATION for row in rows}


async def looks(store):
    """The numbers of all orders that are or were to be looked at."""
    keys = [key for (key,) in await store.rows(select(WORK.c.key))]
    return {key.rpartition(":")[2] for key in keys if key.startswith("order:tiktok_shop")}
