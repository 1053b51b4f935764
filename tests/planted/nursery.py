"""A process that has read in every library but nothing of ours, and forks for each tree it is to test.

Starting Python and reading in the libraries takes longer than most of the tests. The fork that runs the tests
reads in our code anew, from the tree it is given.

A line in, `{"tree": …, "tests": […], "said": file, "patience_s": …}`; a line out, pytest's exit code.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("milepost", "milepost_sandbox", "tests")
NOT_BEFORE_PYTEST = ("pytest_asyncio",)  # it wants to read its plugins in by itself
LONG_ENOUGH_S = 120
WITHOUT = (
    "cacheprovider",
    "unraisableexception",
    "threadexception",
)  # the last two collect rubbish ten times
SETTLED = [
    f"--rootdir={ROOT}",
    "-q",
    "-x",
    "-p",
    "pytest_asyncio.plugin",
    *(f"-pno:{one}" for one in WITHOUT),
]


def main() -> None:
    for name in libraries():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()  # what every fork shares is not looked through in each
    for line in sys.stdin:
        child = os.fork()
        if not child:
            sys.exit(run(**json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def libraries() -> list[str]:
    """What our programs read in that is not ours, in the order in which they do. Found out by another process."""
    told = subprocess.run(
        [sys.executable, "-c", "import sys, milepost.cli.demo; print(*sys.modules)"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [name for name in told.stdout.split() if name.partition(".")[0] not in (*OURS, *NOT_BEFORE_PYTEST)]


def run(tree: str, tests: list[str], said: str, patience_s: int) -> int:
    """Ends by itself, so that what tests start is stopped at exit as ever."""
    signal.alarm(LONG_ENOUGH_S)
    with Path(said).open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ["PYTHONPATH"] = tree
    os.environ["MILEPOST_TEST_PATIENCE_S"] = str(patience_s)
    sys.path.insert(0, tree)
    ours = [name for name in sys.modules if name.partition(".")[0] in OURS]
    assert not ours, f"read in too early: {ours}"
    return int(pytest.main([*SETTLED, "-o", f"pythonpath={tree} {ROOT}", *tests]))


if __name__ == "__main__":
    del sys.path[0]  # this folder
    main()
