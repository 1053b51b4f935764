"""A Parquet file as rows of texts, as a CSV of it would be; pyarrow (`milepost[parquet]`) reads it."""

from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from milepost.model.errors import OperatorError

MAGIC = b"PAR1"
ROWS_AT_ONCE = 10_000


def parquet_rows(path: Path) -> Iterator[dict[str, str]]:
    """Every row; a null is an empty text, an instant is ISO 8601, with an offset if its column has a zone.

    Of columns with one name the first counts. Raises OperatorError without pyarrow, and for a broken file.
    """
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise OperatorError(
            f'{path}: reading Parquet needs pyarrow: pip install "milepost[parquet]", or give a CSV'
        ) from None
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS_AT_ONCE):
                yield from _rows_of(arrow, batch)
    except (arrow.ArrowException, LookupError, ValueError, OverflowError, OSError) as error:
        told = str(error).splitlines() or [type(error).__name__]
        raise OperatorError(f"{path}: not a Parquet file that can be read: {told[0]}") from None


def _rows_of(arrow: Any, batch: Any) -> Iterator[dict[str, str]]:
    columns: dict[str, list[str]] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name.strip() not in columns:
            columns[name.strip()] = [_text(value) for value in _in_microseconds(arrow, column).to_pylist()]
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(columns, cells, strict=True))


def _in_microseconds(arrow: Any, column: Any) -> Any:
    """Instants as Python knows them: finer than that it refuses."""
    kind = column.type
    if not arrow.types.is_timestamp(kind) or kind.unit != "ns":
        return column
    return column.cast(arrow.timestamp("us", kind.tz), safe=False)


def _text(value: object) -> str:
    """As a CSV would have it: a whole number without a point, though a column with gaps holds fractions."""
    if value is None or value != value:  # noqa: PLR0124 - a gap among fractions is no number
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
