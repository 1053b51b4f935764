"""How we speak: whole words, files that say what they are, files that stay short (style: docs/decisions/0001)."""

import ast
import re
from pathlib import Path

from tests.tidy.tree import files, name, parsed, python_files, told

LINES_MAX = 500
FIRST_LINES = 20
EMPTY_WORDS = {"common", "helper", "helpers", "manager", "managers", "misc", "stuff", "util", "utils"}
EMPTY_ENDINGS = ("Helper", "Manager", "Service", "Util", "Utils")
EMPTY_NAMES = {"do_it", "process", "process_data"}  # not handle_data: the name is HTMLParser's
OUR_CODE = ("src", "tests", "tools", "benches")


def test_no_file_or_folder_is_called_after_nothing():
    wrong = [
        f"{name(path)}: say the noun instead of {part!r}"
        for path in python_files(*OUR_CODE) + files(".ts", ".css", below="frontend/src")
        for part in words(path)
        if part in EMPTY_WORDS
    ]
    assert not wrong, told(wrong)


def test_no_class_or_function_is_called_after_nothing():
    wrong = [
        f"{name(path)}:{node.lineno}: {node.name} says nothing; what does it do, to what?"
        for path in python_files(*OUR_CODE)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.name in EMPTY_NAMES or node.name.endswith(EMPTY_ENDINGS))
    ]
    assert not wrong, told(wrong)


def test_every_python_file_opens_with_a_sentence():
    wrong = []
    for path in python_files(*OUR_CODE):
        first = (ast.get_docstring(parsed(path)) or "").partition("\n\n")[0].strip()
        if not first or not re.search(r"[.!?:)]$", first) or first[0].islower():
            wrong.append(
                f"{name(path)}: open with one plain sentence that ends with a full stop, not {first!r}"
            )
    assert not wrong, told(wrong)


def test_every_browser_file_opens_with_a_sentence():
    wrong = [
        f"{name(path)}: open with a comment that says what this is"
        for path in files(".ts", ".css", ".mjs", below="frontend")
        if not path.read_text(encoding="utf-8").lstrip().startswith(("/*", "//"))
    ]
    assert not wrong, told(wrong)


def test_a_long_file_says_why_it_is_long():
    wrong = []
    for path in [*python_files(*OUR_CODE), *files(".ts", ".css", ".mjs", below="frontend")]:
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > LINES_MAX and not re.search(r"\b[Ll]ong\b", "\n".join(lines[:FIRST_LINES])):
            wrong.append(f"{name(path)}: {len(lines)} lines; find the second noun, or write «Long because …»")
    assert not wrong, told(wrong)


def words(path: Path) -> list[str]:
    """The words in a file's name and in its folder's."""
    return re.split(r"[_\-.]", path.stem) + re.split(r"[_\-.]", path.parent.name)
