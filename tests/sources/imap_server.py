"""A small real IMAP server on a free port: it answers what a mailbox reader asks, and remembers every word."""

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class PostBox:
    """What lies in the mailbox, and what was asked of it."""

    mails: dict = field(default_factory=dict)  # uid → bytes
    validity: int = 77
    password: str = "secret"
    drop_at: str = ""
    asked: list = field(default_factory=list)
    port: int = 0

    def put(self, body):
        self.mails[max(self.mails, default=0) + 1] = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    @property
    def verbs(self):
        return {line.split()[1].upper() for line in self.asked}


@asynccontextmanager
async def imap_server(box, context=None):
    async def serve(reader, writer):
        writer.write(b"* OK ready\r\n")
        try:
            while line := await reader.readline():
                if not await _answer(box, line.decode().strip(), reader, writer):
                    break
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


async def _answer(box, line, reader, writer):
    box.asked.append(line)
    tag, verb, *rest = line.split(" ")
    if box.drop_at and box.drop_at in line:
        writer.transport.abort()
        return False
    words = " ".join(rest)
    match verb.upper():
        case "CAPABILITY":
            writer.write(b"* CAPABILITY IMAP4rev1\r\n")
        case "LOGIN":
            if box.password not in words:
                writer.write(f"{tag} NO wrong\r\n".encode())
                return True
        case "EXAMINE":
            if "INBOX" not in words:
                writer.write(f"{tag} NO no such folder\r\n".encode())
                return True
            writer.write(f"* {len(box.mails)} EXISTS\r\n* OK [UIDVALIDITY {box.validity}] ok\r\n".encode())
            writer.write(f"{tag} OK [READ-ONLY] done\r\n".encode())
            return True
        case "UID":
            _uid(box, rest, words, writer)
        case "LOGOUT":
            writer.write(f"* BYE\r\n{tag} OK bye\r\n".encode())
            return False
        case _:
            writer.write(f"{tag} BAD {verb}\r\n".encode())
            return True
    writer.write(f"{tag} OK done\r\n".encode())
    return True


def _uid(box, rest, words, writer):
    if rest[0].upper() == "SEARCH":
        first = re.search(r"UID (\d+):\*", words)
        newest = max(box.mails, default=0)
        # `n:*` is never empty: it holds the newest mail, however small its number
        found = [uid for uid in box.mails if not first or uid >= int(first[1]) or uid == newest]
        writer.write(f"* SEARCH {' '.join(map(str, found))}\r\n".encode())
        return
    for place, uid in enumerate(box.mails, 1):
        if str(uid) not in rest[1].split(","):
            continue
        body = box.mails[uid]
        if "RFC822.SIZE" in words:
            writer.write(f"* {place} FETCH (UID {uid} RFC822.SIZE {len(body)})\r\n".encode())
        else:
            most = int(re.search(r"<0\.(\d+)>", words)[1])
            cut = body[:most]
            writer.write(f"* {place} FETCH (UID {uid} BODY[]<0> {{{len(cut)}}}\r\n".encode() + cut + b")\r\n")
