"""A code to the contact on file: it goes to nobody else, works once and for ten minutes, and is never kept."""

import re
from datetime import timedelta

import pytest

from milepost.desk.lookup import look_up
from milepost.desk.passcodes import ASKED_MAX, ask_passcode, use_passcode
from milepost.model.people import View
from milepost.ports.notify import SendResult, Sent
from milepost.worker import drain
from tests.flow.house import house, order

ADA = "ada@example.com"


class Postman:
    """A channel that remembers the messages whole."""

    key = "email"
    is_configured = True

    def __init__(self):
        self.letters = []

    async def send(self, _notice, message, recipient):
        self.letters.append((recipient.address, message))
        return SendResult(outcome=Sent.SENT, detail="arrived")


@pytest.fixture
async def town(tmp_path):
    postman = Postman()
    async with house(tmp_path, pigeon=postman) as milepost:
        await milepost.hear(order(contact={"email": ADA, "postal_code": "75001"}))
        yield milepost, postman


async def code_for(town):
    milepost, postman = town
    await ask_passcode(milepost.app, "1001")
    await drain(milepost.app)
    address, message = postman.letters[-1]
    assert address == ADA
    return re.search(r"\d{4} \d{4}", message.subject)[0]


async def test_a_code_opens_the_full_view_once(town):
    milepost, _ = town
    code = await code_for(town)
    assert await use_passcode(milepost.app, "1001", "0000 0000") is None
    assert (await use_passcode(milepost.app, "1001", code)).view is View.FULL
    assert await use_passcode(milepost.app, "1001", code) is None


async def test_a_code_is_over_after_ten_minutes(town):
    milepost, _ = town
    code = await code_for(town)
    milepost.clock.move(timedelta(minutes=10))
    assert await use_passcode(milepost.app, "1001", code) is None


async def test_a_code_opens_its_own_order_only(town):
    milepost, _ = town
    await milepost.hear(order("1002", ("AC2",), contact={"email": ADA}))
    assert await use_passcode(milepost.app, "1002", await code_for(town)) is None


async def test_codes_are_not_guessed(town):
    milepost, _ = town
    code = await code_for(town)
    for wrong in range(5):
        assert await use_passcode(milepost.app, "1001", f"{wrong:08d}") is None
    assert await use_passcode(milepost.app, "1001", code) is None


async def test_no_form_fills_a_mailbox_and_an_unknown_order_writes_to_nobody(town):
    milepost, postman = town
    for _ in range(ASKED_MAX + 3):
        await ask_passcode(milepost.app, "1001")
        milepost.clock.move(timedelta(seconds=1))
    await ask_passcode(milepost.app, "9999")
    await drain(milepost.app)
    assert [address for address, _ in postman.letters] == [ADA] * ASKED_MAX


async def test_a_code_and_an_address_are_kept_nowhere_in_clear(town):
    milepost, _ = town
    code = await code_for(town)
    kept = repr(await milepost.kept())
    assert code not in kept
    assert code.replace(" ", "") not in kept
    assert ADA not in kept
    await look_up(milepost.app, "1001", "x", "198.51.100.77")
    assert "198.51.100.77" not in repr(await milepost.kept())


async def test_a_code_that_would_come_too_late_is_not_sent(town):
    milepost, postman = town
    await ask_passcode(milepost.app, "1001")
    milepost.clock.move(timedelta(minutes=11))
    await drain(milepost.app)
    assert postman.letters == []
