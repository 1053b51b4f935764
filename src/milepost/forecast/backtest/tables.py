"""A history's file as rows of texts: CSV (plain or gzipped) or Parquet; and the instants in it."""

import csv
import gzip
import io
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from milepost.model.errors import OperatorError

DAY_S = 86_400.0
SEPARATORS = ",;\t|"
FIELD_BYTES_MAX = 1_000_000
YEARS = (1990, 2100)
"""Instants outside are no history: a spreadsheet's zero, or milliseconds read as seconds."""


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
    try:
        return Mapped(columns, ZoneInfo(zone) if zone else None, country, tuple(ahead))
    except (ZoneInfoNotFoundError, ValueError):
        raise OperatorError(f"{path}: zone: there is no {zone!r}; name one as Europe/Berlin") from None


def rows(path: Path, mapping: Mapped) -> Iterator[dict[str, str]]:
    """Each row under our names where the map gives one. Raises OperatorError for a file that is no table."""
    names = {theirs: ours for ours, theirs in mapping.columns.items()}
    found = _parquet(path) if path.name.endswith((".parquet", ".pq")) else _csv(path)
    for row in found:
        yield {names.get(name, name): value for name, value in row.items()}


def header(path: Path, mapping: Mapped) -> Sequence[str]:
    """Which columns the file has, under our names; empty for a file without rows."""
    return list(next(rows(path, mapping), {}))


def moment(text: str, zone: ZoneInfo | None) -> Moment | None:
    """An ISO 8601 instant (or Unix seconds). None when it is none. Without a zone: the map's, else UTC."""
    text = text.strip()
    if text.replace(".", "", 1).isdigit():
        return _in_years(datetime.fromtimestamp(float(text), UTC), has_zone=True) if len(text) < 16 else None
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    has_zone = told.tzinfo is not None
    return _in_years(
        told if has_zone else told.replace(tzinfo=zone or UTC), has_zone=has_zone or zone is not None
    )


def _in_years(told: datetime, *, has_zone: bool) -> Moment | None:
    if not YEARS[0] <= told.year <= YEARS[1]:
        return None
    offset = told.utcoffset()
    return Moment(told.timestamp() / DAY_S, offset.total_seconds() / DAY_S if offset else 0.0, has_zone)


def _csv(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(FIELD_BYTES_MAX)
    try:
        with _opened(path) as file:
            first = file.readline()
            separator = max(SEPARATORS, key=first.count)
            names = next(csv.reader([first], delimiter=separator), [])
            for row in csv.reader(file, delimiter=separator):
                if row:
                    yield dict(zip(names, row, strict=False))
    except (UnicodeDecodeError, csv.Error, gzip.BadGzipFile) as error:
        raise OperatorError(f"{path}: not a CSV in UTF-8: {error}") from None


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _parquet(path: Path) -> Iterator[dict[str, str]]:
    try:
        parquet = import_module("pyarrow.parquet")
    except ImportError:
        raise OperatorError(
            f"{path}: reading Parquet needs pyarrow: pip install pyarrow, or give a CSV"
        ) from None
    for batch in parquet.ParquetFile(path).iter_batches():
        for row in batch.to_pylist():
            yield {name: "" if value is None else str(value) for name, value in row.items()}
