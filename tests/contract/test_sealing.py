"""A stolen database tells nothing about people and opens no door (reliability.md S-12)."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from milepost.model.orders import Contact
from milepost.model.people import Role, Subscription, User
from milepost.model.scans import ProofTold
from milepost.ports.store import StoreError
from milepost.store.opening import open_store
from milepost.store.sealing import Sealer, load_key
from milepost.store.tables import GRANTS, METADATA, ORDER_VERSIONS
from tests.contract.test_people import GRANT
from tests.contract.things import NOON, notice, order, report
from tests.stores import FixedClock

CANARIES = [f"canary{number}" for number in range(12)]


async def keep_secrets(store):
    """One of each thing that must not be readable, every one with a canary in it."""
    name, email, phone, address, access, refresh, subscriber, body, receiver, user, subject, text = CANARIES
    contact = Contact(
        name=name,
        email=f"{email}@example.com",
        phone=f"{phone} 2015550100",
        address=address,
        postal_code="07666",
    )
    kept = notice()
    async with store.transaction() as tx:
        await tx.put_order(order(contact=contact), NOON, "h")
        await tx.put_grant(replace(GRANT, access_token=access, refresh_token=refresh))
        subscription = Subscription(
            order_number="1001",
            shop_id="shop-1",
            channel="email",
            address=f"{subscriber}@example.com",
            only_problems=False,
            consented_at=NOON,
            wording="Tell me",
        )
        await tx.put_subscription(subscription)
        await tx.keep_reports([report(b'{"received_by": "' + body.encode() + b'"}')])
        await tx.add_proofs([("shop-1", "s1", ProofTold(tracking_number="AC1", received_by=receiver), NOON)])
        await tx.put_user(User(user_id="u1", email=f"{user}@example.com", name="U", role=Role.ADMIN), "hash")
        await tx.put_notices([kept])
        await tx.put_inbox(kept, subject, text, NOON)


async def test_no_secret_stands_readable_in_any_table(store):
    await keep_secrets(store)
    everything = b"".join(
        [
            part if isinstance(part, bytes) else str(part).encode()
            for table in METADATA.sorted_tables
            for row in await store.rows(select(table))
            for part in row
        ]
    )
    assert b"1001" in everything
    assert [word for word in [*CANARIES, "2015550100", "07666"] if word.encode() in everything] == []


async def test_no_secret_stands_readable_in_the_files_of_sqlite(tmp_path):
    store = open_store(f"sqlite:{tmp_path}/milepost.sqlite", tmp_path / "milepost.key", FixedClock())
    await store.start()
    await keep_secrets(store)
    running = b"".join([file.read_bytes() for file in sorted(tmp_path.iterdir())])
    await store.stop()
    stopped = b"".join([file.read_bytes() for file in sorted(tmp_path.iterdir())])
    for found in (running, stopped):
        assert b"tiktok_shop" in found
        assert [word for word in [*CANARIES, "2015550100"] if word.encode() in found] == []


async def test_everything_sealed_differs_each_time(store):
    async with store.transaction() as tx:
        await tx.put_grant(GRANT)
        await tx.put_grant(replace(GRANT, owner="open-2"))
    first, second = await store.rows(select(GRANTS.c.sealed))
    assert first != second


async def test_a_sealed_value_moved_to_another_row_does_not_open(store):
    async with store.transaction() as tx:
        await tx.put_grant(GRANT)
        await tx.put_grant(replace(GRANT, owner="open-2"))
        ((other,),) = await tx.rows(select(GRANTS.c.sealed).where(GRANTS.c.owner == "open-2"))
        await tx.run(update(GRANTS).where(GRANTS.c.owner == "open-1").values(sealed=other))
    with pytest.raises(StoreError, match="does not open"):
        await store.grant("tiktok_shop", "app-1", "open-1")


async def test_a_sealed_value_that_was_changed_does_not_open(store):
    async with store.transaction() as tx:
        await tx.put_order(order(contact=Contact(name="Ada")), NOON, "h")
        ((sealed,),) = await tx.rows(select(ORDER_VERSIONS.c.sealed))
        await tx.run(update(ORDER_VERSIONS).values(sealed=sealed[:-1] + bytes([sealed[-1] ^ 1])))
    with pytest.raises(StoreError, match="restore database and key file"):
        await store.contact("shop-1", "1001")


def test_a_value_opens_only_where_it_was_sealed():
    sealer = Sealer(b"k" * 32)
    sealed = sealer.seal(b"secret", "grants", ("a", "bc"))
    assert sealer.open(sealed, "grants", ("a", "bc")) == b"secret"
    for table, row, column in (
        ("users", ("a", "bc"), "sealed"),
        ("grants", ("ab", "c"), "sealed"),
        ("grants", ("a", "bc"), "other"),
    ):
        with pytest.raises(StoreError):
            sealer.open(sealed, table, row, column)
    with pytest.raises(StoreError):
        Sealer(b"j" * 32).open(sealed, "grants", ("a", "bc"))


def test_a_long_report_is_smaller_when_kept_and_whole_when_read():
    sealer, body = Sealer(b"k" * 32), b'{"scan": "departed"}' * 1000
    sealed = sealer.seal_body(body, "hash")
    assert len(sealed) < len(body) / 20
    assert sealer.open_body(sealed, "hash") == body


def test_a_new_key_file_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "var" / "milepost.key"
    key = load_key(path, may_make=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path, may_make=False) == key
    assert len(key) == 32


@pytest.mark.parametrize(
    ("text", "mode", "says"),
    [
        ("00" * 32, 0o644, "chmod 600"),
        ("00" * 31, 0o600, "holds 31 bytes"),
        ("not a key", 0o600, "does not hold a key"),
        ("", 0o600, "holds 0 bytes"),
    ],
)
def test_a_key_file_that_will_not_do_is_refused(tmp_path, text, mode, says):
    path = tmp_path / "milepost.key"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(StoreError, match=says):
        load_key(path, may_make=True)
    assert path.read_text() == text
