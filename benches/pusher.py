"""Pushes signed webhooks on a fixed schedule, whatever the answers do: an open loop.

Each is timed from the moment it was due, so that a server that stalls cannot hide it by slowing us down.
Runs as a process of its own (`python -m benches.pusher URL-PORT PER-SECOND SECONDS`); prints one JSON line.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import random
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

APP_KEY, APP_SECRET = "bench", "bench-secret"
SHOP, PATH = "7490000000000000001", "/hooks/tiktok_shop"
BODY_BYTES = (2_000, 5_000)
CONNECTIONS_MAX = 256
TRIES_MAX = 20
RETRY_AFTER_MAX_S = 60.0
HEAD_BYTES_MAX = 65_536
OK, BUSY = range(200, 300), 503
LINE = b"\r\n"

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Told:
    """What came of it. Times in seconds, from the moment a push was due to its first answer."""

    times: list[float] = field(default_factory=list)
    first: Counter[int] = field(default_factory=Counter)  # first answers by status; 0: no answer
    kept: int = 0  # answered 2xx, at the first or a later try
    silent_503: int = 0  # refused without saying when to come again


class Pusher:
    """One run against one port."""

    def __init__(self, port: int, per_second: float, count: int, first: int) -> None:
        self._port, self._per_second, self._count, self._first = port, per_second, count, first
        self._free: list[Connection] = []
        self._room = asyncio.Semaphore(CONNECTIONS_MAX)
        self.told = Told()

    async def run(self) -> Told:
        """Until every push was kept, or tried often enough."""
        started = time.perf_counter()
        tasks = []
        for number in range(self._count):
            due = started + number / self._per_second
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tasks.append(asyncio.create_task(self._push(self._first + number, due)))
        await asyncio.gather(*tasks)
        for _, writer in self._free:
            writer.close()
        return self.told

    async def _push(self, number: int, due: float) -> None:
        request = _request(self._port, number)
        for attempt in range(TRIES_MAX):
            status, wait_s = await self._ask(request)
            if attempt == 0:
                self.told.times.append(time.perf_counter() - due)
                self.told.first[status] += 1
            if status in OK:
                self.told.kept += 1
                return
            self.told.silent_503 += status == BUSY and wait_s is None
            await asyncio.sleep(min(wait_s or 1.0, RETRY_AFTER_MAX_S) * random.uniform(1.0, 1.2))

    async def _ask(self, request: bytes) -> tuple[int, float | None]:
        """The status, and the seconds of Retry-After; 0 when the connection broke."""
        async with self._room:
            while self._free:  # a server may close what stood idle, as browsers and platforms know
                connection = self._free.pop()
                if connection[0].at_eof():
                    connection[1].close()
                    continue
                with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                    return await self._answer(connection, request)
            try:
                return await self._answer(await self._connect(), request)
            except (OSError, asyncio.IncompleteReadError):
                return 0, None

    async def _answer(self, connection: Connection, request: bytes) -> tuple[int, float | None]:
        reader, writer = connection
        writer.write(request)
        head = await reader.readuntil(LINE + LINE)
        fields = dict(line.lower().split(b": ", 1) for line in head.split(LINE)[1:-2])
        await reader.readexactly(int(fields.get(b"content-length", b"0")))
        self._free.append(connection)
        retry = fields.get(b"retry-after")
        return int(head[9:12]), float(retry) if retry else None

    async def _connect(self) -> Connection:
        return await asyncio.open_connection("127.0.0.1", self._port, limit=HEAD_BYTES_MAX)


def _request(port: int, number: int) -> bytes:
    body = _body(number)
    signature = hmac.new(APP_SECRET.encode(), APP_KEY.encode() + body, hashlib.sha256).hexdigest()
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Authorization: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def _body(number: int) -> bytes:
    """A package update of one order with as many lines as make 2 to 5 kB; no two are alike."""
    chance = random.Random(number)
    size, items = chance.randint(*BODY_BYTES), []
    told = {
        "type": 4,
        "tts_notification_id": f"{7_300_000_000_000_000_000 + number}",
        "shop_id": SHOP,
        "timestamp": 1_772_438_400 + number // 300,
        "data": {
            "sc_type": "1",
            "role_type": "1",
            "package_list": [
                {
                    "package_id": f"{1_152_900_000_000_000_000 + number}",
                    "order_id_list": [f"{580_000_000_000_000_000 + number}"],
                }
            ],
            "sku_list": items,
        },
    }
    while len(text := json.dumps(told)) < size:
        sku = str(chance.randrange(10**18, 10**19))
        items.append({"sku_id": sku, "seller_sku": f"SKU-{sku[:6]}", "quantity": chance.randint(1, 9)})
    return text.encode()


def main() -> None:
    """Push, then print what came of it."""
    port, per_second, seconds, first = (
        int(sys.argv[1]),
        float(sys.argv[2]),
        float(sys.argv[3]),
        int(sys.argv[4]),
    )
    count = round(per_second * seconds)
    told = asyncio.run(Pusher(port, per_second, count, first).run())
    cuts = statistics.quantiles(told.times, n=100)
    print(
        json.dumps(
            {
                "pushed": count,
                "kept": told.kept,
                "first": {str(status): n for status, n in told.first.items()},
                "silent_503": told.silent_503,
                "p50_ms": round(cuts[49] * 1000, 2),
                "p99_ms": round(cuts[98] * 1000, 2),
                "max_ms": round(max(told.times) * 1000, 2),
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
