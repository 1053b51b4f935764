"""Keeps what buyers said about their orders, and their photos; everything of it sealed."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, insert, select

from milepost.model.feedback import Feedback, Photo
from milepost.store.shelf import Shelf
from milepost.store.tables import FEEDBACK, FEEDBACK_PHOTOS
from milepost.store.values import from_json, micros

ADD = insert(FEEDBACK)
ADD_PHOTO = insert(FEEDBACK_PHOTOS)
OF_ORDER = (
    select(FEEDBACK.c.feedback_id, FEEDBACK.c.sealed)
    .where(FEEDBACK.c.shop_id == bindparam("shop_id"), FEEDBACK.c.order_number == bindparam("order_number"))
    .order_by(FEEDBACK.c.seq)
)
PHOTO = select(FEEDBACK_PHOTOS.c.sealed).where(
    FEEDBACK_PHOTOS.c.photo_id == bindparam("photo_id"),
    FEEDBACK_PHOTOS.c.shop_id == bindparam("shop_id"),
    FEEDBACK_PHOTOS.c.order_number == bindparam("order_number"),
)


class FeedbackWrites(Shelf):
    async def add_feedback(self, feedback: Feedback, photos: Sequence[Photo]) -> None:
        about = {"shop_id": feedback.shop_id, "order_number": feedback.order_number}
        sealed = self._sealer.seal(msgspec.json.encode(feedback), "feedback", (feedback.feedback_id,))
        row = {**about, "feedback_id": feedback.feedback_id, "at": micros(feedback.at), "sealed": sealed}
        await self._session.run(ADD, [row])
        rows = [
            {
                **about,
                "photo_id": one.photo_id,
                "sealed": self._sealer.seal(one.jpeg, "feedback_photos", (one.photo_id,)),
            }
            for one in photos
        ]
        if rows:
            await self._session.run(ADD_PHOTO, rows)


class FeedbackReads(Shelf):
    async def feedback(self, shop_id: str, order_number: str) -> list[Feedback]:
        """Oldest first, without the pictures themselves."""
        about = {"shop_id": shop_id, "order_number": order_number}
        return [
            from_json(Feedback, self._sealer.open(sealed, "feedback", (feedback_id,)))
            for feedback_id, sealed in await self._session.rows(OF_ORDER, about)
        ]

    async def photo(self, photo_id: str, shop_id: str, order_number: str) -> bytes | None:
        about = {"photo_id": photo_id, "shop_id": shop_id, "order_number": order_number}
        found = await self._session.rows(PHOTO, about)
        return self._sealer.open(found[0][0], "feedback_photos", (photo_id,)) if found else None
