"""On an order's page: whose parcel it is, said by a person, confirmed, or undone."""

from typing import Annotated, Any

from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath

from milepost.desk.carriers import ChoiceError, choose_carrier, undo_choice
from milepost.desk.entries import By
from milepost.model.choices import CarrierChoice
from milepost.show.console.guard import order_for, pages, user_of
from milepost.show.console.told import Told, go_to
from milepost.show.looks import app_of, console_address
from milepost.show.moments import counted

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/orders/{number:str}/carrier", status_code=200)
async def carrier(number: FromPath[str], data: Form, request: Request[None, None, State]) -> Response[Any]:
    """For everybody who sees the order; the page then says what was done, and has the way back."""
    app, user, row = app_of(request), user_of(request), await order_for(request, number)
    shipment = data.get("shipment", "")
    if shipment not in row.shipment_ids:
        raise NotFoundException("This order has no such parcel.")
    by = By(kind="user", id=user.user_id, name=f"{user.name or user.email} ({user.role.value})")
    try:
        if data.get("do") == "undo":
            choice = await undo_choice(app, shipment, by)
        else:
            choice = await choose_carrier(app, shipment, data.get("carrier", ""), by, data.get("note", ""))
        told = Told(sentence=_sentence(choice, app.carrier_names))
    except ChoiceError as error:
        text = str(error)
        told = Told(sentence=f"{text[:1].upper()}{text[1:]}.", tone="bad")
    return go_to(request, console_address(row.facts.order_number), told)


def _sentence(choice: CarrierChoice, names: dict[str, str]) -> str:
    name = names.get(choice.carrier or "", "nobody we know")
    if choice.undoes:
        return f"Undone: the carrier is {name} again, as before."
    aside = (
        f" {counted(len(choice.set_aside), 'scan')} of another carrier set aside." if choice.set_aside else ""
    )
    return f"The carrier is {name}.{aside} You can undo this below the parcel."


ROUTES = [pages(carrier)]
