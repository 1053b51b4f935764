"""Ctrl-C or a polite kill, as an event to wait for."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.asynccontextmanager
async def stopping() -> AsyncIterator[asyncio.Event]:
    """An event that Ctrl-C or a polite kill sets. A second one ends the process at once, as if killed."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def once() -> None:
        stop.set()
        for number in SIGNALS:
            loop.remove_signal_handler(number)

    for number in SIGNALS:
        loop.add_signal_handler(number, once)
    try:
        yield stop
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
