"""Answers that told nothing new cost almost nothing, and come back byte for byte like any other."""

import hashlib
import random
from collections.abc import Iterable
from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select, update

from milepost.model.reports import Report, ReportKind
from milepost.ports.store import StoreError
from milepost.store.difference import difference
from milepost.store.sql.verbatim import Verbatim
from milepost.store.tables import DIFFERENCE_BYTES_MAX, REPORT_BODIES, REPORTS
from tests.contract.things import HOUR, NOON

BYTES_MAX = {"sqlite": 280, "postgres": 400}
"""What a poll without news may add to the database, row, index and all."""

POLLS, ORDERS = 60, 25
SIZES = {
    "sqlite": Verbatim(
        "SELECT sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name"
        " WHERE m.tbl_name IN ('reports', 'report_bodies')"
    ),
    "postgres": Verbatim(
        "SELECT (pg_total_relation_size('reports') + pg_total_relation_size('report_bodies'))::bigint"
    ),
}


def answer(number: int, scans: int, chance: random.Random) -> Report:
    """What TikTok Shop says of an order's parcel: each answer has an id of its own."""
    told = ", ".join(
        f'{{"description": "Left the sorting centre {place} of town {number}", "at": {place * 977}}}'
        for place in range(scans)
    )
    body = f'{{"code": 0, "request_id": "2026{chance.randrange(16**28):028X}", "data": {{"tracking": [{told}]}}}}'
    return Report(
        source="tiktok_shop",
        kind=ReportKind.ORDER_TRACKING,
        shop_id="7495820011234567890",
        subject=(f"5815011660650{number:05d}",),
        heard_at=NOON,
        body=body.encode(),
    )


def chance_of(seed: int) -> random.Random:
    print(f"seed {seed}")
    return random.Random(seed)


async def keep(store, reports: Iterable[Report], *, repeat: bool = True) -> None:
    told = list(reports)
    async with store.transaction() as tx:
        await tx.keep_reports(told, {one.body_hash for one in told} if repeat else frozenset())


async def kept(store):
    """Every row of reports, oldest first: seq, hash, question, which it repeats."""
    columns = (REPORTS.c.seq, REPORTS.c.body_hash, REPORTS.c.asked, REPORTS.c.repeats)
    return await store.rows(select(*columns).order_by(REPORTS.c.seq))


async def bodies_kept(store) -> int:
    return (await store.rows(select(func.count()).select_from(REPORT_BODIES)))[0][0]


async def heard(store) -> list[bytes]:
    return [await store.report_as_heard(row[0]) for row in await kept(store)]


async def test_every_answer_comes_back_byte_for_byte(store):
    chance = chance_of(1)
    told = [answer(number, scans, chance) for scans in (1, 1, 4, 4, 9) for number in range(5)]
    for start in range(0, len(told), 5):
        await keep(store, told[start : start + 5], repeat=start % 10 == 5)
    assert await heard(store) == [one.body for one in told]
    assert [row[3] is None for row in await kept(store)] == ([True] * 5 + [False] * 5) * 2 + [True] * 5


async def test_a_poll_without_news_adds_at_most_a_few_bytes(store):
    chance = chance_of(2)
    await keep(store, [answer(number, 12, chance) for number in range(ORDERS)], repeat=False)
    before = (await store.rows(SIZES[store.engine]))[0][0]
    for _ in range(POLLS):
        await keep(store, [answer(number, 12, chance) for number in range(ORDERS)])
    after = (await store.rows(SIZES[store.engine]))[0][0]
    added = (after - before) / (POLLS * ORDERS)
    print(f"{added:.0f} bytes a poll on {store.engine}")
    assert added <= BYTES_MAX[store.engine]
    assert await bodies_kept(store) == ORDERS


async def test_each_of_many_in_one_batch_repeats_the_last_whole_answer_to_its_own_question(store):
    chance = chance_of(3)
    await keep(store, [answer(number, 2, chance) for number in range(30)], repeat=False)
    await keep(store, [answer(number, 3, chance) for number in range(30)], repeat=False)
    await keep(store, [answer(number, 3, chance) for number in reversed(range(30))])
    rows = await kept(store)
    assert [row[3] for row in rows[60:]] == [row[0] for row in reversed(rows[30:60])]


async def test_what_a_repeat_repeats_is_always_whole(store):
    chance = chance_of(4)
    for scans in (1, 1, 1, 6, 6, 2, 2, 2):
        await keep(
            store, [answer(number, scans, chance) for number in range(8)], repeat=chance.random() < 0.7
        )
    rows = {row[0]: row for row in await kept(store)}
    repeats = [row for row in rows.values() if row[3] is not None]
    assert repeats
    assert {rows[row[3]][3] for row in repeats} == {None}
    assert all(row[2] is None for row in repeats), "a repeat can be found as something to repeat"


async def test_what_brought_something_is_kept_whole_under_its_hash(store):
    chance = chance_of(5)
    told = [answer(1, 3, chance) for _ in range(4)]
    for one in told:
        await keep(store, [one], repeat=False)
    for one in told:
        assert await store.report_body(one.body_hash) == one.body


async def test_the_first_answer_to_a_question_is_kept_whole_though_it_told_nothing(store):
    first, again = (answer(1, 0, chance_of(6)) for _ in range(2))
    again = replace(again, body=again.body.replace(b"2026", b"2027"))
    await keep(store, [first])
    await keep(store, [again])
    assert [row[3] is None for row in await kept(store)] == [True, False]
    assert await heard(store) == [first.body, again.body]


