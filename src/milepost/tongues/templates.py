"""Teaches templates to speak: `{% trans %}`, `_()` and `pgettext()` in the language of whoever reads."""

from typing import Any

from jinja2 import Environment

from milepost.tongues.speech import spoken


def teach(templates: Environment) -> None:
    """They ask for the language each time they are drawn."""
    templates.policies["ext.i18n.trimmed"] = True
    i18n: Any = templates
    i18n.install_gettext_callables(
        _gettext, _ngettext, newstyle=True, pgettext=_pgettext, npgettext=_npgettext
    )


def _gettext(sentence: str) -> str:
    return spoken().words.gettext(sentence)


def _ngettext(one: str, many: str, number: int) -> str:
    return spoken().words.ngettext(one, many, number)


def _pgettext(context: str, sentence: str) -> str:
    return spoken().words.pgettext(context, sentence)


def _npgettext(context: str, one: str, many: str, number: int) -> str:
    return spoken().words.npgettext(context, one, many, number)
