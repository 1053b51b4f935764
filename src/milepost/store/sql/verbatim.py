"""A statement that is run as it is written."""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import ExecutableDDLElement


class Verbatim(ExecutableDDLElement):
    """What changes tables, in one engine's own words."""

    def __init__(self, said: str) -> None:
        self.said = said


@compiles(Verbatim)
def _verbatim(element: Verbatim, _compiler: Any, **_options: Any) -> str:
    return element.said
