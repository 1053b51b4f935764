"""Asks one page again and again over a few open connections, and notes how long each answer took."""

import asyncio
import statistics
import time
from dataclasses import dataclass

LINE = b"\r\n"
HEAD_BYTES_MAX = 65_536
PERCENTILES = 100


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one spell of asking found. Times in milliseconds."""

    per_second: float
    p99_ms: float
    answers: int
    body_bytes: int


class WrongAnswerError(Exception):
    """The page answered something else than 200."""


async def ask(port: int, path: str, *, cookie: str = "", connections: int, seconds: float) -> Load:
    """As many answers as come within `seconds`, each connection asking as soon as it has heard.

    A closed loop: it shows the most the server can do, and p99 at that load. Raises WrongAnswerError.
    """
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n"
        + (f"Cookie: {cookie}\r\n" if cookie else "")
        + "\r\n"
    ).encode()
    started = time.perf_counter()
    spells = await asyncio.gather(
        *(_one(port, request, started + seconds) for _ in range(connections)),
    )
    took = time.perf_counter() - started
    times = [one for spell, _ in spells for one in spell]
    return Load(
        per_second=len(times) / took,
        p99_ms=statistics.quantiles(times, n=PERCENTILES)[-1] * 1000,
        answers=len(times),
        body_bytes=spells[0][1],
    )


async def _one(port: int, request: bytes, until: float) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=HEAD_BYTES_MAX)
    times: list[float] = []
    length = 0
    try:
        while (asked := time.perf_counter()) < until or len(times) < 2:
            writer.write(request)
            head = await reader.readuntil(LINE + LINE)
            if not head.startswith(b"HTTP/1.1 200"):
                raise WrongAnswerError(head.split(LINE)[0].decode("latin-1"))
            length = _length(head)
            await reader.readexactly(length)
            times.append(time.perf_counter() - asked)
    finally:
        writer.close()
    return times, length


def _length(head: bytes) -> int:
    for line in head.split(LINE):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise WrongAnswerError("an answer without content-length")
