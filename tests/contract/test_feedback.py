"""What buyers say about orders, and their photos: kept sealed, and given to nobody who asks for another order."""

from sqlalchemy import select

from milepost.model.feedback import Feedback, FeedbackKind, Photo
from milepost.store.tables import FEEDBACK, FEEDBACK_PHOTOS
from tests.contract.things import HOUR, NOON

WORDS = "The handle is off, says Ada"


def said(name, *, shop="a", number="1001", at=NOON, photos=()):
    return Feedback(
        feedback_id=name,
        shop_id=shop,
        order_number=number,
        at=at,
        kind=FeedbackKind.BROKEN,
        items=("Mug",),
        words=WORDS,
        photo_ids=photos,
    )


async def test_feedback_is_read_as_it_was_said_and_photos_with_it(store):
    first, second = said("f1", photos=("p1", "p2")), said("f2", at=NOON + HOUR)
    async with store.transaction() as tx:
        await tx.add_feedback(
            first, [Photo(photo_id="p1", jpeg=b"\xff\xd8one"), Photo(photo_id="p2", jpeg=b"\xff\xd8two")]
        )
        await tx.add_feedback(second, [])
        await tx.add_feedback(said("f3", shop="b"), [])
    assert await store.feedback("a", "1001") == [first, second]
    assert await store.photo("p2", "a", "1001") == b"\xff\xd8two"
    assert await store.photo("p2", "b", "1001") is None
    assert await store.photo("p2", "a", "1002") is None
    kept = repr(await store.rows(select(FEEDBACK))) + repr(await store.rows(select(FEEDBACK_PHOTOS)))
    assert "Ada" not in kept
    assert "xd8one" not in kept
