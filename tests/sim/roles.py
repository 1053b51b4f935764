"""What the processes of the proofs do: hear news and send, or only carry out work."""

import asyncio
import os
import resource
import signal
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from milepost import wiring
from milepost.flow import take_in
from milepost.model.people import Subscription
from milepost.ports.notify import SendResult, Sent
from milepost.settings import Mail, Settings, Sms, StoreSettings, Web, Webhooks, WebPush, WorkSettings
from milepost.worker import drain, work
from tests.flow.house import SHOP, Bazaar, order, scans
from tests.journeys.acme import Acme
from tests.journeys.stage import identify

ACCOUNT, TOKEN = "AC" + "0" * 32, "not a real token"
ORDERS = 5  # heard of by each process
LEASE_S = 3.0  # what the killed had in hand is soon another's


@asynccontextmanager
async def opened(url, key, **more):
    """A Milepost with Acme and the bazaar."""
    settings = Settings(store=StoreSettings(url=url, key_file=key), log_level="error", **more)
    async with wiring.running(settings) as milepost:
        app = milepost.app
        yield replace(
            app,
            carriers={**app.carriers, "acme": Acme()},
            marketplaces={**app.marketplaces, "bazaar": Bazaar()},
            identify=identify,
        )


async def sender(*, number, browsers, **places):
    """Hear of some orders and their deliveries, tell whom it concerns, and go on until killed."""
    async with _sending(**places) as app:
        await _hear(app, number, browsers)
        await work(app, asyncio.Event())


async def last_sender(**places):
    """Do what is left, and end."""
    async with _sending(**places) as app:
        await drain(app, to_the_last=True)


def _sending(*, url, key, mail_port, sms_url, push_service):
    """Four ways to tell: one whose receiver knows no repeats, and three that know them by an id."""
    return opened(
        url,
        key,
        mail=Mail(host="127.0.0.1", port=mail_port, tls="none"),
        sms=Sms(
            url=sms_url,
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            sender="+12025550100",
            prices={"US": 0.0001},
            day_money=1e6,
            per_number_per_day=1000,
        ),
        web=Web(public_url="https://milepost.example"),
        web_push=WebPush(contact="mailto:shop@example.com", services=[push_service]),
        webhooks=Webhooks(allow_private=True),
        work=WorkSettings(lease_s=LEASE_S),
    )


async def _hear(app, number, browsers):
    """In two batches: first who wants to know, then what there is to know."""
    orders = [f"{number}-{n}" for n in range(ORDERS)]
    async with app.store.transaction() as tx:
        for name, browser in zip(orders, browsers, strict=True):
            serial = number * ORDERS + int(name.rpartition("-")[2])
            for channel, address in (
                ("email", f"buyer{serial}@example.invalid"),
                ("sms", f"+1202555{serial:04}" if serial < 10_000 else f"+1{2020000000 + serial}"),
                ("web_push", browser),
            ):
                await tx.put_subscription(
                    Subscription(
                        order_number=name,
                        shop_id=SHOP,
                        channel=channel,
                        address=address,
                        only_problems=False,
                        consented_at=datetime.now(UTC),
                        wording="Tell me.",
                    )
                )
    told = datetime.now(UTC)
    reports = []
    for name in orders:
        reports += [
            order(name, parcels=(f"AC{name}",), placed=told, updated=told.isoformat()),
            scans(f"AC{name}", f"{told:%Y-%m-%dT%H:%M}+00:00  DEL  Paris FR", heard_at=told),
        ]
    await take_in(reports, app)


class Book:
    """A channel that writes down what it carried, a line each, at the end of a file all processes share.

    None of its first letters leaves before each of `together` processes has one in hand: however quick the
    first of them is, it leaves room for the others, or they wait for ever.
    """

    key = "email"
    is_configured = True

    def __init__(self, path, together):
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._begun = Path(f"{path}-begun")
        self._together = together

    async def send(self, notice, message, recipient):
        if self._together > 1:
            _say(self._begun, str(os.getpid()))
            while len(set(self._begun.read_text("utf-8").split())) < self._together:  # noqa: ASYNC110 - they say it in a file
                await asyncio.sleep(0.01)
            self._together = 1
        os.write(self._file, f"{notice.key} {os.getpid()}\n".encode())
        return SendResult(outcome=Sent.SENT, detail="written down")


async def worker(*, url, key, book, ready, lease_s=60.0, together=1):
    """Carry out work until told to stop; then say what it cost, in a line at the end of `ready`."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    told = {"mail": Mail(seller_to=["seller@example.invalid"]), "work": WorkSettings(lease_s=lease_s)}
    async with opened(url, key, **told) as whole:
        app = replace(whole, channels={**whole.channels, "email": Book(book, together)})
        _say(ready, "ready")
        before = _cpu_s()
        await work(app, stop)
        _say(ready, f"cpu {_cpu_s() - before:.3f}")


def _say(path, line):
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def _cpu_s():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
