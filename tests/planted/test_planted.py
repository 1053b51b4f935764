"""The tests have teeth: each planted fault is caught by the test that is meant to catch it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.planted.faults import FAULTS

ROOT = Path(__file__).parents[2]
PASSED, FAILED = 0, 1  # pytest's exit codes; 2 and more mean that nothing was tested
PYTHON = "".join(map(str, sys.version_info[:2]))
NURSERY = Path(__file__).with_name("nursery.py")
BROKEN = re.compile(
    r"\b(AttributeError|NameError|UnboundLocalError|ImportError|SyntaxError|IndentationError): "
)
"""What Python says of code that could never have run: a test that sees such a row fail has shown nothing."""

SOON_S, AT_LEISURE_S = 5, 15
"""What a fault keeps from coming is not waited for long; where nothing is planted, it comes in the end."""


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught_by_its_test(fault, tmp_path, run):
    tree = copy_of_the_code(tmp_path, fault.file)
    plant(fault, tree)
    code, said = run([fault.caught_by], tree)
    assert code == FAILED, f"not caught by {fault.caught_by}\n{said[-5000:]}"
    assert "FAILED tests/" in said, f"something broke before the test ran:\n{said[-3000:]}"
    assert not BROKEN.search(said), f"the row breaks the code instead of making it wrong:\n{said[-5000:]}"


def test_without_a_fault_the_same_tests_pass(tmp_path, run):
    tests = [*dict.fromkeys(fault.caught_by for fault in FAULTS)]
    code, said = run(tests, copy_of_the_code(tmp_path), AT_LEISURE_S)
    assert code == PASSED, said[-5000:]


def test_no_two_rows_plant_the_same_fault():
    assert len({(fault.file, fault.text, fault.instead) for fault in FAULTS}) == len(FAULTS) >= 14


def copy_of_the_code(folder, changed=None):
    """src/ as links to its files and folders, but for the folders on the way to the one file that changes."""
    here, there = ROOT / "src", folder / "src"
    for part in Path("milepost", changed).parts if changed else ():
        link(here, there, but={part, "__pycache__"})
        if (here / "__pycache__").exists():
            link(here / "__pycache__", there / "__pycache__", but={f"{Path(part).stem}.cpython-{PYTHON}.pyc"})
        here, there = here / part, there / part
    there.symlink_to(here)
    return folder / "src"


def link(here, there, but):
    """A folder with links to all that is in another."""
    there.mkdir()
    for one in here.iterdir():
        if one.name not in but:
            (there / one.name).symlink_to(one)


def plant(fault, tree):
    """Change one place; a text that is not there exactly once is a row to be mended."""
    file = tree / "milepost" / fault.file
    written = file.read_text("utf-8")
    assert written.count(fault.text) == 1, f"{fault.file} has {written.count(fault.text)} times: {fault.text}"
    file.unlink()
    file.write_text(written.replace(fault.text, fault.instead), "utf-8")


@pytest.fixture(scope="module")
def run():
    """These tests alone, in a process that finds the tree's code and no other; pytest's exit code, what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with subprocess.Popen(
        [sys.executable, NURSERY],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as nursery:

        def ask(tests, tree, patience_s=SOON_S):
            said = tree.parent / "said.txt"
            words = {"tree": str(tree), "tests": tests, "said": str(said), "patience_s": patience_s}
            nursery.stdin.write(json.dumps(words) + "\n")
            nursery.stdin.flush()
            return int(nursery.stdout.readline()), said.read_text("utf-8")

        yield ask
        nursery.stdin.close()
