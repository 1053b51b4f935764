"""Where the looks of shops are kept."""

from typing import Protocol

from milepost.model.brands import Brand, Logo


class BrandWrites(Protocol):
    """The part of a transaction that has to do with looks."""

    async def add_brand(self, brand: Brand) -> None:
        """It counts from now on; those before it stay."""
        ...

    async def put_logo(self, logo: Logo) -> None:
        """Once per id."""
        ...


class BrandReads(Protocol):
    """The part of the store that has to do with looks."""

    async def brand(self, shop_id: str) -> Brand | None:
        """The newest; None when nobody ever chose one."""
        ...

    async def brands(self, shop_id: str, limit: int) -> list[Brand]:
        """Newest first."""
        ...

    async def logo(self, logo_id: str) -> Logo | None: ...
