"""Answers cut short and filled with nonsense, for tests that reading never raises."""

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

NONSENSE = (
    None, True, 0, -1, 1e308, "", " ", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "99:99", "\ud83d",
    [], {}, [None], [[]], {"": None}, "x" * 300,
)  # fmt: skip


def mangled(body: bytes, seed: int = 0, times: int = 150) -> Iterator[bytes]:
    """The body cut at many places, then with values replaced, removed and doubled."""
    rng = Random(seed)
    for _ in range(times // 5):
        yield body[: rng.randrange(len(body) + 1)]
    try:
        whole = json.loads(body)
    except ValueError:
        return
    for _ in range(times):
        changed = copy.deepcopy(whole)
        for _ in range(rng.randint(1, 3)):
            _change(changed, rng)
        yield json.dumps(changed).encode()
    yield from (json.dumps(value).encode() for value in NONSENSE)
    yield b"[" * 20_000
    yield b"\xff\xfe"


def _change(whole: Any, rng: Random) -> None:
    spots = list(_spots(whole))
    if not spots:
        return
    holder, name = rng.choice(spots)
    if rng.random() < 0.2:
        del holder[name]
    else:
        holder[name] = copy.deepcopy(rng.choice(NONSENSE))


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    names = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for name in names:
        yield value, name
        yield from _spots(value[name])
