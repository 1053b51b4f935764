"""The route with which a program hands in a file: a look first, then the word to take it in."""

from typing import Annotated, Any, Literal

from litestar import Request, post
from litestar.exceptions import ValidationException
from litestar.params import HeaderParameter, QueryParameter, RawBody
from litestar.status_codes import HTTP_200_OK, HTTP_202_ACCEPTED

from milepost.desk import imports as desk
from milepost.model.imports import Fate, Preview, Stated
from milepost.ports.app import App
from milepost.show.api import shapes
from milepost.show.api.keys import key_of, needs_news_key, shops_of
from milepost.show.problems import PROBLEMS_OF_CHANGE

ROWS_MAX = 1_000
"""Rows in an answer; refused ones come first."""

COLUMNS_MAX = 30
CAPTURE_BYTES_MAX = 5_000_000
EPCIS = "epcis"

Zone = Annotated[str, QueryParameter(max_length=64, description="IANA zone of times without an offset.")]
Dates = Annotated[str, QueryParameter(max_length=3, description="How 03/04/2026 is meant: `dmy` or `mdy`.")]
Encoding = Annotated[str, QueryParameter(max_length=16, description="Of a CSV that is not UTF-8.")]
CarrierKey = Annotated[str, QueryParameter(max_length=64, description="Whose file it is: the carrier's key.")]
ShopId = Annotated[
    str,
    QueryParameter(
        name="shop_id", max_length=64, description="Whose news it is; needed for a key of several shops."
    ),
]
Commit = Annotated[bool, QueryParameter(description="`true`: take it in. Else nothing is changed.")]
Column = Annotated[
    list[str] | None,
    QueryParameter(
        description="A column under another name, as `ours=theirs`; may be repeated.", max_items=COLUMNS_MAX
    ),
]


Behaviour = Annotated[
    Literal["rollback", "proceed"],
    HeaderParameter(name="GS1-Capture-Error-Behaviour", description="What an event that is refused means."),
]


@post(
    "/imports",
    summary="Hand in a file of orders or events",
    status_code=HTTP_200_OK,
    guards=[needs_news_key],
    responses=PROBLEMS_OF_CHANGE,
    request_max_body_size=desk.BODY_BYTES_MAX,
)
async def hand_in(
    request: Request[Any, Any, Any],
    body: RawBody,
    *,
    commit: Commit = False,
    zone: Zone = "",
    dates: Dates = "",
    encoding: Encoding = "",
    carrier: CarrierKey = "",
    shop: ShopId = "",
    column: Column = None,
) -> shapes.ImportShape:
    """The body is the file: CSV, XLSX, JSON, X12 214, IFTSTA or EPCIS. Doing it again changes nothing."""
    app: App = request.app.state.milepost
    columns = tuple((ours, theirs) for ours, _, theirs in (one.partition("=") for one in column or ()))
    stated = Stated(zone=zone, dates=dates, encoding=encoding, carrier=carrier, columns=columns)
    shop_id = shop_for(request, shop)
    try:
        if commit:
            seen = (await desk.import_file(app, body, stated, shop_id)).preview
        else:
            seen = await desk.preview(app, body, stated, shop_id)
    except desk.ImportRefusedError as error:
        raise ValidationException(f"body: {error}") from error
    return _shape(seen, changed=commit)


def shop_for(request: Request[Any, Any, Any], shop: str) -> str | None:
    """The one shop this news is for; None for a key of every shop. Raises 400."""
    mine = shops_of(key_of(request))
    if mine is None:
        return shop or None
    if len(mine) == 1 and shop in ("", mine[0]):
        return mine[0]
    if shop in mine:
        return shop
    raise ValidationException("shop_id: name one of your key's shops")


def _shape(seen: Preview, *, changed: bool) -> shapes.ImportShape:
    rows = [*seen.refused, *(row for row in seen.rows if row.fate is not Fate.REFUSED)][:ROWS_MAX]
    return shapes.ImportShape(
        kind=seen.source,
        changed=changed,
        counts={fate.value: seen.count(fate) for fate in Fate},
        columns=[
            shapes.ColumnShape(theirs=theirs, ours=ours or None) for theirs, ours in seen.layout.columns
        ],
        remarks=list(seen.layout.remarks),
        rows=[
            shapes.ImportRowShape(
                where=row.where, fate=row.fate.value, about=row.about or None, says=row.says
            )
            for row in rows
        ],
    )


@post(
    "/capture",
    summary="Capture EPCIS 2.0 events",
    status_code=HTTP_202_ACCEPTED,
    guards=[needs_news_key],
    responses=PROBLEMS_OF_CHANGE,
    request_max_body_size=CAPTURE_BYTES_MAX,
)
async def capture(
    request: Request[Any, Any, Any], body: RawBody, *, shop: ShopId = "", behaviour: Behaviour = "rollback"
) -> shapes.ImportShape:
    """As GS1's capture interface: a document of events, all of them or none unless told to proceed.

    It is taken in before the answer. Capturing it again changes nothing.
    """
    app: App = request.app.state.milepost
    shop_id = shop_for(request, shop)
    try:
        seen = await desk.preview(app, body, Stated(), shop_id)
        if seen.source != EPCIS:
            raise ValidationException("body: it is no EPCIS 2.0 document in JSON")
        if seen.refused and behaviour == "rollback":
            told = [{"key": row.where, "message": row.says} for row in seen.refused[:ROWS_MAX]]
            raise ValidationException("body: events cannot be read; none was captured", extra=told)
        seen = (await desk.import_file(app, body, Stated(), shop_id)).preview
    except desk.ImportRefusedError as error:
        raise ValidationException(f"body: {error}") from error
    return _shape(seen, changed=True)


ROUTES = (hand_in, capture)
