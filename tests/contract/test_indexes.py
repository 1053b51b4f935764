"""Every question asked often is answered by an index: no table is read from end to end."""

import json

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from milepost.queue import statements as work
from milepost.store import (
    delivery_shelf,
    endpoint_shelf,
    event_shelf,
    exception_shelf,
    guess_shelf,
    notice_shelf,
    order_shelf,
    people_shelf,
    promise_shelf,
    repeats,
    report_shelf,
    search_shelf,
    shipment_shelf,
    shop_shelf,
    sms_shelf,
    webhook_shelf,
)
from milepost.store.shelf import walled
from milepost.store.sql.compiled import Compiler
from milepost.store.tables import INBOX, METADATA, NOTICES, ORDERS, SHIPMENTS
from tests.stores import fresh_store

HOT = {
    "the versions of an order": order_shelf.CURRENT,
    "an order by its number": order_shelf.BY_NUMBER,
    "the newest orders of some shops": walled(order_shelf.NEWEST, ORDERS.c.shop_id, ["a"]),
    "the shipments of an order and their open exceptions": order_shelf.SHIPMENTS_OF,
    "a second factor": order_shelf.INDEXES,
    "a search": search_shelf.FOUND,
    "a search of some shops": search_shelf.FOUND_BEHIND_WALL,
    "shipments by number": shipment_shelf.BY_NUMBERS,
    "shipments by id": shipment_shelf.BY_IDS,
    "shipment rows": shipment_shelf.ROWS,
    "the newest shipments of some shops": walled(shipment_shelf.NEWEST, SHIPMENTS.c.shop_id, ["a"]),
    "shipments of an order": shipment_shelf._filtered(("order_number",)),
    "shipments by tracking number": shipment_shelf._filtered(("tracking_number",)),
    "shipments by status": shipment_shelf._filtered(("status",)),
    "shipments by carrier": shipment_shelf._filtered(("carrier",)),
    "a new summary": shipment_shelf.PUT_JOURNEY,
    "the events of many shipments": event_shelf.OF_SHIPMENTS,
    "the events of an order": event_shelf.OF_ANY_SHIPMENT,
    "moving events": event_shelf.ATTRIBUTE,
    "the ledger of an order": promise_shelf.OF_ORDER,
    "open exceptions of shipments": exception_shelf.OPEN_OF,
    "the worst open exceptions": exception_shelf._filtered((), only_open=True),
    "unknown events": walled(exception_shelf.UNKNOWN_COUNT, event_shelf.EVENTS.c.shop_id, ["a"]),
    "known bodies": report_shelf.KNOWN,
    "a body": report_shelf.BODY,
    "a report as it was heard": report_shelf.ONE_AS_HEARD,
    "the last whole answers": repeats.LAST_WHOLE["sqlite"],
    "proofs": delivery_shelf.PROOFS_OF,
    "the newest lessons": delivery_shelf.NEWEST_LESSONS,
    "the newest deliveries": delivery_shelf.LESSONS_OF,
    "a grant": shop_shelf.OWNER_GRANT,
    "guesses": guess_shelf.COUNT,
    "a notice": notice_shelf.NOTICE,
    "the newest notices of some shops": walled(notice_shelf.NEWEST, NOTICES.c.shop_id, ["a"]),
    "attempts": notice_shelf.ATTEMPTS_OF,
    "the inbox of some shops": walled(notice_shelf.NEWEST_IN_INBOX, INBOX.c.shop_id, ["a"]),
    "subscriptions": notice_shelf.SUBSCRIPTIONS_OF,
    "the endpoints of some shops": endpoint_shelf.OF_SHOPS,
    "an endpoint": endpoint_shelf.ONE,
    "known messages": webhook_shelf.KNOWN,
    "a message's way to an endpoint": webhook_shelf.STATE,
    "the newest messages to an endpoint": webhook_shelf.NEWEST,
    "messages to an endpoint in a state": webhook_shelf._newest(of_state=True),
    "tries of messages": webhook_shelf.ATTEMPTS_OF,
    "what an endpoint missed": webhook_shelf.MISSED,
    "old messages": webhook_shelf.OLD,
    "messages of one number in a day": sms_shelf.FARES_OF_NUMBER,
    "who opted out": sms_shelf.OPTED_OUT,
    "a session": people_shelf.SESSION_USER,
    "a user": people_shelf.USER_BY_EMAIL,
    "an API key": people_shelf.KEY,
    "lanes that have work": work.LANES,
    "the oldest free work of lanes": work.oldest_free("sqlite", of_kinds=True),
    "what lanes have out": work.IN_HAND_BY_LANE,
    "what a lease still holds": work.STILL_MINE,
    "what a dead worker had": work.GIVE_BACK_ALL,
    "how much work there is": work.COUNTS,
    "taking work": work.take(4),
    "finishing work": work.done(4),
    "when the next work is due": work.NEXT_DUE,
    "dead work": work.NEWEST_DEAD,
}
ON_POSTGRES = {
    **HOT,
    "the last whole answers": repeats.LAST_WHOLE["postgres"],
    "the oldest free work of lanes": work.oldest_free("postgres", of_kinds=True),
}
TABLES = {table.name for table in METADATA.sorted_tables}


