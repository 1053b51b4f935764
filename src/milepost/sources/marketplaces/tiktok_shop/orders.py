"""One order as TikTok Shop describes it, in a list or in detail (tiktok-shop.md §3.3–§3.5)."""

from milepost.model.orders import Item, OrderFacts
from milepost.sources.marketplaces.tiktok_shop.addresses import contact, destination
from milepost.sources.marketplaces.tiktok_shop.clocks import clocks
from milepost.sources.marketplaces.tiktok_shop.packages import of_order
from milepost.sources.marketplaces.tiktok_shop.wire import Row, amount, identifier, moment, row, rows, text

KEY = "tiktok_shop"
CLOSED = frozenset({"CANCELLED", "COMPLETED"})


def facts(order: Row, shop_id: str, *, is_detail: bool) -> OrderFacts | None:
    """What the order's row says, or None when it does not even say which order it is."""
    number = identifier(order.get("id"))
    if not number:
        return None
    lines = rows(order.get("line_items"))
    payment = row(order.get("payment"))
    state = state_of(order.get("status"))
    return OrderFacts(
        order_number=number,
        shop_id=shop_id,
        marketplace=KEY,
        state=state,
        placed_at=moment(order.get("create_time")),
        updated_at=moment(order.get("update_time")),
        closed=state in CLOSED,
        items=_items(lines),
        packages=of_order(order, number, lines),
        contact=contact(order),
        destination=destination(order),
        clocks=clocks(order),
        total=amount(payment.get("total_amount")),
        currency=text(payment.get("currency")),
        shipping_type=text(order.get("shipping_type")),
        marketplace_ships=text(order.get("shipping_type")) == "TIKTOK",
        delivery_option=text(order.get("delivery_option_name")),
        complete=bool(lines) if is_detail else _is_whole(order, lines),
    )


def state_of(status: object) -> str:
    """The status as given, but one word for cancelled: pushes say CANCEL, the API CANCELLED (§5.3)."""
    given = text(status)
    return "CANCELLED" if given == "CANCEL" else given


def _is_whole(order: Row, lines: list[Row]) -> bool:
    """A row of a list may lack packages, lines, or most of what a line says."""
    return (
        isinstance(order.get("packages"), list)
        and bool(lines)
        and all("product_name" in line for line in lines)
    )


def _items(lines: list[Row]) -> tuple[Item, ...]:
    """One row per unit and no quantity: alike units of one package are counted together (§3.5)."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for line in lines:
        key = tuple(
            identifier(line.get(name)) for name in ("sku_id", "package_id", "display_status", "sale_price")
        )
        groups.setdefault(key, []).append(line)
    return tuple(_item(group) for group in groups.values())


def _item(group: list[Row]) -> Item:
    line = group[0]
    return Item(
        title=text(line.get("product_name")),
        variant=text(line.get("sku_name")),
        seller_sku=text(line.get("seller_sku")),
        quantity=len(group),
        package_id=identifier(line.get("package_id")) or None,
        state=state_of(line.get("display_status")),
        price=amount(line.get("sale_price")),
        currency=text(line.get("currency")),
        image_url=text(line.get("sku_image")),
        line_ids=tuple(found for unit in group if (found := identifier(unit.get("id")))),
    )
