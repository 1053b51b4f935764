"""What the browser gets besides pages: style sheet, module, font, icons (made by frontend/build.mjs)."""

import gzip
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import PathParameter

BUILT = Path(__file__).with_name("static") / "built"
FIX = "run `make` (it builds the browser assets), or `node build.mjs` in frontend/"
FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
GZIPPED = frozenset({".css", ".js", ".svg", ".json"})
TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


class AssetsError(Exception):
    """The browser's files are missing or older than the pages; the text says what to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One built file, ready to be sent."""

    media_type: str
    cache_control: str
    body: bytes
    gzipped: bytes | None


def asset(name: str) -> str:
    """The address of a built file by its plain name, e.g. `app.css`. Raises AssetsError."""
    found = _manifest().get(name)
    if found is None:
        raise AssetsError(f"browser file {name!r} is not built: {FIX}")
    return f"/static/{found}"


def built(name: str) -> File:
    """A built file by its plain name. Raises AssetsError."""
    return _files()[asset(name).rpartition("/")[2]]


def svg(name: str) -> str:
    """The SVG text of an icon named in a template or in frontend/src/icons.txt. Raises AssetsError."""
    found = _icons().get(name)
    if found is None:
        raise AssetsError(f"icon {name!r} is not built: {FIX}")
    return found


@cache
def _manifest() -> Mapping[str, str]:
    return _table("manifest.json")


@cache
def _icons() -> Mapping[str, str]:
    return _table("icons.json")


def _table(name: str) -> Mapping[str, str]:
    path = BUILT / name
    if not path.exists():
        raise AssetsError(f"{path} is missing: {FIX}")
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str])


@cache
def _files() -> Mapping[str, File]:
    """Everything built, in memory: some hundred kB, read once."""
    hashed = set(_manifest().values())
    return {
        path.name: _file(path, for_ever=path.name in hashed)
        for path in BUILT.iterdir()
        if path.is_file() and not path.name.startswith(".") and path.name != "manifest.json"
    }


def _file(path: Path, *, for_ever: bool) -> File:
    body = path.read_bytes()
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return File(
        media_type=media_type,
        cache_control=FOR_EVER if for_ever else A_DAY,
        body=body,
        gzipped=gzip.compress(body, 9) if path.suffix in GZIPPED else None,
    )


@get("/static/{name:str}", include_in_schema=False)
async def static(
    name: Annotated[str, PathParameter(max_length=200)], request: Request[None, None, State]
) -> Response[bytes]:
    """A built file; its name holds a hash of its content, so a browser may keep it."""
    found = _files().get(name)
    if found is None:
        raise NotFoundException(f"There is no file {name!r}.")
    return sent(found, request, {"Cache-Control": found.cache_control})


def sent(found: File, request: Request[None, None, State], headers: Mapping[str, str]) -> Response[bytes]:
    """The file as an answer, gzipped for whoever takes it so."""
    headers = {"Vary": "Accept-Encoding", **headers}
    if found.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.gzipped, media_type=found.media_type, headers=headers)
    return Response(found.body, media_type=found.media_type, headers=headers)
