"""A buyer says whether everything is there, or what is wrong: kept with photos, and told to the seller."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from milepost.desk.photos import File, take_photos
from milepost.model.feedback import Feedback, FeedbackKind, OrderField
from milepost.model.notices import Audience, Notice
from milepost.ports.app import App
from milepost.telling import tell
from milepost.tongues.speech import say

WORDS_LENGTH_MAX = 2_000
ITEMS_MAX = 50
PER_DAY_MAX = 5
PHOTOS_PER_ORDER_MAX = 30
DAY = timedelta(hours=24)
ID_BYTES = 16
CHANNELS = ("inbox", "email")
"""How a seller hears of it."""


class FeedbackError(Exception):
    """It cannot be kept as asked; the text is a sentence for the buyer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What they filled in."""

    kind: str
    items: Sequence[str] = ()
    field: str = ""
    words: str = ""


async def give_feedback(
    app: App, shop_id: str, order_number: str, wish: Wish, files: Sequence[File] = ()
) -> Feedback:
    """Keep it, and tell the seller what is wrong. A bad photo loses nothing else. Raises FeedbackError."""
    now = app.clock.now()
    known = await app.store.feedback(shop_id, order_number)
    kind, field = _kind(wish), _field(wish)
    if sum(now - one.at < DAY for one in known) >= PER_DAY_MAX:
        raise FeedbackError(
            say("You wrote five times today, and the seller has it all. Write again tomorrow.")
        )
    room = PHOTOS_PER_ORDER_MAX - sum(len(one.photo_ids) for one in known)
    taken = await take_photos(files, max(0, room))
    feedback = Feedback(
        feedback_id=secrets.token_urlsafe(ID_BYTES),
        shop_id=shop_id,
        order_number=order_number,
        at=now,
        kind=kind,
        items=tuple(wish.items[:ITEMS_MAX]),
        field=field,
        words=wish.words.strip()[:WORDS_LENGTH_MAX],
        photo_ids=tuple(photo.photo_id for photo in taken.photos),
        refused=taken.refused,
    )
    async with app.store.transaction() as tx:
        await tx.add_feedback(feedback, taken.photos)
        notices = [] if kind is FeedbackKind.ALL_GOOD else _notices(feedback, app, now)
        await app.work.add(tx, await tell(tx, notices, app))
    app.live.publish(["work", f"order:{shop_id}:{order_number}", f"console:{shop_id}"])
    return feedback


def _kind(wish: Wish) -> FeedbackKind:
    try:
        return FeedbackKind(wish.kind)
    except ValueError:
        raise FeedbackError(say("Choose what happened.")) from None


def _field(wish: Wish) -> OrderField | None:
    if wish.kind != FeedbackKind.DETAILS:
        return None
    try:
        return OrderField(wish.field)
    except ValueError:
        raise FeedbackError(say("Choose which part of the order is wrong.")) from None


def _notices(feedback: Feedback, app: App, now: datetime) -> list[Notice]:
    """What it is about, and none of the buyer's own words: those are for the order's page."""
    return [
        Notice(
            key=f"feedback:{feedback.feedback_id}:seller:{channel}",
            shop_id=feedback.shop_id,
            order_number=feedback.order_number,
            shipment_id=None,
            audience=Audience.SELLER,
            channel=channel,
            template="feedback",
            facts={
                "kind": feedback.kind.value,
                "field": feedback.field.value if feedback.field else "",
                "photos": str(len(feedback.photo_ids)),
            },
            created_at=now,
        )
        for channel in CHANNELS
        if (found := app.channels.get(channel)) is not None and found.is_configured
    ]
