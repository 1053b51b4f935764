"""Every sample answer of every source means what the table beside it says."""

import importlib
from functools import cache
from pathlib import Path

import pytest

import milepost
from milepost.model.carriers import CodeMeaning
from milepost.model.reports import ReportKind
from milepost.model.scans import CodeRef
from milepost.normalize.scans import events
from milepost.places.gazetteer import SqliteGazetteer
from milepost.sources.catalog import codes
from tests.samples.table import EVENTS, Expected, columns_of, got, read, report_of, text

SOURCES = Path(milepost.__file__).parent / "sources"
FOLDERS = sorted(path.parent for path in SOURCES.glob("*/*/samples"))
BODIES = sorted(path for folder in FOLDERS for path in folder.glob("samples/*") if path.suffix != ".txt")
ORIGINS = {"documented", "constructed", "recorded"}
COLUMNS = ("occurred_at", "status", "place", "reason", "code")
DEFAULTS = {EVENTS: COLUMNS, "refusals": ("reason",)}


@cache
def gazetteer() -> SqliteGazetteer:
    return SqliteGazetteer()


@cache
def codes_of(folder: Path) -> dict[CodeRef, CodeMeaning]:
    return codes(folder / "codes.csv")


def name(path: Path) -> str:
    return f"{path.parent.parent.name}/{path.name}"


@pytest.mark.parametrize("path", BODIES, ids=name)
def test_a_sample_means_what_its_table_says(path):
    folder = path.parent.parent
    expected = read(path.with_suffix(".txt"))
    report = report_of(path, expected)
    reader = "push" if report.kind is ReportKind.PUSH and folder.parent.name == "carriers" else "parse"
    module = ".".join(("milepost.sources", *folder.relative_to(SOURCES).parts, reader))
    parsed = importlib.import_module(module).parse(report)
    found = got(parsed, events(parsed, report, codes_of(folder), gazetteer()))
    expected.sections.setdefault("refusals", [])
    for section, rows in expected.sections.items():
        default = DEFAULTS.get(section, tuple(rows[0]) if rows else ("number",))
        seen = columns_of(found[section], rows, default)
        assert text(seen) == text(rows), (
            f"{name(path)}: {section} read:\n{text(seen)}\nexpected:\n{text(rows)}"
        )


@pytest.mark.parametrize("path", BODIES, ids=name)
def test_a_sample_says_where_it_comes_from(path):
    table = path.with_suffix(".txt")
    assert table.exists(), f"{name(path)}: write what it means into {table.name}"
    told: Expected = read(table)
    assert told.headers.get("origin") in ORIGINS, f"{table.name}: `# origin:` is one of {sorted(ORIGINS)}"
    assert told.headers.get("source"), f"{table.name}: `# source:` says where the answer was taken from"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_source_has_a_malformed_sample_and_no_table_without_an_answer(folder):
    bodies = {path.stem for path in BODIES if path.parent.parent == folder}
    tables = {path.stem for path in folder.glob("samples/*.txt")}
    assert any("malformed" in stem for stem in bodies), f"{folder.name}: add samples/malformed.json"
    assert not tables - bodies, f"{folder.name}: {sorted(tables - bodies)} stand there without an answer"


def test_there_are_samples_at_all():
    assert FOLDERS, "no source has samples, so the tests above looked at nothing"
