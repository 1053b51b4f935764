"""Worker processes, many and quick to start: all code is read in once, and each worker is a fork of that.

They are real processes, so that they can be killed at any instant.
"""

import asyncio
import json
import os
import sys
import traceback
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Nursery:
    """Where they are started from; one command and one answer at a time."""

    def __init__(self, process):
        self._process = process

    async def start(self, role, **words):
        """A new process with a role of `tests.sim.roles`; its id."""
        return (await self._ask({"role": role, "words": words}))["pid"]

    async def ended(self, pid):
        """Wait for it; its exit code, negative when it was killed."""
        return (await self._ask({"wait": pid}))["code"]

    async def _ask(self, question):
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        line = await self._process.stdout.readline()
        assert line, "the nursery ended; what it said stands above"
        return json.loads(line)


@asynccontextmanager
async def nursery():
    """Running while the block does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.sim.nursery",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}"},
    )
    try:
        yield Nursery(process)
    finally:
        process.stdin.close()
        await process.wait()


def main():
    """Start and wait for processes, as standard input says."""
    from tests.sim import roles

    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            answer = {"code": os.waitstatus_to_exitcode(status)}
        else:
            pid = os.fork()
            if pid == 0:
                _live(getattr(roles, asked["role"]), asked["words"])
            answer = {"pid": pid}
        print(json.dumps(answer), flush=True)


def _live(role, words):
    code = 1
    try:
        os.close(0)
        asyncio.run(role(**words))
        code = 0
    except Exception:  # noqa: BLE001 - said, and told by the exit code
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
