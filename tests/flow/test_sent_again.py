"""A worker that dies while it sends: the message goes out again, under the id it had (reliability.md finding 3)."""

import asyncio

from milepost.carry.hands import Hands
from milepost.ports.notify import SendResult, Sent
from milepost.worker import drain
from tests.flow.house import NOW, house, order, scans
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
