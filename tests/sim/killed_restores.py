"""Takes and restores backups in forked processes, so that a test can kill them at any instant (stdin: JSON lines)."""

import asyncio
import json
import os
import sys
from pathlib import Path

from milepost.clock import SystemClock
from milepost.store.backup.restoring import restore
from milepost.store.backup.taking import take


async def no_words(_store, _tx, _backup):
    """Nothing is written but what was backed up."""


def main():
    """For each line, fork, say the child's process id, and say how it ended."""
    print("ready", flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_done(job))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _done(job):
    url, key, path = job["url"], Path(job["key"]), Path(job["path"])
    if job["do"] == "take":
        asyncio.run(take(url, key, path, SystemClock()))
    else:
        asyncio.run(restore(path, url, key, SystemClock(), no_words, replace=True))
    return 0


if __name__ == "__main__":
    main()
