"""A sandbox in a process of its own: started, moved and asked over its control server."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx

from milepost.cli.exits import CommandError

START_S = 60.0
STOP_S = 5.0
CALL_S = 120.0


class SandboxClient:
    """The levers of a running sandbox, by HTTP."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url, self._http = url, http

    async def world(self) -> dict[str, Any]:
        """Its state and everything a client needs to connect."""
        return await self._call("GET", "/world")

    async def advance(self, to: datetime, *, flush: bool = False) -> None:
        """Move its clock; `flush` has it send the webhooks that are due then."""
        await self._call("POST", "/clock", {"to": to.isoformat(), "flush": flush})

    async def run_at(self, rate: float) -> dict[str, Any]:
        """Let its clock run at a rate; its moment when it did."""
        return await self._call("POST", "/clock", {"rate": rate})

    async def send_webhooks_to(self, url: str) -> None:
        """Have webhooks sent there."""
        await self._call("POST", "/webhook-target", {"url": url})

    async def set_push_portal(self, told: Mapping[str, str]) -> None:
        """Write into a carrier's portal where it pushes."""
        await self._call("POST", "/push-portal", told)

    async def flush_webhooks(self) -> dict[str, int]:
        """Send what is due; counts by outcome."""
        return await self._call("POST", "/webhooks/flush", {})

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        answer = await self._http.request(method, f"{self.url}{path}", json=body)
        if answer.is_error:
            raise CommandError(f"the sandbox refused {method} {path}: {answer.text[:300]}")
        found: dict[str, Any] = answer.json()
        return found


@contextlib.asynccontextmanager
async def sandbox_process(words: Sequence[str]) -> AsyncIterator[SandboxClient]:
    """`milepost sandbox serve …` as a child process, gone when the block ends."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "milepost",
        "sandbox",
        "serve",
        "--json",
        "--until-input-ends",
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        url = await _control_url(child)
        async with httpx.AsyncClient(timeout=CALL_S, trust_env=False) as http:
            yield SandboxClient(url, http)
    finally:
        await _stop(child)


async def _control_url(child: asyncio.subprocess.Process) -> str:
    assert child.stdout is not None  # noqa: S101 - we asked for a pipe
    try:
        line = await asyncio.wait_for(child.stdout.readline(), START_S)
    except TimeoutError as error:
        raise CommandError(f"the sandbox did not start within {START_S:.0f} s") from error
    if not line:
        raise CommandError("the sandbox ended before it answered; what it said stands above")
    url: str = json.loads(line)["control_url"]
    return url


async def _stop(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    child.terminate()
    try:
        await asyncio.wait_for(child.wait(), STOP_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):  # it ended just now
            child.kill()
        await child.wait()
