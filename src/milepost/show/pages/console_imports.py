"""A file handed in by a person: they choose it, see row by row what it would do, and say that it shall."""

import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import State, UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, PathParameter

from milepost.desk import drafts
from milepost.desk import imports as desk
from milepost.model.imports import DATE_ORDERS, Draft, DraftGoing, Fate, GoingState, Stated
from milepost.show.console.frame import console_page
from milepost.show.console.guard import needs_connector, pages, shops_of, user_of
from milepost.show.console.told import Told, go_to
from milepost.show.looks import AnyRequest, app_of
from milepost.sources.sheets.csv_text import ENCODINGS

IMPORTS = "/console/imports"
ROWS_SHOWN = 200
FORM_BYTES_MAX = desk.BODY_BYTES_MAX + 100_000
NAME_LENGTH_MAX = 120
COLUMNS_LENGTH_MAX = 2_000
WORDS = {
    Fate.NEW: ("New", "good"),
    Fate.CHANGED: ("Changes an order we know", "warn"),
    Fate.KNOWN: ("Already known", "plain"),
    Fate.EARLY: ("Kept until an order names its number", "plain"),
    Fate.REFUSED: ("Refused", "bad"),
}

Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
DraftId = Annotated[str, PathParameter(max_length=64)]


@get("/imports")
async def imports(request: Request[None, None, State]) -> Response[str]:
    """Choose a file."""
    return await _form(request)


async def _form(
    request: AnyRequest, *, wrong: str = "", given: dict[str, str] | None = None, status: int = 200
) -> Response[str]:
    app, walls = app_of(request), shops_of(user_of(request))
    return await console_page(
        request,
        "console/imports.html",
        IMPORTS,
        status=status,
        wrong=wrong,
        given=given or {},
        shops=walls or (),
        carriers=sorted(app.carrier_names.items(), key=lambda one: one[1].casefold()),
        encodings=ENCODINGS,
        date_orders=[order for order in DATE_ORDERS if order != "ymd"],
        bytes_max=desk.BODY_BYTES_MAX,
    )


@post("/imports", status_code=200, request_max_body_size=FORM_BYTES_MAX)
async def look(data: Upload, request: Request[None, None, State]) -> Response[Any]:
    """What it would do; nothing is changed, and the file waits for their word."""
    app, user = app_of(request), user_of(request)
    given = {name: value for name, value in data.items() if isinstance(value, str)}
    file = data.get("file")
    body = await file.read(desk.BODY_BYTES_MAX + 1) if isinstance(file, UploadFile) else b""
    if not isinstance(file, UploadFile) or not body:
        return await _form(request, wrong="Choose a file with something in it.", given=given, status=400)
    draft = Draft(
        draft_id=secrets.token_urlsafe(16),
        user_id=user.user_id,
        file_name=file.filename[-NAME_LENGTH_MAX:],
        shop_id=_shop(request, given.get("shop", "")),
        stated=_stated(given),
        body=body,
    )
    try:
        await desk.preview(app, draft.body, draft.stated, draft.shop_id)
    except desk.ImportRefusedError as error:
        text = str(error)
        return await _form(request, wrong=f"{text[:1].upper()}{text[1:]}.", given=given, status=400)
    async with app.store.transaction() as tx:
        await tx.put_draft(draft, app.clock.now())
    return go_to(request, f"{IMPORTS}/{draft.draft_id}")


@get("/imports/{draft_id:str}")
async def draft(draft_id: DraftId, request: Request[None, None, State]) -> Response[Any]:
    """The look, as things stand now; while it goes in, how far it is; then what became of it."""
    app, waiting = app_of(request), await _draft(request, draft_id)
    now = await drafts.going(app, waiting)
    if now is not None and now.state is GoingState.IN:
        async with app.store.transaction() as tx:
            await tx.drop_draft(waiting.draft_id)
        return go_to(request, IMPORTS, Told(sentence=_done(now.counts)))
    is_stopped = now is not None and drafts.is_stopped(app, now)
    if now is not None and now.state is GoingState.UNDER_WAY and not is_stopped:
        return await console_page(request, "console/import_going.html", IMPORTS, draft=waiting, how_far=now)
    return await _look(request, waiting, now)


