"""Keeping what buyers say about their orders, and the photos they send with it."""

from collections.abc import Sequence
from typing import Protocol

from milepost.model.feedback import Feedback, Photo


class FeedbackWrites(Protocol):
    """The part of a transaction that has to do with feedback."""

    async def add_feedback(self, feedback: Feedback, photos: Sequence[Photo]) -> None:
        """Keep it with its photos, all sealed."""
        ...


class FeedbackReads(Protocol):
    """The part of the store that has to do with feedback."""

    async def feedback(self, shop_id: str, order_number: str) -> list[Feedback]:
        """Oldest first, without the pictures themselves."""
        ...

    async def photo(self, photo_id: str, shop_id: str, order_number: str) -> bytes | None:
        """A picture (JPEG) that was sent about this order, or None."""
        ...
