"""The exception glossary for anybody: an index with a search, a page a problem, a reason and a code."""

from typing import Annotated

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_404_NOT_FOUND

from milepost.show import glossary
from milepost.show.glossary import CODE_LENGTH_MAX, HOME, QUERY_LENGTH_MAX, CodeSource, Explanation
from milepost.show.looks import AnyRequest, app_of, page

CODES_SHOWN_MAX = 24
"""Codes of one reason that are named; the table has them all."""

Query = Annotated[str, QueryParameter(max_length=QUERY_LENGTH_MAX)]


@get(HOME, include_in_schema=False)
async def index(request: Request[None, None, State], q: Query = "") -> Response[str]:
    """Everything there is, or what was looked for."""
    known = glossary.sources(app_of(request))
    return page(
        request,
        "glossary/index.html",
        query=q.strip(),
        found=glossary.find(q, known.values()),
        found_max=glossary.FOUND_MAX,
        groups=glossary.index(),
        sources=[one for one in known.values() if one.codes],
    )


@get(f"{HOME}/problems/{{kind:str}}", include_in_schema=False)
async def problem(kind: FromPath[str], request: Request[None, None, State]) -> Response[str]:
    """One kind of exception."""
    return await _explanation(request, glossary.problem(kind))


@get(f"{HOME}/reasons/{{key:str}}", include_in_schema=False)
async def reason(key: FromPath[str], request: Request[None, None, State]) -> Response[str]:
    """One reason, and which codes mean it."""
    return await _explanation(request, glossary.reason(key))


async def _explanation(request: AnyRequest, told: Explanation | None) -> Response[str]:
    if told is None:
        raise NotFoundException("There is no such page.")
    ended = await app_of(request).store.ended_exceptions(glossary.ENDED_MAX)
    codes = [(one, glossary.with_reason(one, told.key)) for one in glossary.sources(app_of(request)).values()]
    return page(
        request,
        "glossary/explanation.html",
        one=told,
        measured=glossary.measured(told.key, ended),
        codes=[(source, rows[:CODES_SHOWN_MAX], len(rows)) for source, rows in codes if rows],
    )


@get(f"{HOME}/codes/{{source:str}}", include_in_schema=False)
async def codes(source: FromPath[str], request: Request[None, None, State], q: Query = "") -> Response[str]:
    """One source's table, all of it or what was looked for."""
    found, query = _source(request, source), q.strip()
    families = glossary.codes_of(found, query)
    return page(request, "glossary/codes.html", source=found, query=query, families=families)


@get(f"{HOME}/codes/{{source:str}}/{{said:path}}", include_in_schema=False)
async def code(
    source: FromPath[str], said: FromPath[str], request: Request[None, None, State]
) -> Response[str]:
    """One code as its source writes it; one that no table has is told to be unknown."""
    found = _source(request, source)
    text = str(said).strip("/")[:CODE_LENGTH_MAX]
    rows = glossary.rows_said(found, text)
    status = HTTP_200_OK if rows else HTTP_404_NOT_FOUND
    shown = rows[0].ref.code if len(rows) == 1 else text
    pages = {row.about: glossary.explanation_at(row.about) for row in rows if row.about}
    return page(
        request, "glossary/code.html", status=status, source=found, said=shown, rows=rows, pages=pages
    )


def _source(request: AnyRequest, key: str) -> CodeSource:
    found = glossary.sources(app_of(request)).get(key)
    if found is None:
        raise NotFoundException("There is no such page.")
    return found


ROUTES = [index, problem, reason, codes, code]
