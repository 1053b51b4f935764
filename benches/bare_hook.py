"""The least a server could do with a push and still keep it: one handler, one table, one durable transaction.

Runs as a process of its own (`python -m benches.bare_hook FILE`); prints its port.
"""

import socket
import sys

import apsw
import uvicorn
from litestar import Litestar, Request, Response, post
from litestar.datastructures import State

from benches.pusher import PATH


def _site(path: str) -> Litestar:
    connection = apsw.Connection(path)
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "FULL")
    connection.execute("CREATE TABLE pushes (id TEXT PRIMARY KEY, body BLOB)")

    @post(PATH, status_code=200)
    async def hook(request: Request[None, None, State]) -> Response[bytes]:
        body = await request.body()
        with connection:
            connection.execute("INSERT INTO pushes VALUES (?, ?)", (request.headers["authorization"], body))
        return Response(b"")

    return Litestar(route_handlers=[hook], openapi_config=None, logging_config=None)


def main() -> None:
    """Serve until ended."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(_site(sys.argv[1]), log_config=None, access_log=False)).run([listening])


if __name__ == "__main__":
    main()
