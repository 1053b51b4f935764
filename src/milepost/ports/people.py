"""Who may see what, and who wants news: subscriptions, links, users, sessions and keys of programs."""

from datetime import datetime
from typing import Protocol

from milepost.model.people import ApiKey, Link, Owned, Subscription, User


class PeopleWrites(Protocol):
    """The part of a transaction that lets people in. Tokens and secrets are kept as hashes."""

    async def put_subscription(self, subscription: Subscription) -> None:
        """Add or replace by (order, channel, address)."""
        ...

    async def put_link(self, token_hash: str, link: Link) -> None: ...

    async def use_link(self, token_hash: str, now: datetime) -> Link | None:
        """A link that works once: what it opened, and from now on opens no more. None: wrong or expired."""
        ...

    async def put_contact_link(self, token_hash: str, address: str, expires_at: datetime) -> None:
        """A link to all orders of an e-mail address, which is kept as keyed hashes."""
        ...

    async def put_user(self, user: User, password_hash: str) -> None: ...

    async def put_session(self, token_hash: str, user_id: str, expires_at: datetime) -> None: ...

    async def end_session(self, token_hash: str) -> None: ...

    async def put_api_key(self, key: ApiKey, secret_hash: str) -> None: ...


class PeopleReads(Protocol):
    """The part of the store that knows who asks."""

    async def subscriptions(self, shop_id: str, order_number: str) -> list[Subscription]: ...

    async def link(self, token_hash: str) -> Link | None: ...

    async def owned(
        self, token_hash: str, now: datetime, limit: int, order_number: str | None = None
    ) -> list[Owned] | None:
        """Orders of the address a link was made for (or one of them), newest first; None: no such link."""
        ...

    async def owned_by(self, address: str, limit: int) -> list[Owned]:
        """Orders that came with this e-mail address, and those it wants news of now; newest first."""
        ...

    async def user_by_email(self, email: str) -> tuple[User, str] | None:
        """The user and the password hash."""
        ...

    async def session_user(self, token_hash: str, now: datetime) -> User | None: ...

    async def api_key(self, secret_hash: str) -> ApiKey | None: ...
