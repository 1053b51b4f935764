"""How shops look: every choice is kept, the newest counts, and each shop has its own."""

from milepost.model.brands import Brand, Logo
from tests.contract.things import HOUR, NOON


async def test_the_newest_look_of_each_shop_counts_and_those_before_stay(store):
    first = Brand(shop_id="a", name="One", color="#112233", chosen_at=NOON, chosen_by="Ada")
    second = Brand(
        shop_id="a", logo_id="l1", logo_width=9, logo_height=3, chosen_at=NOON + HOUR, chosen_by="Ben"
    )
    other = Brand(shop_id="b", color="#445566", chosen_at=NOON)
    logo = Logo(logo_id="l1", shop_id="a", png=b"\x89PNG\x00one", width=9, height=3)
    async with store.transaction() as tx:
        for one in (first, other, second):
            await tx.add_brand(one)
        await tx.put_logo(logo)
        await tx.put_logo(logo)
    assert await store.brand("a") == second
    assert await store.brand("b") == other
    assert await store.brand("c") is None
    assert await store.brands("a", 9) == [second, first]
    assert await store.brands("a", 1) == [second]
    assert await store.logo("l1") == logo
    assert await store.logo("l2") is None
