"""Connected shops and what we may ask of them: as the store keeps both."""

from typing import Protocol

from milepost.model.shops import Grant, Shop


class ShopWrites(Protocol):
    """The part of a transaction that connects shops."""

    async def shops(self) -> list[Shop]: ...

    async def put_shop(self, shop: Shop) -> None: ...

    async def grant(self, marketplace: str, app_key: str, owner: str | None = None) -> Grant | None: ...

    async def put_grant(self, grant: Grant) -> None: ...


class ShopReads(Protocol):
    """The part of the store that knows the shops."""

    async def shops(self) -> list[Shop]: ...

    async def shop(self, shop_id: str) -> Shop | None: ...

    async def grant(self, marketplace: str, app_key: str, owner: str | None = None) -> Grant | None: ...

    async def grants(self) -> list[Grant]: ...
