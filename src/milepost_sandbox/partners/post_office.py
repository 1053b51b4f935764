"""A small IMAP server: the mailbox that partners write to. It answers who only looks."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

LINE_BYTES_MAX = 65_536


@dataclass(slots=True)
class PostBox:
    """What lies in the mailbox, and what was asked of it. `drop_at`: hang up when a line holds this."""

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 77
    password: str = "secret"
    drop_at: str = ""
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def put(self, body: bytes) -> None:
        """One more mail, with the next number."""
        self.mails[max(self.mails, default=0) + 1] = as_lies(body)

    @property
    def verbs(self) -> set[str]:
        """Every command that was ever given."""
        return {line.split()[1].upper() for line in self.asked}


def as_lies(body: bytes) -> bytes:
    """A mail as the server keeps it: every line ends as the standard has it."""
    return body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@contextlib.asynccontextmanager
async def post_office(box: PostBox, context: ssl.SSLContext | None = None) -> AsyncIterator[PostBox]:
    """The server on a free port of this machine, until the block ends; `box.port` says which."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        with contextlib.suppress(ConnectionError, asyncio.LimitOverrunError):
            while line := await reader.readline():
                if not _answer(box, line.decode("ascii", "replace").strip(), writer):
                    break
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context, limit=LINE_BYTES_MAX)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


def _answer(box: PostBox, line: str, writer: asyncio.StreamWriter) -> bool:
    """False: hang up."""
    box.asked.append(line)
    if box.drop_at and box.drop_at in line:
        writer.transport.abort()
        return False
    tag, _, rest = line.partition(" ")
    verb, _, words = rest.partition(" ")
    done = f"{tag} OK done"
    match verb.upper():
        case "CAPABILITY":
            writer.write(b"* CAPABILITY IMAP4rev1\r\n")
        case "LOGIN":
            done = done if box.password in words else f"{tag} NO wrong"
        case "EXAMINE" if "INBOX" in words:
            writer.write(f"* {len(box.mails)} EXISTS\r\n* OK [UIDVALIDITY {box.validity}] ok\r\n".encode())
            done = f"{tag} OK [READ-ONLY] done"
        case "EXAMINE":
            done = f"{tag} NO no such folder"
        case "UID":
            _by_uid(box, words, writer)
        case "LOGOUT":
            writer.write(f"* BYE\r\n{done}\r\n".encode())
            return False
        case _:
            done = f"{tag} BAD {verb}"
    writer.write(f"{done}\r\n".encode())
    return True


def _by_uid(box: PostBox, words: str, writer: asyncio.StreamWriter) -> None:
    verb, _, rest = words.partition(" ")
    if verb.upper() == "SEARCH":
        first = re.search(r"UID (\d+):\*", rest)
        newest = max(box.mails, default=0)
        # `n:*` is never empty: it holds the newest mail, however small its number
        found = [uid for uid in box.mails if not first or uid >= int(first[1]) or uid == newest]
        writer.write(f"* SEARCH {' '.join(map(str, found))}\r\n".encode())
        return
    wanted, most = rest.split()[0].split(","), re.search(r"<0\.(\d+)>", rest)
    for place, (uid, body) in enumerate(box.mails.items(), 1):
        if str(uid) not in wanted:
            continue
        if most is None:
            writer.write(f"* {place} FETCH (UID {uid} RFC822.SIZE {len(body)})\r\n".encode())
        else:
            cut = body[: int(most[1])]
            writer.write(f"* {place} FETCH (UID {uid} BODY[]<0> {{{len(cut)}}}\r\n".encode() + cut + b")\r\n")
