"""Milepost as separate programs, killed and started again, and a marketplace that sends until it is heard."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

from tests.sim.pushes import body_of, signature

ROOT = Path(__file__).parents[2]
STARTED_WITHIN_S = 180.0
SENDERS = 6
AGAIN_S = 0.02
WITHIN_S = 10.0
TOLD_TWICE = 0.1


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def environment(settings, port):
    """These settings, as the programs read them."""
    app = settings.tiktok_shop.apps[0]
    told = {
        "STORE__URL": settings.store.url,
        "STORE__KEY_FILE": settings.store.key_file,
        "WEB__PORT": str(port),
        "TIKTOK_SHOP__APPS__0__MARKET": app.market,
        "TIKTOK_SHOP__APPS__0__APP_KEY": app.app_key,
        "TIKTOK_SHOP__APPS__0__APP_SECRET": app.app_secret,
        "TIKTOK_SHOP__APPS__0__SERVICE_ID": app.service_id,
        "TIKTOK_SHOP__AUTH_URL": settings.tiktok_shop.auth_url,
        "TIKTOK_SHOP__API_URL": settings.tiktok_shop.api_url,
        "TIKTOK_SHOP__CALLS_PER_SECOND": "1000",
        "CLOCK": settings.clock,
        "LOG_LEVEL": "error",
    }
    for key, access in settings.carriers.items():
        name = f"CARRIERS__{key.upper()}__"
        told |= {
            f"{name}URL": access.url,
            f"{name}CLIENT_ID": access.client_id,
            f"{name}CLIENT_SECRET": access.client_secret,
            f"{name}ACCOUNT": access.account,
            f"{name}PER_MINUTE": str(access.per_minute),
            f"{name}PER_DAY": str(access.per_day),
        }
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("MILEPOST_")},
        **{f"MILEPOST_{name}": value for name, value in told.items()},
        "PYTHONPATH": f"{ROOT}/src",
    }


class Programs:
    """One `milepost` process for each of `kinds`; whoever was killed is started again."""

    def __init__(self, kinds, settings, folder):
        self.kinds = kinds
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = environment(settings, self.port)
        self._said = folder / "said.log"
        self._running = {}

    async def start(self):
        """Those that do not run; returns when pushes are answered."""
        for kind in self.kinds:
            if kind not in self._running:
                with self._said.open("ab") as said:
                    self._running[kind] = subprocess.Popen(  # noqa: ASYNC220 - it is not waited for
                        [sys.executable, "-m", "milepost", kind],
                        env=self._environment,
                        cwd=self._said.parent,
                        stdout=said,
                        stderr=said,
                    )
        async with asyncio.timeout(STARTED_WITHIN_S), httpx.AsyncClient(trust_env=False) as http:
            while not await self._answers(http):
                for kind, process in self._running.items():
                    assert process.poll() is None, f"{kind} ended: {self._said.read_text()[-2000:]}"
                await asyncio.sleep(AGAIN_S)

    async def _answers(self, http):
        try:
            return (await http.get(f"{self.url}/healthz")).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self, kind):
        """As a power switch does it to one process: nothing is asked, nothing is tidied up."""
        process = self._running.pop(kind)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def kill_all(self):
        for kind in list(self._running):
            self.kill(kind)


class Marketplace:
    """Sends numbered pushes, each until it is answered 200, some again after that."""

    def __init__(self, url, app, orders, chance):
        self.acknowledged = set()
        self.sent = 0
        self.unforeseen = set()
        self._url = f"{url}/hooks/tiktok_shop"
        self._app = app
        self._orders = orders
        self._chance = chance
        self._stop = False
        self._more = asyncio.Condition()

    async def run(self):
        """Until `stop`; the pushes under way then are sent to their end."""
        limits = httpx.Limits(max_connections=SENDERS)
        async with httpx.AsyncClient(trust_env=False, timeout=WITHIN_S, limits=limits) as http:
            await asyncio.gather(*[self._sender(http) for _ in range(SENDERS)])

    def stop(self):
        self._stop = True

    async def reached(self, count):
        """Until so many pushes were acknowledged."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.acknowledged) >= count)

    async def _sender(self, http):
        while not self._stop:
            self.sent += 1
            number = self.sent
            body = body_of(number, self.order_of(number))
            while not await self._send(http, body):  # noqa: ASYNC110 - a sender that comes again
                await asyncio.sleep(AGAIN_S)
            async with self._more:
                self.acknowledged.add(number)
                self._more.notify_all()
            if self._chance.random() < TOLD_TWICE:
                await self._send(http, body)

    def order_of(self, number):
        return self._orders[number % len(self._orders)]

    async def _send(self, http, body):
        signed = {"Authorization": signature(self._app.app_key, self._app.app_secret, body)}
        try:
            answer = await http.post(self._url, content=body, headers=signed)
        except httpx.HTTPError:
            return False
        if answer.status_code not in (200, 503):
            self.unforeseen.add(answer.status_code)
        return answer.status_code == 200
