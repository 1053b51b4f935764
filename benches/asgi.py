"""Asks a site for a page in this process: all of it but the network."""

from typing import Any

from litestar import Litestar

OK = 200


class WrongAnswerError(Exception):
    """The page answered something else than 200."""


async def ask(site: Litestar, path: str, cookie: str = "") -> bytes:
    """The page's bytes. Raises WrongAnswerError."""
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"accept", b"text/html"),
            (b"accept-encoding", b"gzip"),
            (b"cookie", cookie.encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await site(scope, receive, send)
    if sent[0]["status"] != OK:
        raise WrongAnswerError(f"{path} answered {sent[0]['status']}")
    return b"".join(message.get("body", b"") for message in sent)
