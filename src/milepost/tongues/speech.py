"""Says sentences in the language spoken now: the reader's of this request, the receiver's of this message.

Every sentence is English in the code and whole, with named places for what varies: `%(day)s`. What is not in
a catalog is said in English. Which language is spoken travels with the task and not through every signature;
nothing but words depends on it (docs/decisions/0030-english-sentences-are-the-keys.md).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from babel.numbers import format_decimal
from markupsafe import Markup

from milepost.tongues.catalogs import ENGLISH, Tongue, tongue

_spoken: ContextVar[Tongue | None] = ContextVar("spoken", default=None)


def spoken() -> Tongue:
    """The language spoken now; English until somebody says otherwise."""
    return _spoken.get() or tongue(ENGLISH)


def speak(one: Tongue) -> None:
    """From here to the end of this task."""
    _spoken.set(one)


@contextmanager
def speaking(one: Tongue) -> Iterator[None]:
    """Only within."""
    before = _spoken.set(one)
    try:
        yield
    finally:
        _spoken.reset(before)


def say(sentence: str, **facts: Any) -> str:
    """The sentence in the language spoken, with its facts. A per cent sign in it is written `%%`."""
    return spoken().words.gettext(sentence) % facts


def say_as(context: str, sentence: str, **facts: Any) -> str:
    """The same for words that mean several things: the context says which is meant."""
    return spoken().words.pgettext(context, sentence) % facts


def say_many(one: str, many: str, number: int, **facts: Any) -> str:
    """One or many, in as many forms as the language has; `%(num)s` is the number as it writes it."""
    told = spoken().words.ngettext(one, many, number)
    return told % {"num": written(number), **facts}


def say_marked(sentence: str, **facts: Any) -> Markup:
    """A sentence with markup of its own; its facts are escaped."""
    return Markup(spoken().words.gettext(sentence)) % facts  # noqa: S704  our catalogs; tests hold their markup


def retold(kept: str) -> str:
    """A whole English sentence that was kept somewhere, in the language spoken if its catalog has it."""
    return spoken().words.gettext(kept) if kept else ""


def mark(sentence: str) -> str:
    """Puts a sentence into the catalogs that is said elsewhere, by `say` or `retold`."""
    return sentence


def mark_many(one: str, many: str) -> tuple[str, str]:
    """The same for `say_many`."""
    return one, many


def written(number: float) -> str:
    """A number as the language writes it; always in the digits 0 to 9, as on labels."""
    return str(format_decimal(number, locale=spoken().locale))
