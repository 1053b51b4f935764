"""Codes that no table explains: how often, an example, and a form that says what each means."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath

from milepost.desk.codes import (
    CODES_MAX,
    NOTE_LENGTH_MAX,
    STATUSES,
    CorrectionError,
    Waiting,
    code_waiting,
    codes_waiting,
    correct,
    scan_of,
    withdraw,
)
from milepost.model.scans import CodeRef
from milepost.model.statuses import Status
from milepost.show.console.frame import console_page
from milepost.show.console.guard import needs_everything, pages, user_of
from milepost.show.console.told import Told, go_to
from milepost.show.glossary import about_code
from milepost.show.looks import AnyRequest, app_of
from milepost.show.words.sentences import problems, reasons, statuses

CODES = "/console/codes"
CODE_LENGTH_MAX = 120

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
OF_A_CODE = "/codes/{source:str}/{code:path}"


@get("/codes")
async def codes(request: Request[None, None, State]) -> Response[str]:
    """All of them: what waits for an explanation, then what has one."""
    app = app_of(request)
    found = await codes_waiting(app)
    return await console_page(
        request,
        "console/codes.html",
        CODES,
        waiting=[one for one in found if one.correction is None],
        explained=[one for one in found if one.correction is not None],
        names=app.source_names,
        rows_max=CODES_MAX,
        named=_status_names(),
    )


@get(OF_A_CODE)
async def code(
    source: FromPath[str], code: FromPath[str], request: Request[None, None, State]
) -> Response[str]:
    """One code with its example, and the form."""
    return await _page(request, await _waiting(request, source, code))


async def _page(
    request: AnyRequest,
    one: Waiting,
    *,
    wrong: str = "",
    given: dict[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    app = app_of(request)
    scan = await scan_of(app, one.told)
    looked_up = scan.refs if scan else ()
    return await console_page(
        request,
        "console/code.html",
        CODES,
        status=status,
        one=one,
        name=app.source_names.get(one.told.source, one.told.source),
        refs=[(f"{ref.family}/{ref.code}", ref) for ref in looked_up],
        about=about_code(one.told.source, one.told.code),
        named=_status_names(),
        choices=[(key, _status_names()[key]) for key in STATUSES],
        groups=_reasons_by_group(),
        reason_names={key: page.title for key, page in reasons().items()},
        note_length_max=NOTE_LENGTH_MAX,
        wrong=wrong,
        given=given or {},
    )


@post(OF_A_CODE, status_code=200)
async def explain(
    source: FromPath[str], code: FromPath[str], data: Form, request: Request[None, None, State]
) -> Response[Any]:
    """It means this from now on; or, undone, it is unknown again."""
    app, one = app_of(request), await _waiting(request, source, code)
    by = user_of(request).email
    if data.get("do") == "undo":
        if one.correction is not None:
            await withdraw(app, one.correction, by)
        return go_to(request, CODES, Told(sentence=f"{one.told.code} is unknown again, from now on."))
    family, _, name = data.get("ref", "").partition("/")
    try:
        kept = await correct(
            app,
            one.told,
            CodeRef(family=family, code=name),
            status=data.get("status", ""),
            reason=data.get("reason", ""),
            note=data.get("note", ""),
            by=by,
        )
    except CorrectionError as error:
        text = str(error)
        return await _page(request, one, wrong=f"{text[:1].upper()}{text[1:]}.", given=data, status=400)
    means = _status_names()[kept.meaning.status]
    told = f"From now on {kept.code} means “{means}”. Scans heard before stay as they were read."
    return go_to(request, CODES, Told(sentence=told))


@get("/code-example/{source:str}/{code:path}")
async def example(
    source: FromPath[str], code: FromPath[str], request: Request[None, None, State]
) -> Response[bytes]:
    """The report of the example, byte for byte."""
    one = await _waiting(request, source, code)
    body = await app_of(request).store.report_body(one.told.report_hash)
    if body is None:
        raise NotFoundException("There is no such report.")
    headers = {
        "Content-Disposition": f'attachment; filename="report-{one.told.report_hash[:16]}.txt"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type="application/octet-stream", headers=headers)


ROUTES = [pages(codes, code, explain, example, guards=[needs_everything])]


async def _waiting(request: AnyRequest, source: str, code: str) -> Waiting:
    found = await code_waiting(app_of(request), source, code.removeprefix("/")[:CODE_LENGTH_MAX])
    if found is None:
        raise NotFoundException("There is no such code.")
    return found


def _status_names() -> dict[str, str]:
    return {status.value: words.chip for status, words in statuses().items()} | {
        "note": "News that changes no status",
        Status.LOST.value: "Lost",
    }


def _reasons_by_group() -> list[tuple[str, list[tuple[str, str]]]]:
    names = problems().groups
    return [
        (names[group], [(key, page.title) for key, page in reasons().items() if key.startswith(f"{group}.")])
        for group in names
    ]
