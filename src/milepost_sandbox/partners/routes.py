"""What the control server gives of partners: their files as of now, and mails put into the mailbox."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from milepost_sandbox.partners.files import FILES
from milepost_sandbox.partners.mails import mails
from milepost_sandbox.partners.post_office import PostBox, as_lies
from milepost_sandbox.world.words import WorldLike


def partner_routes(world: WorldLike, box: PostBox) -> list[Any]:
    """Two routes under /partners."""

    @get("/partners/{kind:str}", sync_to_thread=False)
    def files(kind: FromPath[str]) -> Response[bytes]:
        if kind not in FILES:
            raise NotFoundException(f"There are {', '.join(FILES)}.")
        write, _ = FILES[kind]
        return Response(write(world.parcels, world.now()), media_type="application/octet-stream")

    @post("/partners/mails", status_code=200)
    async def write_mails() -> dict[str, Any]:
        """Put what was told so far into the mailbox; how to reach it."""
        there = set(box.mails.values())
        for mail in mails(world.parcels, world.now()):
            if as_lies(mail) not in there:
                box.put(mail)
        reach = {"host": "127.0.0.1", "port": box.port, "tls": "none", "username": "parcels@shop.example"}
        return {**reach, "password": box.password, "mails": len(box.mails)}

    return [files, write_mails]