@pytest.mark.parametrize("question", HOT)
async def test_an_index_answers(question, tmp_path):
    made = Compiler(sqlite.dialect(paramstyle="qmark")).compiled(HOT[question])
    async with fresh_store("sqlite", tmp_path) as store:
        plan = [
            row[3]
            for row in store._database.connection.execute(
                f"EXPLAIN QUERY PLAN {made.text}", [None] * len(made.names)
            )
        ]
    scans = [
        step
        for step in plan
        if step.startswith("SCAN") and step.split()[1] in {*TABLES, "d", "w"} and " USING " not in step
    ]
    assert scans == [], plan
    assert plan


@pytest.mark.postgres
async def test_an_index_answers_on_postgresql_in_every_part_of_a_table(tmp_path):
    """Planned without looking at values, as a statement is that is asked again and again."""
    compiler, reading = Compiler(dialect()), {}
    async with fresh_store("postgres", tmp_path) as store, store._database.connection() as connection:
        await connection.execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")
        for question, statement in ON_POSTGRES.items():
            made = compiler.compiled(statement)
            nothing = f"({', '.join(['NULL'] * len(made.names))})" if made.names else ""
            await connection.execute(f"PREPARE asked AS {made.text}")
            ((plan,),) = await connection.fetch(f"EXPLAIN (FORMAT JSON) EXECUTE asked{nothing}")
            await connection.execute("DEALLOCATE asked")
            scans = [table for kind, table in steps(json.loads(plan)[0]["Plan"]) if kind == "Seq Scan"]
            if scans:
                reading[question] = scans
        await connection.execute("RESET enable_seqscan; RESET plan_cache_mode")
    assert reading == {}


@pytest.mark.postgres
async def test_a_question_about_a_month_looks_at_that_months_part_only(tmp_path):
    async with fresh_store("postgres", tmp_path) as store, store._database.connection() as connection:
        asked = "EXPLAIN (FORMAT JSON) SELECT * FROM events WHERE shop_id = 'a' AND event_id = 'b' AND month = 202603"
        ((plan,),) = await connection.fetch(asked)
    tables = {table for _, table in steps(json.loads(plan)[0]["Plan"]) if table}
    assert tables == {"events_202603"}


def steps(plan):
    """(what is done, on which table), from the top of a plan down."""
    yield plan["Node Type"], plan.get("Relation Name")
    for below in plan.get("Plans", ()):
        yield from steps(below)


def test_the_table_of_hot_questions_would_notice_a_scan():
    assert {"orders", "events", "work"} <= TABLES
