"""Doing a transaction again when it gave way to another."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from milepost.ports.store import ContendedError

TRIES_MAX = 6
WAIT_S = 0.02
"""Before the second try, at most; doubled each time, and never the same for two who met."""

P = ParamSpec("P")
T = TypeVar("T")


def again_if_contended(work: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """`work` opens its own transaction and may be done again from the start, since nothing of it was kept."""

    @wraps(work)
    async def patiently(*args: P.args, **named: P.kwargs) -> T:
        for tried in range(TRIES_MAX - 1):
            try:
                return await work(*args, **named)
            except ContendedError:
                await asyncio.sleep(random.uniform(0, WAIT_S * 2**tried))  # noqa: S311 - no secret
        return await work(*args, **named)

    return patiently
