"""Files between a look and the word to take them in: one a person, sealed, forgotten after a day."""

from dataclasses import replace

from milepost.model.imports import Draft, Stated
from milepost.store.tables import IMPORT_DRAFTS
from tests.contract.things import HOUR, NOON

DRAFT = Draft(
    draft_id="d1",
    user_id="u1",
    file_name="orders.csv",
    shop_id=None,
    stated=Stated(zone="Asia/Tokyo", columns=(("status", "Zustand"),)),
    body=b"\x00secret street\xff",
)


async def test_a_draft_is_its_owners_until_the_next_one_or_a_day_has_passed(store):
    async with store.transaction() as tx:
        await tx.put_draft(DRAFT, NOON)
    assert await store.draft("d1", "u1") == DRAFT
    assert await store.draft("d1", "u2") is None
    async with store.transaction() as tx:
        await tx.put_draft(replace(DRAFT, draft_id="d2", user_id="u2"), NOON)
        await tx.put_draft(replace(DRAFT, draft_id="d3"), NOON + HOUR)
    assert await store.draft("d1", "u1") is None, "one a person"
    async with store.transaction() as tx:
        await tx.put_draft(replace(DRAFT, draft_id="d4", user_id="u3"), NOON + 24 * HOUR)
    assert await store.draft("d2", "u2") is None, "a day old"
    assert (await store.draft("d3", "u1")).body == DRAFT.body
    async with store.transaction() as tx:
        await tx.drop_draft("d3")
    assert await store.draft("d3", "u1") is None


async def test_a_draft_lies_sealed(store):
    async with store.transaction() as tx:
        await tx.put_draft(DRAFT, NOON)
    rows = await store.rows(IMPORT_DRAFTS.select())
    assert all(b"street" not in cell for row in rows for cell in row if isinstance(cell, bytes))
