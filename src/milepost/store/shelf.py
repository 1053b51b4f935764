"""What every shelf of the store works with: a place to run statements, and the seal."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, Table
from sqlalchemy.sql.elements import ColumnElement

from milepost.store.sealing import Sealer
from milepost.store.sql.compiled import Among
from milepost.store.sql.engine import Session

LIMIT_MAX = 1000  # rows a page can have, whatever is asked


class Shelf:
    """A part of the store. Reading shelves see what is committed; writing ones their own transaction too."""

    def __init__(self, session: Session, sealer: Sealer) -> None:
        self._session = session
        self._sealer = sealer


def walled(statement: Select[Any], column: ColumnElement[Any], shop_ids: Sequence[str] | None) -> Select[Any]:
    """Only these shops' rows (parameter `shop_ids`); None means every shop."""
    return statement if shop_ids is None else _behind_wall(statement, column)


@cache
def _behind_wall(statement: Select[Any], column: ColumnElement[Any]) -> Select[Any]:
    return statement.where(Among(column, "shop_ids"))


def wall(shop_ids: Sequence[str] | None) -> dict[str, list[str]]:
    """The parameter of `walled`."""
    return {} if shop_ids is None else {"shop_ids": list(shop_ids)}


def rows_to_ask(limit: int) -> int:
    """One more than the page holds, to see whether there is another page."""
    return max(1, min(limit, LIMIT_MAX)) + 1


def texts(values: Any) -> list[str]:
    """Each once, as plain text, in the order given."""
    return [str(value) for value in dict.fromkeys(values)]


def replaced(statement: Any, table: Table, *keep: str) -> dict[str, Any]:
    """Every column but these, as the refused row has it: for `on_conflict_do_update(set_=…)`."""
    return {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in (*keep, "seq")
    }
