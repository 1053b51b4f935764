"""A shop's look is chosen, tried again and taken back; what is wrong with a choice is told by its field."""

import hashlib
from dataclasses import replace

from milepost.desk.photos import take_logo
from milepost.model.brands import NAME_LENGTH_MAX, Brand, Logo
from milepost.model.colors import color_of
from milepost.model.errors import OperatorError
from milepost.ports.app import App

SHOWN_MAX = 20
"""Looks of a shop that can be gone back to, newest first."""

ID_BYTES = 16
WIDTH, HEIGHT = slice(16, 20), slice(20, 24)
"""Where a PNG says how large it is."""


class BrandError(OperatorError):
    """A look cannot be chosen so; `field` is what is wrong, the text is the sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field = field
        self.sentence = sentence


def checked(shop_id: str, name: str, color: str) -> Brand:
    """A look as typed in, not kept. Raises BrandError."""
    plain = " ".join(name.split())
    if len(plain) > NAME_LENGTH_MAX:
        raise BrandError("name", f"write at most {NAME_LENGTH_MAX} characters; these are {len(plain)}")
    if not all(letter.isprintable() for letter in plain):
        raise BrandError("name", "leave out signs that nobody sees")
    found = color_of(color) if color.strip() else None
    if color.strip() and found is None:
        raise BrandError("color", "write it as #0b6b4f: # and six digits from 0 to f")
    return Brand(shop_id=shop_id, name=plain, color=str(found) if found else "")


async def choose(
    app: App, shop_id: str, *, name: str, color: str, logo: bytes = b"", drop_logo: bool = False, by: str = ""
) -> Brand:
    """From now on. The logo stays unless another comes or it is dropped. Raises BrandError."""
    wish = checked(shop_id, name, color)
    before = await app.store.brand(shop_id)
    drawn = await _logo(shop_id, logo) if logo else None
    if drawn is not None:
        wish = replace(wish, logo_id=drawn.logo_id, logo_width=drawn.width, logo_height=drawn.height)
    elif before is not None and not drop_logo:
        wish = replace(
            wish, logo_id=before.logo_id, logo_width=before.logo_width, logo_height=before.logo_height
        )
    return await _keep(app, wish, before, by, drawn)


async def choose_again(app: App, shop_id: str, place: int, by: str = "") -> Brand | None:
    """The look that stood `place` choices ago (1: the one before); None when there was none."""
    found = await looks_of(app, shop_id)
    return await _keep(app, found[place], found[0], by) if 1 <= place < len(found) else None


async def looks_of(app: App, shop_id: str) -> list[Brand]:
    """Newest first; the last is Milepost's own, as long as all fit."""
    found = await app.store.brands(shop_id, SHOWN_MAX)
    return found if len(found) == SHOWN_MAX else [*found, Brand(shop_id=shop_id)]


async def _keep(app: App, brand: Brand, before: Brand | None, by: str, logo: Logo | None = None) -> Brand:
    """Choosing what stands already changes nothing."""
    chosen = replace(brand, chosen_at=app.clock.now(), chosen_by=by)
    stands = before or Brand(shop_id=brand.shop_id)
    if replace(chosen, chosen_at=stands.chosen_at, chosen_by=stands.chosen_by) == stands:
        return stands
    async with app.store.transaction() as tx:
        if logo is not None:
            await tx.put_logo(logo)
        await tx.add_brand(chosen)
    return chosen


async def _logo(shop_id: str, body: bytes) -> Logo:
    png = await take_logo(body)
    if isinstance(png, str):
        raise BrandError("logo", png)
    return Logo(
        logo_id=_id_of(shop_id, png),
        shop_id=shop_id,
        png=png,
        width=int.from_bytes(png[WIDTH]),
        height=int.from_bytes(png[HEIGHT]),
    )


def _id_of(shop_id: str, png: bytes) -> str:
    """The same picture of the same shop is kept once; of two shops it is two."""
    return hashlib.sha256(shop_id.encode() + b"\x00" + png).hexdigest()[: 2 * ID_BYTES]
