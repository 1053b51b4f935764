"""Files that partners put into a folder: taken in one by one, then moved aside with what was said."""

import asyncio
import hashlib
import time
from pathlib import Path

import structlog

from milepost.desk.imports import BODY_BYTES_MAX, Imported, ImportRefusedError, import_file
from milepost.model.imports import Fate
from milepost.ports.app import App
from milepost.ports.sources import SourceError

FILES_MAX = 100
"""Of one look; the next one follows soon."""

SETTLED_S = 5.0
"""A file that was written to this lately may not be whole yet. Better: write it beside and move it in."""

UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")
DONE, REFUSED = "done", "refused"
SAID_MAX = 200

log = structlog.get_logger(__name__)


async def read_folder(app: App) -> None:
    """Take in what lies there. Raises SourceError when the folder cannot be read."""
    folder = Path(app.settings.imports.folder)
    for path in await asyncio.to_thread(_files, folder):
        body = await asyncio.to_thread(_body, path)
        try:
            imported = await import_file(app, body)
        except ImportRefusedError as error:
            await asyncio.to_thread(_aside, path, body, REFUSED, [str(error)])
            app.tally.count("refusals", source="folder", reason="refused_file")
            log.warning("file_refused", digest=_digest(body))
            continue
        kept = REFUSED if _nothing_went_in(imported) else DONE
        await asyncio.to_thread(_aside, path, body, kept, _said(imported))
        log.info("file_taken_in", digest=_digest(body), refused=len(imported.preview.refused))


def _files(folder: Path) -> list[Path]:
    """Whole files only, oldest name first; no links, nothing hidden. Raises SourceError."""
    latest = time.time() - SETTLED_S
    try:
        found = [
            path
            for path in sorted(folder.iterdir())
            if not path.name.startswith(".")
            and not path.name.endswith(UNFINISHED)
            and not path.is_symlink()
            and path.is_file()
            and path.stat().st_mtime <= latest
        ]
    except OSError as error:
        raise SourceError(
            f"imports.folder cannot be read ({error.strerror}): make it, or name another"
        ) from error
    return found[:FILES_MAX]


def _body(path: Path) -> bytes:
    """Raises SourceError."""
    try:
        with path.open("rb") as file:
            return file.read(BODY_BYTES_MAX + 1)
    except OSError as error:
        raise SourceError(f"a file in imports.folder cannot be read ({error.strerror})") from error


def _aside(path: Path, body: bytes, kept: str, said: list[str]) -> None:
    """Moved, so that it is taken in once; what was said stands beside it. Raises SourceError."""
    home = path.parent / kept
    try:
        home.mkdir(exist_ok=True)
        name = f"{_digest(body)}-{path.name}"
        if said:
            (home / f"{name}.said.txt").write_text("\n".join(said) + "\n", encoding="utf-8")
        path.replace(home / name)
    except OSError as error:
        raise SourceError(
            f"imports.folder cannot be written ({error.strerror}): its files must be moved"
        ) from error


def _nothing_went_in(imported: Imported) -> bool:
    return bool(imported.preview.refused) and not (imported.orders or imported.events)


def _said(imported: Imported) -> list[str]:
    seen = imported.preview
    lines = [f"{row.where}: {row.says}" for row in seen.refused[:SAID_MAX]]
    if not lines:
        return []
    counts = ", ".join(f"{seen.count(fate):,} {fate.value}" for fate in Fate if seen.count(fate))
    return [f"Read as {seen.name}: {counts}.", *lines]


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]
