"""Many rows in one statement end as the same rows one after the other, on both engines."""

import pytest
from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from milepost.store.sql.at_once import at_once, can_be_at_once, joined, waves
from milepost.store.tables import EVENTS, LANE_DELIVERIES, MARKS, ORDER_VERSIONS, REPORT_BODIES
from tests.contract.things import HOUR, NOON, event, notice

_put = postgresql.insert(MARKS)
PUT_MARK = _put.on_conflict_do_update(index_elements=[MARKS.c.name], set_={"value": _put.excluded.value})
LONGER = _put.on_conflict_do_update(
    index_elements=["name"],
    set_={"value": MARKS.c.value + _put.excluded.value},
    where=func.length(_put.excluded.value) > 0,
)


async def test_a_key_that_comes_twice_is_replaced_by_the_last(store):
    rows = [{"name": name, "value": f"{number}"} for number, name in enumerate("abcabcab")]
    async with store.transaction() as tx:
        await tx.run(PUT_MARK, rows)
    assert dict(await store.rows(select(MARKS))) == {"a": "6", "b": "7", "c": "5"}


async def test_what_a_conflict_adds_up_is_added_up_in_order(store):
    async with store.transaction() as tx:
        await tx.run(LONGER, [{"name": "a", "value": value} for value in ("x", "y", "", "z")])
        await tx.run(LONGER, [{"name": "a", "value": "!"}])
    assert await store.mark("a") == "xyz!"


AWKWARD = [
    "a\x00b",
    "\x00",
    "Ümläut ☂ \U0001f4e6",
    "{}",
    '"quoted", \\',
    "NULL",
    "",
    "\x1f",
    "\x1e",
    "\x1f\x1e\x1f",
    "\n",
]


@pytest.mark.parametrize("texts", [["plain", *AWKWARD], *[[text] for text in AWKWARD]])
async def test_values_of_every_kind_come_back(store, texts):
    async with store.transaction() as tx:
        await tx.run(MARKS.insert(), [{"name": f"{n:02}", "value": text} for n, text in enumerate(texts)])
        await tx.run(
            insert(REPORT_BODIES),
            [{"body_hash": "a", "sealed": b"\x00\xff"}, {"body_hash": "b", "sealed": b""}],
        )
        hours = [("lane", "s1", 1.5), ("lane", "s2", 0.1)]
        await tx.run(
            insert(LANE_DELIVERIES),
            [dict(zip(("lane", "shipment_id", "hours"), row, strict=True)) for row in hours],
        )
    assert [value for _, value in sorted(await store.rows(select(MARKS)))] == texts
    assert dict(await store.rows(select(REPORT_BODIES))) == {"a": b"\x00\xff", "b": b""}
    assert sorted(await store.rows(select(LANE_DELIVERIES.c.hours))) == [(0.1,), (1.5,)]


async def test_rows_are_counted_from_one_in_the_order_they_were_given(store):
    told = [event(at=NOON + n * HOUR) for n in range(300)]
    async with store.transaction() as tx:
        await tx.add_events([(one, "s1") for one in reversed(told)])
    ids = [row[0] for row in await store.rows(select(EVENTS.c.event_id).order_by(EVENTS.c.seq))]
    assert ids == [one.event_id for one in reversed(told)]


async def test_how_many_rows_went_in_is_said(store):
    async with store.transaction() as tx:
        assert await tx.put_notices([notice("a"), notice("b"), notice("a")]) == {"a", "b"}
        assert await tx.put_notices([notice("b"), notice("c")]) == {"c"}
        rows = [{"name": name, "value": ""} for name in "xyz"]
        assert await tx.run(MARKS.insert(), rows) == 3
        assert await tx.run(PUT_MARK, rows[:2]) == 2


async def test_an_empty_list_of_rows_does_nothing(store):
    async with store.transaction() as tx:
        assert await tx.add_events([]) == set()


def test_the_statement_is_one_with_a_text_for_each_column():
    names = ("name", "value")
    assert can_be_at_once(PUT_MARK, names)
    said = str(at_once(PUT_MARK, names).compile(dialect=dialect()))
    assert said.count("string_to_table(") == 2
    assert "ON CONFLICT (name) DO UPDATE SET value = excluded.value" in said


def test_values_are_joined_by_marks_that_none_of_them_holds():
    names = ("event_id", "heard_at", "reason")
    plain = joined(EVENTS, names, [("a", 1, None), ("", True, "late")])
    assert plain == {
        "event_id": "a\x1f\x1f",
        "heard_at": "1\x1f1\x1f",
        "reason": "\x1e\x1flate\x1f",
        "between_values": "\x1f",
        "nothing_here": "\x1e",
        "row_count": 2,
    }
    for awkward in ("\x1f", "\x1e", "a\x1fb", "\x1ea"):
        said = joined(EVENTS, names, [("a", 1, None), (awkward, 2, None)])
        between, nothing = said["between_values"], said["nothing_here"]
        assert between != nothing
        assert between not in awkward
        assert nothing not in awkward
        assert said["event_id"] == f"a{between}{awkward}{between}"


@pytest.mark.parametrize(
    "statement",
    [
        select(MARKS),
        MARKS.insert().values(name="a", value="b"),
        MARKS.insert().from_select(["name", "value"], select(MARKS)),
        _put.on_conflict_do_update(index_elements=["name"], set_={"value": bindparam("other")}),
    ],
)
def test_what_needs_more_than_its_row_is_left_as_it_is(statement):
    assert not can_be_at_once(statement, ("name", "other"))


def test_rows_go_together_unless_one_would_be_replaced_twice():
    rows = [{"name": name, "value": ""} for name in "aabca"]
    assert [[row["name"] for row in wave] for wave in waves(PUT_MARK, rows)] == [
        ["a", "b", "c"],
        ["a"],
        ["a"],
    ]
    assert waves(_put.on_conflict_do_nothing(), rows) == [rows]
    assert waves(ORDER_VERSIONS.insert(), rows) == [rows]
