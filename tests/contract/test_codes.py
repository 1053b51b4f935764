"""Codes nobody explained are found among the events, and what people say of them is kept, on every engine."""

from dataclasses import replace

from milepost.model.carriers import CodeMeaning
from milepost.model.codes import CodeCorrection
from milepost.model.scans import CodeRef
from milepost.model.statuses import Status
from milepost.ports.codes import standing
from tests.contract.things import HOUR, NOON, event, exception

SAID = CodeCorrection(
    source="acme",
    ref=CodeRef("event", "ZZZ"),
    meaning=CodeMeaning(status="held", reason="customs.duties_due", evidence="", note="money"),
    by="ada@example.com",
    at=NOON,
    code="X/ZZZ",
    report_hash="0" * 64,
    subject="AC1",
)


def unknown(number, minutes, code="X/ZZZ", **more):
    at = NOON + minutes * HOUR / 60
    return event(number, at, status=Status.UNKNOWN, code=code, heard_at=at, **more)


async def test_unknown_codes_are_counted_with_their_first_last_and_an_example(store):
    scans = [
        (unknown("AC1", 0, text="Once"), None),
        (unknown("AC2", 5, text="Again", shop="shop-2", report_hash="1" * 64), None),
        (unknown("AC1", 3, "QQQ", source="bazaar", order="1001"), None),
        (unknown("AC1", 4, ""), None),
        (event("AC1", NOON), None),
    ]
    async with store.transaction() as tx:
        await tx.add_events(scans)
    first, second = await store.unknown_codes(10)
    assert (first.source, first.code, first.scans) == ("acme", "X/ZZZ", 2)
    assert (first.first_heard_at, first.last_heard_at) == (NOON, NOON + HOUR / 12)
    assert (first.text, first.report_hash, first.shop_id) == ("Again", "1" * 64, "shop-2")
    assert (second.source, second.code, second.scans, second.order_number) == ("bazaar", "QQQ", 1, "1001")
    assert len(await store.unknown_codes(1)) == 1


async def test_what_was_said_of_a_code_stays_and_the_newest_is_the_one(store):
    said = [
        SAID,
        replace(SAID, meaning=replace(SAID.meaning, status="note"), at=NOON + HOUR),
        replace(SAID, ref=CodeRef("event", "QQQ")),
        replace(SAID, ref=CodeRef("event", "QQQ"), withdrawn=True),
    ]
    for one in said:
        async with store.transaction() as tx:
            await tx.add_code_correction(one)
    assert await store.code_corrections() == said
    assert standing(said) == [said[1]]


async def test_ended_exceptions_are_read_the_newest_first(store):
    began = [exception(shipment_id=f"s{number}") for number in range(3)]
    ended = [one.resolve(NOON + HOUR, "It moved on.") for one in began[:2]]
    async with store.transaction() as tx:
        await tx.put_exceptions([*began, *ended])
    assert await store.ended_exceptions(10) == [ended[1], ended[0]]
    assert await store.ended_exceptions(1) == [ended[1]]