async def _look(request: AnyRequest, waiting: Draft, before: DraftGoing | None) -> Response[str]:
    seen = await desk.preview(app_of(request), waiting.body, waiting.stated, waiting.shop_id)
    rows = [*seen.refused, *(row for row in seen.rows if row.fate is not Fate.REFUSED)]
    return await console_page(
        request,
        "console/import.html",
        IMPORTS,
        draft=waiting,
        before=before,
        seen=seen,
        rows=rows[:ROWS_SHOWN],
        hidden=max(0, len(rows) - ROWS_SHOWN),
        words=WORDS,
        counts_shown=[(*WORDS[fate], count) for fate, count in seen.counts.items()],
        goes_in=sum(seen.count(fate) for fate in Fate if fate is not Fate.REFUSED),
    )


@post("/imports/{draft_id:str}/take", status_code=200)
async def take(draft_id: DraftId, request: Request[None, None, State]) -> Response[Any]:
    """Take it in; pressed twice, the second time changes nothing. A long one goes in by itself."""
    app, waiting = app_of(request), await _draft(request, draft_id)
    if len(waiting.body) > drafts.AT_ONCE_BYTES_MAX:
        answer = go_to(request, f"{IMPORTS}/{draft_id}")
        if await drafts.begin(app, waiting):
            answer.background = BackgroundTask(drafts.go_on, app, waiting)
        return answer
    try:
        imported = await drafts.take_in_at_once(app, waiting)
    except desk.ImportRefusedError as error:
        return go_to(request, f"{IMPORTS}/{draft_id}", Told(sentence=f"Not taken in: {error}.", tone="bad"))
    return go_to(request, IMPORTS, Told(sentence=_done(imported.preview.counts)))


@post("/imports/{draft_id:str}/drop", status_code=200)
async def drop(draft_id: DraftId, request: Request[None, None, State]) -> Response[Any]:
    """The way back: the file is forgotten."""
    waiting = await _draft(request, draft_id)
    async with app_of(request).store.transaction() as tx:
        await tx.drop_draft(waiting.draft_id)
    return go_to(request, IMPORTS, Told(sentence="Nothing was changed, and the file is forgotten."))


ROUTES = [pages(imports, look, draft, take, drop, guards=[needs_connector])]


async def _draft(request: AnyRequest, draft_id: str) -> Draft:
    """This person's own. Raises 404 alike for an unknown one and for somebody else's."""
    found = await app_of(request).store.draft(draft_id, user_of(request).user_id)
    if found is None:
        raise NotFoundException("There is no such file any more. Choose it again.")
    return found


def _shop(request: AnyRequest, chosen: str) -> str | None:
    """None for who sees every shop; else the chosen one of theirs, or their first."""
    walls = shops_of(user_of(request))
    if walls is None:
        return None
    return chosen if chosen in walls else walls[0]


def _stated(given: dict[str, str]) -> Stated:
    lines = given.get("columns", "")[:COLUMNS_LENGTH_MAX].splitlines()
    pairs = [line.partition("=") for line in lines if "=" in line]
    return Stated(
        zone=given.get("zone", "").strip()[:64],
        dates=given.get("dates", "")[:3],
        encoding=given.get("encoding", "")[:16],
        carrier=given.get("carrier", "")[:64],
        columns=tuple((ours.strip(), theirs.strip()) for ours, _, theirs in pairs),
    )


def _done(counts: Mapping[Fate, int]) -> str:
    parts = [f"{count:,} {WORDS[fate][0].casefold()}" for fate, count in counts.items()]
    return f"The file is in: {', '.join(parts) or 'nothing was in it'}."
