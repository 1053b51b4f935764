"""Keeps who may see what: users and their sessions, programs' keys, and buyers' links."""

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql

from milepost.model.people import ApiKey, Link, User, View
from milepost.store.shelf import Shelf, replaced
from milepost.store.sql.engine import Row
from milepost.store.tables import API_KEYS, LINKS, SESSIONS, USERS
from milepost.store.values import from_json, micros, moment, to_json

_link = postgresql.insert(LINKS)
PUT_LINK = _link.on_conflict_do_update(
    index_elements=[LINKS.c.token_hash], set_=replaced(_link, LINKS, "token_hash")
)
USE_LINK = (
    delete(LINKS)
    .where(LINKS.c.token_hash == bindparam("one"), LINKS.c.expires_at > bindparam("now"))
    .returning(*LINKS.columns)
)
LINK = select(LINKS).where(LINKS.c.token_hash == bindparam("token_hash"))

_user = postgresql.insert(USERS)
PUT_USER = _user.on_conflict_do_update(
    index_elements=[USERS.c.user_id], set_=replaced(_user, USERS, "user_id")
)
USER_BY_EMAIL = select(USERS.c.user_id, USERS.c.sealed).where(USERS.c.email_index == bindparam("email_index"))

_session = postgresql.insert(SESSIONS)
PUT_SESSION = _session.on_conflict_do_update(
    index_elements=[SESSIONS.c.token_hash], set_=replaced(_session, SESSIONS, "token_hash")
)
END_SESSION = delete(SESSIONS).where(SESSIONS.c.token_hash == bindparam("token_hash"))
SESSION_USER = (
    select(USERS.c.user_id, USERS.c.sealed)
    .select_from(SESSIONS.join(USERS, USERS.c.user_id == SESSIONS.c.user_id))
    .where(SESSIONS.c.token_hash == bindparam("token_hash"), SESSIONS.c.expires_at > bindparam("now"))
)

_key = postgresql.insert(API_KEYS)
PUT_KEY = _key.on_conflict_do_update(
    index_elements=[API_KEYS.c.key_id], set_=replaced(_key, API_KEYS, "key_id")
)
KEY = select(API_KEYS.c.facts).where(API_KEYS.c.secret_hash == bindparam("secret_hash"))


class PeopleWrites(Shelf):
    async def put_link(self, token_hash: str, link: Link) -> None:
        row = {
            "token_hash": token_hash,
            "shop_id": link.shop_id,
            "order_number": link.order_number,
            "view": link.view.value,
            "expires_at": micros(link.expires_at),
        }
        await self._session.run(PUT_LINK, [row])

    async def use_link(self, token_hash: str, now: datetime) -> Link | None:
        """Whoever comes first gets it; it is gone with this transaction."""
        found = await self._session.each(USE_LINK, [{"one": token_hash, "now": micros(now)}])
        return _link_of(found[0]) if found else None

    async def put_user(self, user: User, password_hash: str) -> None:
        """Add or replace by id; sealed, and found again by the e-mail."""
        sealed = self._sealer.seal(msgspec.json.encode((user, password_hash)), "users", (user.user_id,))
        row = {"user_id": user.user_id, "email_index": _email_index(self, user.email), "sealed": sealed}
        await self._session.run(PUT_USER, [row])

    async def put_session(self, token_hash: str, user_id: str, expires_at: datetime) -> None:
        row = {"token_hash": token_hash, "user_id": user_id, "expires_at": micros(expires_at)}
        await self._session.run(PUT_SESSION, [row])

    async def end_session(self, token_hash: str) -> None:
        await self._session.run(END_SESSION, [{"token_hash": token_hash}])

    async def put_api_key(self, key: ApiKey, secret_hash: str) -> None:
        row = {"key_id": key.key_id, "secret_hash": secret_hash, "facts": to_json(key)}
        await self._session.run(PUT_KEY, [row])


class PeopleReads(Shelf):
    async def link(self, token_hash: str) -> Link | None:
        """The link, expired or not: the one who shows something looks at `expires_at`."""
        found = await self._session.rows(LINK, {"token_hash": token_hash})
        return _link_of(found[0]) if found else None

    async def user_by_email(self, email: str) -> tuple[User, str] | None:
        """The user and the password hash; upper and lower case are alike."""
        found = await self._session.rows(USER_BY_EMAIL, {"email_index": _email_index(self, email)})
        return self._user(found[0]) if found else None

    async def session_user(self, token_hash: str, now: datetime) -> User | None:
        """Who is signed in; None once the session has expired or the user is disabled."""
        found = await self._session.rows(SESSION_USER, {"token_hash": token_hash, "now": micros(now)})
        if not found:
            return None
        user, _ = self._user(found[0])
        return None if user.disabled else user

    async def api_key(self, secret_hash: str) -> ApiKey | None:
        found = await self._session.rows(KEY, {"secret_hash": secret_hash})
        return from_json(ApiKey, found[0][0]) if found else None

    def _user(self, row: Row) -> tuple[User, str]:
        user_id, sealed = row
        return from_json(tuple[User, str], self._sealer.open(sealed, "users", (user_id,)))


def _link_of(row: Row) -> Link:
    _, shop_id, order_number, view, expires_at = row
    return Link(order_number=order_number, shop_id=shop_id, view=View(view), expires_at=moment(expires_at))


def _email_index(shelf: Shelf, email: str) -> str:
    return shelf._sealer.blind("user", email.strip().casefold())  # noqa: SLF001 - both shelves are ours
