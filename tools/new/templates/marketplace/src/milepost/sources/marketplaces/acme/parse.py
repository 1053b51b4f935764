"""Reads Acme's orders. Pure: what cannot be read is a refusal, nothing is raised or guessed."""

from datetime import UTC, datetime

import msgspec

from milepost.model.orders import Destination, Item, OrderFacts, PackageFacts
from milepost.model.reports import Refusal, Report
from milepost.model.scans import Parsed

KEY = "acme"
CLOSED = frozenset({"CANCELLED", "DONE"})


class Bought(msgspec.Struct):
    """One line of an order."""

    title: str
    variant: str = ""
    sku: str = ""
    quantity: int = 1
    parcel: str | None = None


class Sent(msgspec.Struct):
    """One parcel of an order."""

    id: str
    number: str | None = None
    carrier: str = ""


class Order(msgspec.Struct):
    """An order as Acme describes it. Numbers are strings: some have leading zeros."""

    id: str
    state: str
    placed: datetime
    town: str = ""
    country: str = ""
    items: list[Bought] = []
    parcels: list[Sent] = []


class Answer(msgspec.Struct):
    """The body of an order answer."""

    orders: list[Order] = []


ANSWER = msgspec.json.Decoder(Answer)


def parse(report: Report) -> Parsed:
    """Every order in the answer."""
    try:
        answer = ANSWER.decode(report.body)
    except msgspec.ValidationError as error:
        return Parsed(refusals=(Refusal(reason="unknown_shape", detail=str(error)),))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Parsed(refusals=(Refusal(reason="unreadable_body", detail="The answer is not JSON."),))
    return Parsed(orders=tuple(_facts(order, report.shop_id or "") for order in answer.orders))


def _facts(order: Order, shop_id: str) -> OrderFacts:
    return OrderFacts(
        order_number=order.id,
        shop_id=shop_id,
        marketplace=KEY,
        state=order.state,
        placed_at=order.placed.astimezone(UTC),
        updated_at=None,
        closed=order.state in CLOSED,
        items=tuple(_item(bought, order.state) for bought in order.items),
        packages=tuple(_package(sent, order) for sent in order.parcels),
        destination=Destination(country=order.country, city=order.town),
    )


def _item(bought: Bought, state: str) -> Item:
    return Item(
        title=bought.title,
        variant=bought.variant,
        seller_sku=bought.sku,
        quantity=bought.quantity,
        package_id=bought.parcel,
        state=state,
    )


def _package(sent: Sent, order: Order) -> PackageFacts:
    return PackageFacts(
        package_id=sent.id,
        tracking_number=sent.number,
        provider_id="",
        provider_name=sent.carrier,
        state=order.state,
        order_numbers=(order.id,),
    )
