"""A worker that dies while it sends: the message goes out again, under the id it had (reliability.md finding 3)."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from milepost.carry.hands import Hands
from milepost.ports.notify import SendResult, Sent
from milepost.worker import drain
from tests.flow.house import NOW, SHOP, house, order, scans
from tests.flow.test_work import DELIVERED, wants_to_know

SENT = SendResult(outcome=Sent.SENT, detail="arrived")


class Doorstep:
    """A channel that hands over and whose yes is not heard the first time: the worker dies before it comes."""

    key = "email"
    is_configured = True

    def __init__(self):
        self.ids = []
        self.handed_over = asyncio.Event()

    async def send(self, notice, message, recipient):
        self.ids.append(notice.key)
        self.handed_over.set()
        if len(self.ids) == 1:
            await asyncio.Event().wait()
        return SENT


async def test_what_a_dying_worker_sent_is_sent_again_under_the_same_id_and_then_no_more(tmp_path):
    doorstep = Doorstep()
    async with house(tmp_path, pigeon=doorstep) as milepost:
        await milepost.hear(order())
        await wants_to_know(milepost)
        await milepost.hear(scans("AC1", DELIVERED))
        dying = Hands(milepost.app, "dying")
        await dying.reach()
        await asyncio.wait_for(doorstep.handed_over.wait(), 20)
        await dying.drop()
        await milepost.app.work.start(NOW)  # as the next process does
        await drain(milepost.app)
        await drain(milepost.app)
    assert len(doorstep.ids) == 2
    assert doorstep.ids[0] == doorstep.ids[1]


class Full:
    """A channel whose first receiver has no room at first; everybody else takes what comes."""

    key = "email"
    is_configured = True

    def __init__(self):
        self.turned_away = ""
        self.took = Counter()

    async def send(self, notice, message, recipient):
        if not self.turned_away:
            self.turned_away = recipient.address
            return SendResult(outcome=Sent.RETRY, detail="452 no room")
        self.took[recipient.address] += 1
        return SENT


async def test_who_leaves_while_their_message_waits_for_its_next_try_hands_it_to_nobody(tmp_path):
    full = Full()
    async with house(tmp_path, pigeon=full) as milepost:
        await milepost.hear(order())
        for name in ("ada", "ben", "cyd"):
            await wants_to_know(milepost, f"{name}@example.com")
        await milepost.hear(scans("AC1", DELIVERED))
        await drain(milepost.app)
        told = await milepost.app.store.subscriptions(SHOP, "1001")
        (first,) = [one for one in told if one.address == full.turned_away]
        async with milepost.app.store.transaction() as tx:
            await tx.put_subscription(replace(first, ended_at=milepost.clock.now()))
        milepost.clock.move(timedelta(hours=2))
        await drain(milepost.app)
    others = {one.address for one in told} - {first.address}
    assert full.took == Counter(others), "each of the others once, and nobody instead of who left"
