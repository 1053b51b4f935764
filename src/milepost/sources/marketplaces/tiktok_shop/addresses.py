"""Who an order goes to and where, as far as TikTok Shop lets us see: much is masked, and more so later."""

from milepost.model.orders import Contact, Destination
from milepost.sources.marketplaces.tiktok_shop.wire import Row, identifier, row, rows, text

MASKS = frozenset("*＊•●")
CITY_NAMES = frozenset({"city", "town", "post town", "municipality", "city/town", "town/city"})
NO_CITIES = frozenset({"country", "state", "province", "region", "county"})
PREFIX_LENGTH_MAX = 3
LINES = ("address_line1", "address_line2", "address_line3", "address_line4")


def contact(order: Row) -> Contact:
    """Name, ways to reach them and address. A masked field is None, like one left out (§6.4)."""
    address = row(order.get("recipient_address"))
    return Contact(
        name=_clear(address.get("name")) or _both_names(address),
        email=_clear(order.get("buyer_email")),
        phone=_clear(address.get("phone_number")),
        address=_clear(address.get("full_address")) or _lines(address),
        postal_code=_clear(address.get("postal_code")),
    )


def destination(order: Row) -> Destination:
    """Town, state and country. Empty where masked: a town is never guessed."""
    address = row(order.get("recipient_address"))
    levels = _levels(address)
    return Destination(
        country=_clear(address.get("region_code")) or levels.get("L0", ("", "", ""))[2],
        region=levels.get("L1", ("", "", ""))[1],
        city=_city(address, levels),
        postal_prefix=_prefix(identifier(address.get("postal_code"))),
    )


def is_masked(value: str) -> bool:
    """Whether something was hidden. The exact shape of masks is not documented, so any asterisk counts."""
    return any(mark in value for mark in MASKS)


def _clear(value: object) -> str | None:
    found = identifier(value)
    return found if found and not is_masked(found) else None


def _both_names(address: Row) -> str | None:
    """First and last name, if both are clear. `name` masked means these are masked as well."""
    if text(address.get("name")):
        return None
    names = [text(address.get("first_name")), text(address.get("last_name"))]
    return _clear(" ".join(name for name in names if name))


def _lines(address: Row) -> str | None:
    """The address from its lines, when it was not given as one. Half an address is none."""
    if text(address.get("full_address")):
        return None
    lines = [text(address.get(name)) for name in LINES]
    parts = [part for part in lines if part] or [text(address.get("address_detail"))]
    return _clear(", ".join(part for part in parts if part))


def _prefix(postal_code: str) -> str:
    """A postcode's first characters, with at least two left away: a region, also where the rest is masked."""
    clear = next((at for at, letter in enumerate(postal_code) if letter in MASKS), len(postal_code))
    length = max(0, min(PREFIX_LENGTH_MAX, len(postal_code) - 2, clear))
    return postal_code[:length].strip()


def _levels(address: Row) -> dict[str, tuple[str, str, str]]:
    """Level (`L0`…`L4`) → (what it is called, its name, its ISO code); masked names are empty."""
    return {
        text(item.get("address_level")).upper(): (
            text(item.get("address_level_name")).casefold(),
            _clear(item.get("address_name")) or "",
            _clear(item.get("iso_code")) or "",
        )
        for item in rows(address.get("district_info"))
    }


def _city(address: Row, levels: dict[str, tuple[str, str, str]]) -> str:
    """By the level's own name, else the post town (UK), else L3 (the city in the US), else L2.

    A masked L3 is not made up for by the county or state above it.
    """
    named = [name for _, (kind, name, _) in sorted(levels.items()) if kind in CITY_NAMES and name]
    kind, finest, _ = levels.get("L3") or levels.get("L2") or ("", "", "")
    return next(iter(named), "") or _clear(address.get("post_town")) or ("" if kind in NO_CITIES else finest)
