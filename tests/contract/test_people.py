"""Shops and what lets us in, users, links, subscriptions, marks, proofs and lanes."""

import contextlib
from dataclasses import replace
from datetime import timedelta

from milepost.model.people import ApiKey, Link, Role, Subscription, User, View
from milepost.model.scans import ProofTold
from milepost.model.shops import Grant, Shop, ShopState
from tests.contract.things import HOUR, NOON, lesson, notice

TIKTOK = "tiktok_shop"
ADA = User(user_id="u1", email="Ada@Example.com", name="Ada", role=Role.SELLER, shop_ids=("a",))
GRANT = Grant(
    marketplace="tiktok_shop",
    app_key="app-1",
    owner="open-1",
    access_token="access",
    access_expires_at=NOON + HOUR,
    refresh_token="refresh",
    refresh_expires_at=NOON + 1000 * HOUR,
    scopes=("order", "logistics"),
)


async def test_a_shop_is_replaced_by_its_id(store):
    shop = Shop(
        shop_id="a",
        marketplace="tiktok_shop",
        foreign_id="7",
        name="Mugs",
        region="US",
        cipher="c",
        app_key="app-1",
        state=ShopState.CONNECTED,
        connected_at=NOON,
    )
    renamed = replace(shop, name="Cups", state=ShopState.NEEDS_AUTHORIZATION)
    async with store.transaction() as tx:
        await tx.put_shop(shop)
        await tx.put_shop(renamed)
        await tx.put_shop(replace(shop, shop_id="b"))
    assert await store.shops() == [renamed, replace(shop, shop_id="b")]


async def test_a_grant_is_found_by_its_owner_and_the_freshest_without_one(store):
    later = replace(GRANT, owner="open-2", access_expires_at=NOON + 2 * HOUR)
    refreshed = replace(GRANT, access_token="new", previous_refresh_token="refresh")
    async with store.transaction() as tx:
        for grant in (GRANT, later, refreshed):
            await tx.put_grant(grant)
    assert await store.grant("tiktok_shop", "app-1", "open-1") == refreshed
    assert await store.grant("tiktok_shop", "app-1") == later
    assert await store.grant("tiktok_shop", "app-9") is None
    assert await store.grants() == [later, refreshed]


async def test_a_user_is_found_by_e_mail_however_it_is_written(store):
    async with store.transaction() as tx:
        await tx.put_user(ADA, "hash-1")
        await tx.put_user(ADA, "hash-2")
    assert await store.user_by_email(" ada@example.COM ") == (ADA, "hash-2")
    assert await store.user_by_email("eve@example.com") is None


async def test_a_session_ends_when_it_is_ended_when_it_expires_and_when_its_user_is_disabled(store):
    async with store.transaction() as tx:
        await tx.put_user(ADA, "hash")
        await tx.put_session("t1", "u1", NOON + HOUR)
        await tx.put_session("t2", "u1", NOON + HOUR)
    assert await store.session_user("t1", NOON) == ADA
    assert await store.session_user("t1", NOON + HOUR) is None
    assert await store.session_user("unknown", NOON) is None
    async with store.transaction() as tx:
        await tx.end_session("t1")
    assert await store.session_user("t1", NOON) is None
    async with store.transaction() as tx:
        await tx.put_user(replace(ADA, disabled=True), "hash")
    assert await store.session_user("t2", NOON) is None


async def test_an_api_key_and_a_link_are_found_by_the_hash_of_their_secret(store):
    key = ApiKey(key_id="k1", name="audit", shop_ids=("a",), can_see_contacts=True)
    link = Link(order_number="1001", shop_id="a", view=View.FULL, expires_at=NOON + HOUR)
    async with store.transaction() as tx:
        await tx.put_api_key(key, "hash-1")
        await tx.put_link("hash-2", link)
    assert await store.api_key("hash-1") == key
    assert await store.api_key("hash-2") is None
    assert await store.link("hash-2") == link
    assert await store.link("hash-1") is None


