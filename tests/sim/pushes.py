"""Pushes as TikTok Shop signs them, numbered so that each can be found again in the database."""

import hashlib
import hmac
import json

from sqlalchemy import select

from milepost.store.tables import PUSHES, WORK

SHOP = 7490000000000000001
FIRST_NOTIFICATION = 7_600_000_000_000_000_000
FIRST_ORDER = 580_000_000_000_000_000


def body_of(number):
    """The push that says: look at this order."""
    return json.dumps(
        {
            "type": 1,
            "tts_notification_id": str(FIRST_NOTIFICATION + number),
            "shop_id": str(SHOP),
            "timestamp": 1_772_625_600,
            "data": {"order_id": str(FIRST_ORDER + number), "order_status": "IN_TRANSIT"},
        }
    ).encode()


def signature(app_key, app_secret, body):
    """HMAC-SHA256 of key and raw body (tiktok-shop.md); written again, so that it is not checked with itself."""
    return hmac.new(app_secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()


async def kept_pushes(store):
    """The numbers of all pushes that are kept together with the look they ask for."""
    pushes = {int(row[0]) - FIRST_NOTIFICATION for row in await store.rows(select(PUSHES.c.notification_id))}
    keys = {key for (key,) in await store.rows(select(WORK.c.key))}
    looks = {int(key.rpartition(":")[2]) - FIRST_ORDER for key in keys if key.startswith("order:tiktok_shop")}
    assert looks == pushes, "a push without its look, or a look without its push"
    return pushes
