"""The list of settings: name, environment variable, type, default and one sentence each."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from milepost.model.setting import default_of
from milepost.settings import ENVIRONMENT_PREFIX, NESTING, Settings

HEAD = """# Settings

Made from `src/milepost/settings.py`. Milepost reads `milepost.toml` in the folder it is started in, or the
file named by `--config` or `MILEPOST_CONFIG`; the environment wins over the file.
[Configure](../run/configure.md) shows a file.

A setting that does not exist, or has a value that it cannot have, stops the start with its name and the fix.
`milepost config check` prints every value, secrets hidden.
"""
COLUMNS = "| Setting | Environment | Type | Default | |\n|---|---|---|---|---|\n"
PLACEHOLDER = {"carriers": "NAME", "aggregators": "NAME", "apps": "0", "policies": "SHOP_ID"}
TYPES = {str: "text", int: "whole number", float: "number", bool: "true or false"}


def pages() -> dict[str, str]:
    parts = [HEAD, "## General\n\n" + COLUMNS + "\n".join(rows(Settings, ""))]
    for where, about, kind in tables(Settings, ""):
        parts.append(f"## `[{where}]`\n\n{about}\n\n{COLUMNS}" + "\n".join(rows(kind, where)))
    return {"docs/reference/settings.md": "\n\n".join(part.rstrip("\n") for part in parts)}


def tables(kind: type, where: str) -> Iterator[tuple[str, str, type]]:
    """Every table of settings below this one, in the order they are written."""
    hints = get_type_hints(kind)
    for item in fields(kind):
        inner = table_of(hints[item.name])
        if inner is None:
            continue
        name = joined(where, item.name)
        if get_origin(hints[item.name]) in (dict, list):
            name = f"{name}.{PLACEHOLDER[item.name]}"
        yield name, item.metadata["about"], inner
        yield from tables(inner, name)


def table_of(hint: Any) -> type | None:
    """The class of a table of settings, of a list or of a family of them."""
    inner = get_args(hint)[-1] if get_origin(hint) in (dict, list) else hint
    return inner if is_dataclass(inner) and isinstance(inner, type) else None


def rows(kind: type, where: str) -> Iterator[str]:
    hints = get_type_hints(kind)
    for item in fields(kind):
        if table_of(hints[item.name]) is not None:
            continue
        name = joined(where, item.name)
        variable = ENVIRONMENT_PREFIX + name.upper().replace(".", NESTING)
        secret = " Secret." if item.metadata.get("secret") else ""
        yield (
            f"| `{name}` | `{variable}` | {type_of(hints[item.name])} | {shown(default_of(item))} "
            f"| {item.metadata['about'].replace('|', '/')}{secret} |"
        )


def type_of(hint: Any) -> str:
    if get_origin(hint) is list:
        return "list (commas in the environment)"
    return TYPES.get(hint, str(hint))


def shown(value: Any) -> str:
    if value in ("", [], {}, None):
        return "empty"
    return f"`{value}`"


def joined(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
