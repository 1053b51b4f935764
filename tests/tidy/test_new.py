"""`make new` makes things whose tests already run, and refuses names that would not work, saying why."""

import importlib.util
import os
import shutil
import subprocess
import sys

import pytest

from tests.tidy.tree import ROOT

TOOL = ROOT / "tools/new/new.py"
KINDS = sorted(path.name for path in (ROOT / "tools/new/templates").iterdir())
COPIED = ("src", "tests", "tools", "docs", "pyproject.toml")
MADE_BY_TOOLS = shutil.ignore_patterns("__pycache__", "built", "gazetteer.sqlite")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the tree to make things in. The place data is large, so it is only pointed to."""
    place = tmp_path_factory.mktemp("tree")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=MADE_BY_TOOLS)
        else:
            shutil.copy(source, place / name)
    for made in ("src/milepost/places/gazetteer.sqlite", "src/milepost/show/static/built"):
        (place / made).parent.mkdir(parents=True, exist_ok=True)
        (place / made).symlink_to(ROOT / made)
    return place


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_thing_has_tests_that_run_and_pass(copy, kind):
    made = run(copy, "tools/new/new.py", kind, "acme")
    assert made.returncode == 0, made.stderr
    said = [line for line in made.stdout.splitlines() if ".venv/bin/pytest" in line]
    assert said, f"make new does not say how to try it: {made.stdout}"
    tried = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *said[0].split()[1:])
    assert tried.returncode == 0, tried.stdout[-3000:]
    assert " passed" in tried.stdout


def test_new_things_keep_the_shape_of_the_house(copy):
    for kind in KINDS:
        run(copy, "tools/new/new.py", kind, "bluebird")
    looked = run(
        copy,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/tidy/test_layout.py",
        "tests/tidy/test_words.py",
    )
    assert "bluebird" not in looked.stdout, looked.stdout[-3000:]
    assert "passed" in looked.stdout, looked.stderr
    linted = run(copy, "-m", "ruff", "check", "--no-cache", "src", "tests")
    assert "bluebird" not in linted.stdout, linted.stdout[-3000:]


@pytest.mark.parametrize(
    ("kind", "name", "why"),
    [
        ("planet", "acme", "KIND is one of"),
        ("carrier", "Acme Ltd", "NAME is a Python name in small letters"),
        ("carrier", "class", "NAME is a Python name in small letters"),
        ("carrier", "parse", "is a word in"),
        ("carrier", "ups", "is there already"),
    ],
)
def test_a_name_that_would_not_work_is_refused_with_the_reason(kind, name, why):
    spec = importlib.util.spec_from_file_location("make_new", TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert why in (tool.why_refused(kind, name, ROOT) or "")


def run(place, *command):
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, *command],
        cwd=place,
        check=False,
        capture_output=True,
        text=True,
        env={**env, "PYTHONDONTWRITEBYTECODE": "1"},
    )
