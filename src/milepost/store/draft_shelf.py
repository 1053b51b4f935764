"""Keeps files that people looked at and have not taken in yet: one for each person, sealed, for a day."""

import zlib
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, insert, or_, select

from milepost.model.imports import Draft
from milepost.ports.drafts import KEPT
from milepost.store.sealing import BODY_BYTES_MAX, COMPRESSION
from milepost.store.shelf import Shelf
from milepost.store.tables import IMPORT_DRAFTS
from milepost.store.values import micros

ADD = insert(IMPORT_DRAFTS)
FORGET = delete(IMPORT_DRAFTS).where(
    or_(IMPORT_DRAFTS.c.user_id == bindparam("user"), IMPORT_DRAFTS.c.at <= bindparam("until"))
)
DROP = delete(IMPORT_DRAFTS).where(IMPORT_DRAFTS.c.draft_id == bindparam("one"))
DRAFT = select(IMPORT_DRAFTS.c.sealed).where(
    IMPORT_DRAFTS.c.draft_id == bindparam("draft_id"), IMPORT_DRAFTS.c.user_id == bindparam("user_id")
)


class DraftWrites(Shelf):
    async def put_draft(self, draft: Draft, at: datetime) -> None:
        """In place of this person's last one; old ones of anybody go."""
        await self._session.run(FORGET, [{"user": draft.user_id, "until": micros(at - KEPT)}])
        plain = zlib.compress(msgspec.msgpack.encode(draft), COMPRESSION)
        row = {
            "draft_id": draft.draft_id,
            "user_id": draft.user_id,
            "at": micros(at),
            "sealed": self._sealer.seal(plain, "import_drafts", (draft.draft_id,)),
        }
        await self._session.run(ADD, [row])

    async def drop_draft(self, draft_id: str) -> None:
        await self._session.run(DROP, [{"one": draft_id}])


class DraftReads(Shelf):
    async def draft(self, draft_id: str, user_id: str) -> Draft | None:
        """This person's own, or None."""
        rows = await self._session.rows(DRAFT, {"draft_id": draft_id, "user_id": user_id})
        if not rows:
            return None
        plain = self._sealer.open(rows[0][0], "import_drafts", (draft_id,))
        return msgspec.msgpack.decode(zlib.decompressobj().decompress(plain, BODY_BYTES_MAX), type=Draft)