async def test_an_answer_that_differs_much_is_kept_whole_and_repeated_from_then_on(store):
    chance = chance_of(7)
    noise = bytes(chance.randrange(256) for _ in range(DIFFERENCE_BYTES_MAX))
    told = [answer(1, 3, chance) for _ in range(3)]
    told[1:] = [replace(one, body=one.body + noise) for one in told[1:]]
    for one in told:
        await keep(store, [one])
    rows = await kept(store)
    assert [row[3] for row in rows] == [None, None, rows[1][0]]
    assert await heard(store) == [one.body for one in told]


async def test_the_same_bytes_again_are_a_row_and_nothing_else(store):
    one = answer(1, 3, chance_of(8))
    for hour in range(3):
        await keep(store, [replace(one, heard_at=NOON + hour * HOUR)])
    assert [row[2] is None for row in await kept(store)] == [False, True, True]
    assert await bodies_kept(store) == 1
    assert await heard(store) == [one.body] * 3


async def test_a_push_answers_no_question_and_is_kept_whole(store):
    chance = chance_of(9)
    told = [replace(answer(1, 3, chance), kind=ReportKind.PUSH) for _ in range(3)]
    for one in told:
        await keep(store, [one])
    assert {row[2:] for row in await kept(store)} == {(None, None)}
    assert await heard(store) == [one.body for one in told]


async def test_another_shops_answer_is_not_repeated(store):
    chance = chance_of(10)
    mine, theirs = answer(1, 3, chance), replace(answer(1, 3, chance), shop_id="another")
    await keep(store, [mine])
    await keep(store, [theirs])
    assert [row[3] for row in await kept(store)] == [None, None]


async def test_a_body_that_is_gone_is_named_with_all_that_repeat_it(store):
    chance = chance_of(11)
    first, again = answer(1, 3, chance), answer(1, 3, chance)
    await keep(store, [first])
    await keep(store, [again])
    await store.run(delete(REPORT_BODIES).where(REPORT_BODIES.c.body_hash == first.body_hash))
    whole, repeat = (row[0] for row in await kept(store))
    with pytest.raises(StoreError, match=f"report {whole} .*its body is missing: restore"):
        await store.report_as_heard(whole)
    with pytest.raises(StoreError, match=f"report {repeat} .*the body that it repeats is missing: restore"):
        await store.report_as_heard(repeat)
    await store.run(delete(REPORTS).where(REPORTS.c.seq == whole))
    with pytest.raises(StoreError, match="the body that it repeats is missing"):
        await store.report_as_heard(repeat)


async def test_a_damaged_body_is_said_to_be_and_what_is_heard_next_is_kept_whole(store):
    chance = chance_of(12)
    first, again, later = (answer(1, 3, chance) for _ in range(3))
    await keep(store, [first])
    await keep(store, [again])
    await store.run(update(REPORT_BODIES).values(sealed=bytes(100)))
    with pytest.raises(StoreError, match="report_bodies does not open"):
        await store.report_as_heard((await kept(store))[1][0])
    await keep(store, [later])
    assert await store.report_body(later.body_hash) == later.body


async def test_a_difference_moved_to_another_report_does_not_open(store):
    chance = chance_of(13)
    for number in (1, 2):
        await keep(store, [answer(number, 3, chance)])
        await keep(store, [answer(number, 3, chance)])
    rows = await kept(store)
    one, other = rows[1], rows[3]
    moved = (await store.rows(select(REPORTS.c.sealed).where(REPORTS.c.seq == one[0])))[0][0]
    await store.run(update(REPORTS).where(REPORTS.c.seq == other[0]).values(sealed=moved))
    with pytest.raises(StoreError, match="reports does not open"):
        await store.report_as_heard(other[0])
    await store.run(update(REPORTS).where(REPORTS.c.seq == one[0]).values(repeats=rows[2][0]))
    with pytest.raises(StoreError, match="reports does not open"):
        await store.report_as_heard(one[0])


@pytest.mark.parametrize(
    "wrong",
    [b"", b"\x93\x01", difference(b"another body", b"another poll")],
    ids=["empty", "cut", "another's"],
)
async def test_a_difference_that_leads_to_other_bytes_is_never_shown_as_heard(store, wrong):
    chance = chance_of(14)
    first, again = answer(1, 3, chance), answer(1, 3, chance)
    await keep(store, [first])
    await keep(store, [again])
    sealed = store._sealer.seal(wrong, "reports", (again.body_hash, first.body_hash))
    seq = (await kept(store))[1][0]
    await store.run(update(REPORTS).where(REPORTS.c.seq == seq).values(sealed=sealed))
    with pytest.raises(StoreError, match=f"report {seq} does not come back as it was heard"):
        await store.report_as_heard(seq)


async def test_nothing_of_a_repeat_can_be_read_without_the_key(store):
    chance = chance_of(15)
    first = answer(1, 3, chance)
    again = replace(first, body=first.body.replace(b"town 1", b"Ada Lovelace"))
    await keep(store, [first])
    await keep(store, [again])
    ((sealed,),) = await store.rows(select(REPORTS.c.sealed).where(REPORTS.c.repeats.is_not(None)))
    assert b"Ada" in again.body
    assert b"Ada" not in sealed
    assert hashlib.sha256((await heard(store))[1]).hexdigest() == again.body_hash


async def test_a_report_nobody_kept_is_none(store):
    assert await store.report_as_heard(99) is None
