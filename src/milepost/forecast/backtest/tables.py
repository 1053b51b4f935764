"""A history's file as rows of texts: CSV (plain or gzipped) or Parquet; and the instants in it."""

import csv
import gzip
import io
import tomllib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from milepost.forecast.backtest.outcome import Findings
from milepost.forecast.backtest.parquet import MAGIC, parquet_rows
from milepost.model.errors import OperatorError

DAY_S = 86_400.0
SEPARATORS = ",;\t|"
FIELD_BYTES_MAX = 1_000_000
YEARS = (1990, 2100)
"""Instants outside are no history: a spreadsheet's zero, or a date of eight digits read as seconds."""

FINER_FROM = 1e11
"""A number of seconds as large as this is of the year 5138: it counts milliseconds, or finer."""

FINER = (1e0, 1e3, 1e6, 1e9)

GZIP = b"\x1f\x8b"
ALPHA_2 = 2


@dataclass(frozen=True, slots=True)
class Mapped:
    """What `--map` says: our column's name to theirs, and what the whole file shares."""

    columns: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo | None = None
    country: str = ""
    known_ahead: Sequence[str] = ()  # columns of later scans that are known from the start: a planned route


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in days since 1970, the offset its clock had in days, and whether it named a zone."""

    at: float
    offset: float
    has_zone: bool


def mapped(path: Path | None) -> Mapped:
    """Read COLUMNS.toml. Raises OperatorError naming the line or key that is wrong."""
    if path is None:
        return Mapped()
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise OperatorError(f"{path}: it cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OperatorError(f"{path}: not TOML: {error}") from None
    columns = told.pop("columns", {})
    zone, country, ahead = told.pop("zone", ""), told.pop("country", ""), told.pop("known_ahead", [])
    if told:
        raise OperatorError(
            f"{path}: {next(iter(told))!r} is not known; there are zone, country, known_ahead and [columns]"
        )
    if not isinstance(columns, dict) or not all(isinstance(theirs, str) for theirs in columns.values()):
        raise OperatorError(f'{path}: write columns as ours = "theirs", e.g. purchased_at = "order_date"')
    if not isinstance(ahead, list) or not all(isinstance(name, str) for name in ahead):
        raise OperatorError(f'{path}: write known_ahead as a list of columns, e.g. known_ahead = ["km"]')
    if not isinstance(country, str) or len(country) not in (0, ALPHA_2):
        raise OperatorError(f'{path}: write country with two letters, e.g. country = "BR"')
    if not isinstance(zone, str):
        raise OperatorError(f'{path}: write zone as a name, e.g. zone = "Europe/Berlin"')
    try:
        return Mapped(columns, ZoneInfo(zone) if zone else None, country.upper(), tuple(ahead))
    except (ZoneInfoNotFoundError, ValueError):
        raise OperatorError(f"{path}: zone: there is no {zone!r}; name one as Europe/Berlin") from None


def rows(path: Path, mapping: Mapped, findings: Findings) -> Iterator[dict[str, str]]:
    """Each row under our names where the map gives one; every row has a cell for each column.

    Raises OperatorError for a file that is no table.
    """
    found = parquet_rows(path) if _begins(path, MAGIC) else _csv(path, findings)
    given: Mapping[str, str] = {}
    for number, row in enumerate(found):
        if not number:
            given = _given(path, row, mapping, findings)
        theirs = set(given.values())
        own = {name: cell for name, cell in row.items() if name not in theirs and name not in given}
        yield own | {ours: row[name] for ours, name in given.items()}


def moment(text: str, zone: ZoneInfo | None) -> Moment | None:
    """An ISO 8601 instant, or a Unix time in seconds down to nanoseconds. None when it is none.

    Without a zone: the map's, else UTC.
    """
    text = text.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        number = float(text)
        seconds = next((number / by for by in FINER if number / by < FINER_FROM), None)
        if seconds is not None:
            told = _in_years(datetime.fromtimestamp(seconds, UTC), has_zone=True)
            if told is not None:
                return told
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    has_zone = at.tzinfo is not None
    return _in_years(
        at if has_zone else at.replace(tzinfo=zone or UTC), has_zone=has_zone or zone is not None
    )


def _given(path: Path, row: Mapping[str, str], mapping: Mapped, findings: Findings) -> Mapping[str, str]:
    """Of the map what this file has: our name to theirs."""
    given = {}
    for ours, theirs in mapping.columns.items():
        if theirs not in row:
            findings.add(f"--map: {path.name} has no column {theirs} for {ours}")
            continue
        given[ours] = theirs
        if ours in row and ours != theirs:
            findings.add(f"{path.name} has a column {ours} too: --map takes {theirs} for it")
    return given


def _in_years(told: datetime, *, has_zone: bool) -> Moment | None:
    if not YEARS[0] <= told.year <= YEARS[1]:
        return None
    offset = told.utcoffset()
    return Moment(told.timestamp() / DAY_S, offset.total_seconds() / DAY_S if offset else 0.0, has_zone)


def _csv(path: Path, findings: Findings) -> Iterator[dict[str, str]]:
    csv.field_size_limit(FIELD_BYTES_MAX)
    try:
        with _opened(path) as file:
            first = file.readline()
            lines = csv.reader(chain([first], file), delimiter=max(SEPARATORS, key=first.count))
            names = [name.strip() for name in next(lines, [])]
            for name in {name for name in names if names.count(name) > 1}:
                findings.add(f"{path.name} has more than one column {name}: the first counts")
            for cells in lines:
                if cells:
                    _look_at_length(cells, names, findings)
                    yield _named(names, cells)
    except (UnicodeDecodeError, csv.Error, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise OperatorError(f"{path}: not a CSV in UTF-8: {error}") from None
    except OSError as error:
        raise OperatorError(f"{path}: it cannot be read: {error.strerror}") from None


def _look_at_length(cells: Sequence[str], names: Sequence[str], findings: Findings) -> None:
    if len(cells) < len(names):
        findings.add("a row with fewer cells than there are columns: the others are taken as not told")
    elif any(cells[len(names) :]):
        findings.add("a row with more cells than there are columns: the last ones are left out")


def _named(names: Sequence[str], cells: Iterable[str]) -> dict[str, str]:
    """The first of equal names counts; a cell that is not there is empty."""
    row: dict[str, str] = {}
    for name, cell in zip(names, chain(cells, [""] * len(names)), strict=False):
        row.setdefault(name, cell)
    return row


def _begins(path: Path, magic: bytes) -> bool:
    """What a file is its first bytes say, whatever its name says."""
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError as error:
        raise OperatorError(f"{path}: it cannot be read: {error.strerror}") from None


def _opened(path: Path) -> IO[str]:
    if _begins(path, GZIP):
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")
