"""Another process of ours that a bench measures from outside: started, asked where it answers, ended."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def beside(module: str, *words: object, stop_s: float) -> Iterator[dict[str, Any]]:
    """Its first line, which is JSON, with its `pid`; RuntimeError when it ends without one."""
    command = [sys.executable, "-m", module, *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise RuntimeError(f"{module} did not start; what it said stands above")
            yield {**json.loads(line), "pid": process.pid}
        finally:
            process.terminate()
            process.wait(stop_s)
