"""`make new` makes things whose tests already run, and refuses names that would not work, saying why."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.tidy.tree import ROOT, told

TOOL = ROOT / "tools/new/new.py"
KINDS = sorted(path.name for path in (ROOT / "tools/new/templates").iterdir())
NAMES = {kind: f"acm{number}" for number, kind in enumerate(KINDS)}
COPIED = (
    "src/milepost",
    "tests/samples",
    "tests/notify",
    "tests/pages",
    "tests/tidy",
    "tools",
    "docs",
    "pyproject.toml",
)
SHAPE = ("tests/tidy/test_layout.py", "tests/tidy/test_words.py")
MADE_BY_TOOLS = shutil.ignore_patterns("__pycache__", "built", "gazetteer.sqlite", "geo.sqlite")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the tree to make things in. The place data is large, so it is only pointed to."""
    place = tmp_path_factory.mktemp("tree")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=MADE_BY_TOOLS)
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, place / name)
    for made in (
        "src/milepost/places/gazetteer.sqlite",
        "src/milepost/map/geo.sqlite",
        "src/milepost/show/static/built",
    ):
        (place / made).parent.mkdir(parents=True, exist_ok=True)
        (place / made).symlink_to(ROOT / made)
    return place


@pytest.fixture(scope="module")
def said(copy):
    """What `make new` said for each kind."""
    return {kind: run(copy, "tools/new/new.py", kind, name) for kind, name in NAMES.items()}


@pytest.fixture(scope="module")
def tried(copy, said):
    """The results of the tests that it told us to run, and of the tests of the shape, one a line."""
    told = [
        line.split()[1:] for made in said.values() for line in made.stdout.splitlines() if "/pytest" in line
    ]
    where = {words[0] for words in told}
    return run(
        copy,
        "-m",
        "pytest",
        "-q",
        "-rA",
        "-p",
        "no:cacheprovider",
        "-k",
        "acm or test_layout or test_words",
        *where,
        *SHAPE,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_thing_has_tests_that_run_and_pass(said, tried, kind):
    assert said[kind].returncode == 0, said[kind].stderr
    results = [line for line in tried.stdout.splitlines() if re.match(r"(PASSED|FAILED|ERROR) ", line)]
    own = [line for line in results if NAMES[kind] in line and "tests/tidy" not in line]
    assert own, f"{said[kind].stdout}\n{tried.stdout[-3000:]}{tried.stderr[-2000:]}"
    troubles = [line for line in tried.stdout.splitlines() if not line.startswith("PASSED")]
    assert all(line.startswith("PASSED") for line in own), told(troubles[-60:])


def test_new_things_keep_the_shape_of_the_house(copy, said, tried):
    wrong = [line for line in tried.stdout.splitlines() if line.startswith("E ") and "acm" in line]
    assert not wrong, told(wrong)
    linted = run(copy, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", "src", "tests")
    assert "acm" not in linted.stdout, linted.stdout[-3000:]


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
