"""One setting: its sentence, what it may be, and how it is read from text."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, field, fields, is_dataclass
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from milepost.model.errors import OperatorError

SCHEMES = ("https://", "http://")
_EXPECTED = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}


class SettingsError(OperatorError):
    """A setting cannot be used; the text names it and the fix."""


def setting(
    default: Any,
    about: str,
    *,
    secret: bool = False,
    one_of: tuple[str, ...] = (),
    least: float = 0,
    most: float | None = None,
    address: bool = False,
    origins: bool = False,
) -> Any:
    """A field with its sentence and what its value may be.

    `secret` values are never printed. `least` and `most` bound a number, `one_of` a word. `address`: empty,
    or with http(s) in front. `origins`: the keys of this table are pages' origins, addresses without a path.
    """
    told = {
        "about": about,
        "secret": secret,
        "one_of": one_of,
        "least": least,
        "most": most,
        "address": address,
        "origins": origins,
    }
    if isinstance(default, (list, dict)):
        return field(default_factory=lambda: type(default)(default), metadata=told)
    return field(default=default, metadata=told)


def default_of(item: Field[Any]) -> Any:
    """The default of a setting's field, for the documentation."""
    if item.default is not MISSING:
        return item.default
    return item.default_factory() if item.default_factory is not MISSING else None


def build(kind: Any, tree: Any, where: str) -> Any:
    """The settings of a class from a table of texts and values. Raises SettingsError."""
    if not isinstance(tree, Mapping):
        raise SettingsError(
            f"{where or 'settings'}: expected a table"
        )  # it may be a secret, put one too high
    hints = get_type_hints(kind)
    known = {item.name: item for item in fields(kind)}
    for name in tree:
        if name not in known:
            msg = f"{_join(where, name)} is not a setting: {nearest(name, known)}"
            raise SettingsError(msg)
    values = {name: _convert(hints[name], value, _join(where, name)) for name, value in tree.items()}
    for name, value in values.items():
        if wrong := _why_not(known[name].metadata, value):
            raise SettingsError(f"{_join(where, name)}: {wrong}")
    return kind(**values)


def nearest(name: str, known: Iterable[str]) -> str:
    """What somebody may have meant, for the end of an error."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(names)}"


def _convert(hint: Any, value: Any, where: str) -> Any:
    origin = get_origin(hint)
    if origin is UnionType:
        hint = next(option for option in get_args(hint) if option is not type(None))
    if is_dataclass(hint):
        return build(hint, value, where)
    if origin is list:
        return _convert_list(get_args(hint)[0], value, where)
    if origin is dict:
        if not isinstance(value, Mapping):
            msg = f"{where}: expected a table of tables"
            raise SettingsError(msg)
        return {name: _convert(get_args(hint)[1], item, f"{where}.{name}") for name, item in value.items()}
    return _convert_plain(hint, value, where)


def _convert_list(hint: Any, value: Any, where: str) -> list[Any]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, Mapping):  # MILEPOST_TIKTOK_SHOP__APPS__0__APP_KEY=…
        value = [value[number] for number in sorted(value)]
    if not isinstance(value, list):
        msg = f"{where}: expected a list, got {value!r}"
        raise SettingsError(msg)
    return [_convert(hint, item, f"{where}[{number}]") for number, item in enumerate(value)]


def _convert_plain(hint: Any, value: Any, where: str) -> Any:
    if isinstance(value, str) and hint in (int, float):
        try:
            return hint(value)
        except ValueError as error:
            msg = f"{where}: expected a number, got {value!r}"
            raise SettingsError(msg) from error
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is bool and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise SettingsError(f"{where}: expected {_EXPECTED[hint]}")  # never the value: it may be a secret
    return value


def _join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _why_not(rules: Mapping[str, Any], value: Any) -> str:
    """Why this value is none the setting may have, and the fix; empty if it is one."""
    if isinstance(value, dict):
        found = (_why_not_origin(name) for name in value) if rules.get("origins") else ()
        found_in = (_why_not(rules, one) for one in value.values() if isinstance(one, float))
        return next((wrong for wrong in (*found, *found_in) if wrong), "")
    if isinstance(value, str):
        return _why_not_text(rules, value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    if not value >= rules["least"]:
        return f"{value} is too little; write {rules['least']} or more"
    if rules["most"] is not None and value > rules["most"]:
        return f"{value} is too much; write {rules['most']} or less"
    return ""


def _why_not_text(rules: Mapping[str, Any], value: str) -> str:
    if rules["one_of"] and value not in rules["one_of"]:
        return f"{value!r} is not known; write one of {', '.join(rules['one_of'])}"
    if rules["address"] and value and not value.startswith(SCHEMES):
        return f"{value!r} is no address; write it whole, with https:// in front"
    return ""


def _why_not_origin(name: str) -> str:
    if name.startswith(SCHEMES) and "/" not in name.partition("://")[2]:
        return ""
    return f"{name!r} is no page's origin; write scheme and host without a path, such as https://shop.example"