async def test_a_subscription_is_one_per_order_channel_and_address(store):
    asked = Subscription(
        order_number="1001",
        shop_id="a",
        channel="email",
        address="ada@example.com",
        only_problems=False,
        consented_at=NOON,
        wording="Tell me",
    )
    ended = replace(asked, ended_at=NOON + HOUR)
    other = replace(asked, address="eve@example.com")
    async with store.transaction() as tx:
        for subscription in (asked, other, ended):
            await tx.put_subscription(subscription)
    assert await store.subscriptions("a", "1001") == [ended, other]
    assert await store.subscriptions("b", "1001") == []


async def test_a_push_is_seen_once_per_source(store):
    async with store.transaction() as tx:
        assert await tx.unseen_pushes([(TIKTOK, "n1"), (TIKTOK, "n1")], NOON) == {(TIKTOK, "n1")}
        assert await tx.unseen_pushes([(TIKTOK, "n1"), (TIKTOK, "n2")], NOON) == {(TIKTOK, "n2")}
        assert await tx.unseen_pushes([("other", "n1")], NOON) == {("other", "n1")}
        assert await tx.unseen_pushes([], NOON) == set()


async def test_guesses_count_for_a_day(store):
    async with store.transaction() as tx:
        assert await tx.count_guess("x", NOON) == 1
        assert await tx.count_guess("x", NOON + HOUR) == 2
        assert await tx.count_guess("y", NOON + HOUR) == 1
        assert await tx.count_guess("x", NOON + timedelta(hours=24)) == 2
    assert await store.guesses("x", NOON) == 2
    assert await store.guesses("nobody", NOON) == 0


async def test_a_proof_told_twice_is_kept_once(store):
    proof = ProofTold(tracking_number="AC1", received_by="Ada Lovelace", left_at="front door", has_photo=True)
    async with store.transaction() as tx:
        assert await tx.add_proofs([("a", "s1", proof, NOON)] * 2) == {"s1"}
        assert await tx.add_proofs([("a", "s1", proof, NOON + HOUR)]) == set()
        signed = replace(proof, has_signature=True)
        assert await tx.add_proofs([("a", "s1", signed, NOON + HOUR), ("a", "s2", proof, NOON)]) == {
            "s1",
            "s2",
        }
        assert await tx.add_proofs([("a", "s1", signed, NOON), ("a", "s3", proof, NOON)]) == {"s3"}
    assert await store.proofs("s1") == [(NOON, proof), (NOON + HOUR, replace(proof, has_signature=True))]


async def test_a_parcel_teaches_once_and_the_newest_lessons_come_in_order(store):
    async with store.transaction() as tx:
        await tx.add_lessons((f"s{n}", lesson(carrier=f"c{n}")) for n in range(4))
        await tx.add_lessons([("s3", lesson(carrier="again")), ("s4", lesson(carrier="c4"))])
    with contextlib.suppress(ZeroDivisionError):
        async with store.transaction() as tx:
            await tx.add_lessons([("rolled back", lesson())])
            raise ZeroDivisionError
    told = await store.lessons_after(0, 3)
    assert [one.way.carrier for _, one in told] == ["c2", "c3", "c4"]
    assert told[-1][1] == lesson(carrier="c4")
    assert await store.lessons_after(told[-2][0], 10) == told[-1:]


async def test_the_inbox_shows_the_newest_first_and_each_notice_once(store):
    async with store.transaction() as tx:
        for name in ("one", "two", "one"):
            await tx.put_notices([notice(name)])
            await tx.put_inbox(notice(name), f"Subject {name}", "Text", NOON)
    assert [entry.subject for entry in await store.inbox(None, 10)] == ["Subject two", "Subject one"]
    assert [entry.subject for entry in await store.inbox(None, 1)] == ["Subject two"]


async def test_a_mark_is_replaced(store):
    for value in ("first", "", "2026-03-04T12:00:00Z", "ü" * 1000):
        async with store.transaction() as tx:
            await tx.set_mark("sync:a", value)
        assert await store.mark("sync:a") == value
