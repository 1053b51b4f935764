"""Accounts, sessions and API keys: who may enter the console, and which programs may read."""

import re
import secrets
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from milepost.model.errors import OperatorError
from milepost.model.people import ApiKey, Role, User
from milepost.ports.app import App
from milepost.record.links import digest

PASSWORD_LENGTH_MIN = 8
PASSWORD_LENGTH_MAX = 256
SESSION_LENGTH = timedelta(days=14)
TRIES_MAX = 10
"""Failed sign-ins per address and day before we stop looking (reliability.md S-16)."""

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # ASVS minimum


class AccountError(OperatorError):
    """An account cannot be made as asked; the text names the field and the fix."""


async def add_user(
    app: App, *, email: str, name: str, role: Role, password: str, shop_ids: tuple[str, ...] = ()
) -> User:
    """A new account, or a new password for a known address. Raises AccountError."""
    address = email.strip().casefold()
    if not EMAIL.fullmatch(address):
        raise AccountError(f"email: {email!r} is not an e-mail address; write it as name@host")
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise AccountError(
            f"password: {len(password)} characters; choose {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX}"
        )
    known = await app.store.user_by_email(address)
    user = User(
        user_id=known[0].user_id if known else secrets.token_hex(16),
        email=address,
        name=name,
        role=role,
        shop_ids=shop_ids,
    )
    async with app.store.transaction() as tx:
        await tx.put_user(user, _hasher.hash(password))
    return user


async def sign_in(app: App, email: str, password: str) -> tuple[User, str] | None:
    """The user and a new session token, or None: never which of the two was wrong."""
    now = app.clock.now()
    address = email.strip().casefold()
    subject = digest(f"sign-in:{address}")
    known = await app.store.user_by_email(address)
    right = _matches(known[1] if known else _nobody(), password[:PASSWORD_LENGTH_MAX])
    tired = await app.store.guesses(subject, now - timedelta(days=1)) >= TRIES_MAX
    if not (right and known) or tired or known[0].disabled:
        async with app.store.transaction() as tx:
            await tx.count_guess(subject, now)
        return None
    token = secrets.token_urlsafe(32)
    async with app.store.transaction() as tx:
        await tx.put_session(digest(token), known[0].user_id, now + SESSION_LENGTH)
    return known[0], token


async def sign_out(app: App, token: str) -> None:
    """The session ends at once."""
    async with app.store.transaction() as tx:
        await tx.end_session(digest(token))


async def signed_in(app: App, token: str) -> User | None:
    """Whose session this is, if it still runs."""
    return await app.store.session_user(digest(token), app.clock.now()) if token else None


async def add_api_key(
    app: App,
    name: str,
    *,
    shop_ids: tuple[str, ...] = (),
    can_see_contacts: bool = False,
    may_manage_webhooks: bool = False,
    may_tell_news: bool = False,
    may_choose_look: bool = False,
) -> str:
    """A new key for a program; the secret is shown once and kept only as a hash."""
    secret = f"mp_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        key_id=secrets.token_hex(8),
        name=name,
        shop_ids=shop_ids,
        can_see_contacts=can_see_contacts,
        may_manage_webhooks=may_manage_webhooks,
        may_tell_news=may_tell_news,
        may_choose_look=may_choose_look,
    )
    async with app.store.transaction() as tx:
        await tx.put_api_key(key, digest(secret))
    return secret


async def api_key(app: App, secret: str) -> ApiKey | None:
    """The key a program showed, if it is one of ours."""
    return await app.store.api_key(digest(secret)) if secret else None


@cache
def _nobody() -> str:
    """What an unknown address is compared with, so that it takes as long as a known one."""
    return _hasher.hash(secrets.token_hex(16))


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
