"""Which packages an order travels in, from the order itself and from a package's own answer (§3.5, §4.1)."""

from dataclasses import replace

from milepost.model.orders import OrderFacts, PackageFacts
from milepost.model.scans import ShipmentTold
from milepost.sources.marketplaces.tiktok_shop.wire import Row, identifier, rows, text, texts

KEY = "tiktok_shop"
LAST_MILE = "last_mile"


def of_order(order: Row, order_number: str, lines: list[Row]) -> tuple[PackageFacts, ...]:
    """The order's packages. Lines tell best; the order's own number counts only if there is one package.

    US and UK shops name no package before shipment; then there is a package without an id once a tracking
    number is known. `packages` on an order holds ids only.
    """
    found = _of_lines(order_number, lines)
    known = {package.package_id for package in found}
    for item in rows(order.get("packages")):
        package_id = identifier(item.get("id"))
        if package_id and package_id not in known:
            found.append(_unshipped(package_id, order_number))
    found = _with_orders_number(order, order_number, found)
    if len(found) == 1 and _may_tell_more(order):
        found = [replace(found[0], order_numbers=())]
    return tuple(found)


def facts(package: Row, shop_id: str) -> tuple[tuple[OrderFacts, ...], tuple[ShipmentTold, ...]]:
    """A package's own answer: for each of its orders the little it says of it, and its last-mile number.

    The order facts are thin (`complete` False, no state): the package is all they tell.
    """
    package_id = identifier(package.get("package_id")) or identifier(package.get("id"))
    numbers = tuple(_order_numbers(package))
    if not package_id or not numbers:
        return (), ()
    found = PackageFacts(
        package_id=package_id,
        tracking_number=identifier(package.get("tracking_number")) or None,
        provider_id=identifier(package.get("shipping_provider_id")),
        provider_name=text(package.get("shipping_provider_name")),
        state=text(package.get("package_status")) or text(package.get("status")),
        order_numbers=numbers,
    )
    return tuple(_thin(number, shop_id, found, package) for number in numbers), _last_mile(package, found)


def _may_tell_more(order: Row) -> bool:
    """Whether the package's own answer is worth a call: it alone names other orders and the last-mile number.

    No order numbers on a package mean: read it. Not for split orders: their lines say all there is.
    """
    is_combined = text(order.get("split_or_combine_tag")) == "COMBINED"
    return is_combined or text(order.get("shipping_type")) == "TIKTOK"


def _of_lines(order_number: str, lines: list[Row]) -> list[PackageFacts]:
    found: dict[tuple[str, str], PackageFacts] = {}
    for line in lines:
        package_id = identifier(line.get("package_id"))
        number = identifier(line.get("tracking_number"))
        if not package_id and not number:
            continue  # not shipped yet
        found.setdefault((package_id, number), _of_line(line, order_number))
    numbered = {package_id for package_id, number in found if number}
    return [
        package for (package_id, number), package in found.items() if number or package_id not in numbered
    ]


def _with_orders_number(order: Row, order_number: str, found: list[PackageFacts]) -> list[PackageFacts]:
    number = identifier(order.get("tracking_number"))
    is_split = text(order.get("split_or_combine_tag")) == "SPLIT"
    if not number or is_split or any(package.tracking_number for package in found) or len(found) > 1:
        return found
    before = found[0] if found else _unshipped(None, order_number)
    return [
        replace(
            before,
            tracking_number=number,
            provider_id=identifier(order.get("shipping_provider_id")),
            provider_name=text(order.get("shipping_provider")),  # no `_name` here, unlike on a line
        )
    ]


def _of_line(line: Row, order_number: str) -> PackageFacts:
    return PackageFacts(
        package_id=identifier(line.get("package_id")) or None,
        tracking_number=identifier(line.get("tracking_number")) or None,
        provider_id=identifier(line.get("shipping_provider_id")),
        provider_name=text(line.get("shipping_provider_name")),
        state=text(line.get("package_status")),
        order_numbers=(order_number,),
    )


def _unshipped(package_id: str | None, order_number: str) -> PackageFacts:
    return PackageFacts(
        package_id=package_id,
        tracking_number=None,
        provider_id="",
        provider_name="",
        order_numbers=(order_number,),
    )


def _order_numbers(package: Row) -> list[str]:
    """The orders in a package; several when they were combined."""
    told = [identifier(item.get("id")) for item in rows(package.get("orders"))]
    return list(dict.fromkeys(number for number in told or texts(package.get("orders")) if number))


def _thin(order_number: str, shop_id: str, package: PackageFacts, told: Row) -> OrderFacts:
    return OrderFacts(
        order_number=order_number,
        shop_id=shop_id,
        marketplace=KEY,
        state="",
        placed_at=None,
        updated_at=None,
        closed=False,
        packages=(package,),
        shipping_type=text(told.get("shipping_type")),
        delivery_option=text(told.get("delivery_option_name")),
        complete=False,
    )


def _last_mile(told: Row, package: PackageFacts) -> tuple[ShipmentTold, ...]:
    """Parcels the platform collects end with another carrier, under another number."""
    number = identifier(told.get("last_mile_tracking_number"))
    if not number or not package.tracking_number or number == package.tracking_number:
        return ()
    return (ShipmentTold(tracking_number=package.tracking_number, handed_over_as=((LAST_MILE, number),)),)
