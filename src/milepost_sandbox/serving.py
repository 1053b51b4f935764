"""Run many small ASGI applications in one process, each on a loopback port of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import uvicorn

PORT_TRIES_MAX: Final = 50
START_SECONDS: Final = 15.0
STOP_SECONDS: Final = 2.0
POLL_SECONDS: Final = 0.01
CUT_BODY_COMPLAINT: Final = "ASGI callable returned without completing response."


class ServingError(RuntimeError):
    """A server that could not be started."""


class _Server(uvicorn.Server):
    """Ctrl-C belongs to whoever runs the sandbox, so no server of ours listens for signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _CutBodiesAreMeant(logging.Filter):
    """The fault `cut_body` ends answers in the middle on purpose, so uvicorn need not complain of it."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.getMessage() != CUT_BODY_COMPLAINT


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on `port`, or on the next free one; 0 takes any. Raises ServingError."""
    for candidate in [port] if port == 0 else range(port, port + PORT_TRIES_MAX):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # The protocol is named: asyncio sends without delay only on a socket that says it is TCP.
        sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, candidate))
        except OSError:
            sock.close()
            continue
        sock.listen(256)
        return sock
    raise ServingError(f"no free port from {port} to {port + PORT_TRIES_MAX - 1} on {host}")


def url_of(sock: socket.socket) -> str:
    """The address others reach this socket by."""
    host, port = sock.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.asynccontextmanager
async def serving(apps: list[tuple[Any, socket.socket]]) -> AsyncIterator[None]:
    """Serve these applications until the block ends. Raises ServingError when one does not start."""
    complaints, meant = logging.getLogger("uvicorn.error"), _CutBodiesAreMeant()
    complaints.addFilter(meant)
    servers = [_Server(_config(app)) for app, _ in apps]
    tasks = [
        asyncio.create_task(server.serve(sockets=[sock]))
        for server, (_, sock) in zip(servers, apps, strict=True)
    ]
    try:
        await _started(servers, tasks)
        yield
    finally:
        for server in servers:
            server.should_exit = True
        _, slow = await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in slow:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _, sock in apps:
            sock.close()
        complaints.removeFilter(meant)


def _config(app: Any) -> uvicorn.Config:
    # The applications tell the world's date themselves, so uvicorn must not add the real one.
    return uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        date_header=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
    )


async def _started(servers: list[_Server], tasks: list[asyncio.Task[None]]) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + START_SECONDS
    while not all(server.started for server in servers):
        if any(task.done() for task in tasks) or loop.time() > deadline:
            raise ServingError("a server of the sandbox did not start")
        await asyncio.sleep(POLL_SECONDS)
