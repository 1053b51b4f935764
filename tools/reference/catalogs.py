"""The catalogs: gathers every sentence that buyers read, and keeps each language's file in step with them.

Sentences come from `say…` and `mark…` in Python, from `{% trans %}` and `_()` in templates, and from the
tables of words that a page says (show/words, react/words). What is new stands in each .po with an empty
translation; what is gone is gone. How a translator works: docs/add/language.md.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, extract
from babel.messages.pofile import read_po, write_po

from milepost.react.words import WORDS
from milepost.settings import ShopPolicy
from milepost.show.words.sentences import policies, reach, scans, sources, statuses, steps
from milepost.tongues.catalogs import DOMAIN, LOCALES

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src/milepost"
KEYWORDS = {
    "say": None,
    "say_marked": None,
    "mark": None,
    "say_as": ((1, "c"), 2),
    "say_many": (1, 2),
    "mark_many": (1, 2),
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
TEMPLATES = ("show/templates/*.html", "show/templates/buyer/*.html", "notify/templates/**/*.*")
SPEAKS = "from milepost.tongues.speech import"
JINJA = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
NEVER_CHANGES = datetime(2026, 1, 1, tzinfo=UTC)
"""A date of its own would make every run a change."""

WIDTH = 110


def pages() -> dict[str, str]:
    """The template, and every language's file brought up to it."""
    template = gathered()
    found = {_name(LOCALES / f"{DOMAIN}.pot"): _written(template)}
    for path in sorted(LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        found[_name(path)] = _written(_in_step(path, template))
    return found


def gathered() -> Catalog:
    """Every sentence, in the order of the files it is said in."""
    catalog = Catalog(
        project="Milepost",
        version="",
        creation_date=NEVER_CHANGES,
        revision_date=NEVER_CHANGES,
        header_comment="# The sentences that buyers read. Written by `make docs`; see docs/add/language.md.",
        fuzzy=False,
    )
    for name, context, message, notes in _said():
        catalog.add(message, locations=[(name, None)], auto_comments=notes, context=context)  # type: ignore[list-item]
    return catalog


def _said() -> Iterator[tuple[str, str | None, str | tuple[str, ...], list[str]]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if SPEAKS in path.read_text(encoding="utf-8"):
            yield from _in_file("python", path, {})
    for pattern in TEMPLATES:
        for path in sorted(SOURCE.glob(pattern)):
            yield from _in_file("jinja2.ext:babel_extract", path, JINJA)
    for name, words in _in_tables():
        if words:
            yield name, None, words, []


def _in_file(
    method: str, path: Path, options: dict[str, str]
) -> Iterator[tuple[str, str | None, str | tuple[str, ...], list[str]]]:
    with path.open("rb") as file:
        for _, message, notes, context in extract.extract(
            method, file, KEYWORDS, comment_tags=("Translators:",), options=options
        ):
            if message:
                yield _name(path, SOURCE), context, message, notes


def _in_tables() -> Iterator[tuple[str, str]]:
    for status in statuses().values():
        yield from (("show/words/statuses.toml", one) for one in (status.title, status.chip, status.lead))
    yield from (("show/words/steps.toml", one.name) for one in steps())
    told = scans()
    named = [told.notes.title, *(one for one, _ in (*told.statuses.values(), *told.reasons.values()))]
    yield from (("show/words/scans.toml", one) for one in (*named, *(one.title for one in told.phrases)))
    yield from (("show/words/policies.toml", one) for one in policies().values())
    yield from (("show/words/sources.toml", one) for one in sources().values())
    ways = reach()
    for matter in (ways.missed, ways.collect, ways.customs, ways.search, ways.damaged, ways.lost):
        yield from (("show/words/reach.toml", one) for one in (matter.title, matter.by, matter.buyer))
    yield from (
        ("show/words/reach.toml", one) for one in (*ways.contacts.values(), *ways.counts_from.values())
    )
    for words in WORDS.values():
        yield from (("react/words.py", one) for one in (words.title, words.what, words.buyer))
    yield "settings.py", ShopPolicy().makes_good


def _in_step(path: Path, template: Catalog) -> Catalog:
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parts[-3])
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.creation_date = catalog.revision_date = NEVER_CHANGES
    return catalog


def _written(catalog: Catalog) -> str:
    text = io.BytesIO()
    write_po(text, catalog, width=WIDTH, include_lineno=False, ignore_obsolete=True)
    return text.getvalue().decode()


def _name(path: Path, root: Path = ROOT) -> str:
    return str(path.relative_to(root))
