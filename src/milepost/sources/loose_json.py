"""Reading JSON whose shape we cannot trust: missing, null, renamed, a list of one without its brackets."""

from typing import Any

import msgspec

Object = dict[str, Any]


class UnreadableError(ValueError):
    """The bytes are not JSON at all."""


def decode(body: bytes) -> Any:
    """The body's value. Raises UnreadableError."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(str(error)) from error


def value_at(node: Any, *path: str) -> Any:
    """What stands at the end of the path, or None where the path breaks off."""
    for name in path:
        if not isinstance(node, dict):
            return None
        node = node.get(name)
    return node


def text_at(node: Any, *path: str) -> str:
    """Text without outer white space; a number as its digits; everything else is ""."""
    for name in path:
        if not isinstance(node, dict):
            return ""
        node = node.get(name)
    return text_of(node)


def text_of(value: Any) -> str:
    """A value as `text_at` reads it."""
    kind = type(value)
    if kind is str:
        return value.strip()  # type: ignore[no-any-return]
    return str(value) if kind is int or kind is float else ""


def texts_of(node: Any, *names: str) -> list[str]:
    """What `text_at` reads under each name, in one go: rows have many, and there are many rows."""
    if not isinstance(node, dict):
        return [""] * len(names)
    return [value.strip() if type(value) is str else text_of(value) for value in map(node.get, names)]


def objects_at(node: Any, *path: str) -> list[Object]:
    """The objects in the list at the end of the path; one object alone counts as a list of one."""
    value = value_at(node, *path)
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


def is_true_at(node: Any, *path: str) -> bool:
    """True, or the text "true" or "Y" in any case."""
    value = value_at(node, *path)
    return value is True or (isinstance(value, str) and value.strip().casefold() in ("true", "y"))
