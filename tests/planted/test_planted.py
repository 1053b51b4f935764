"""The tests have teeth: each planted fault is caught by the test that is meant to catch it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.planted.faults import FAULTS

ROOT = Path(__file__).parents[2]
PASSED, FAILED = 0, 1  # pytest's exit codes; 2 and more mean that nothing was tested
LONG_ENOUGH_S = 120


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_caught_by_its_test(fault, tmp_path):
    tree = copy_of_the_code(tmp_path)
    plant(fault, tree)
    ran = run([fault.caught_by], tree)
    assert ran.returncode == FAILED, (
        f"not caught by {fault.caught_by}\n{ran.stdout[-3000:]}{ran.stderr[-2000:]}"
    )
    assert "FAILED tests/" in ran.stdout, f"something broke before the test ran:\n{ran.stdout[-3000:]}"


def test_without_a_fault_the_same_tests_pass(tmp_path):
    ran = run(dict.fromkeys(fault.caught_by for fault in FAULTS), copy_of_the_code(tmp_path))
    assert ran.returncode == PASSED, ran.stdout[-3000:] + ran.stderr[-2000:]


def test_no_two_rows_plant_the_same_fault():
    assert len({(fault.file, fault.text, fault.instead) for fault in FAULTS}) == len(FAULTS) >= 14


def copy_of_the_code(folder):
    """src/ as a tree of links, bytecode and all, so that making it costs next to nothing."""
    for source in (ROOT / "src").rglob("*"):
        link = folder / "src" / source.relative_to(ROOT / "src")
        if source.is_dir():
            link.mkdir(parents=True, exist_ok=True)
        else:
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(source)
    return folder / "src"


def plant(fault, tree):
    """Change one place; a text that is not there exactly once is a row to be mended."""
    file = tree / "milepost" / fault.file
    written = file.read_text("utf-8")
    assert written.count(fault.text) == 1, f"{fault.file} has {written.count(fault.text)} times: {fault.text}"
    file.unlink()
    file.write_text(written.replace(fault.text, fault.instead), "utf-8")
    for stale in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        stale.unlink()


def run(tests, tree):
    """These tests alone, in a process that finds the tree's code first."""
    words = [
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-p",
        "pytest_asyncio.plugin",
        "-o",
        f"pythonpath={tree} {ROOT}",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = (
        "1"  # reading in all the others takes longer than the test
    )
    return subprocess.run(
        [sys.executable, "-m", "pytest", *words, *tests],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=LONG_ENOUGH_S,
        check=False,
    )
