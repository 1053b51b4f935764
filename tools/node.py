"""Makes sure that Node is there to build the browser assets, and says how to get it when it is not."""

import re
import shutil
import subprocess
import sys

NODE_MAJOR_MIN = 20


def main() -> int:
    found = node_version()
    if found is not None and found >= NODE_MAJOR_MIN and shutil.which("npm"):
        return 0
    have = "none was found" if found is None else f"version {found} was found"
    print(
        f"Building the browser assets needs Node {NODE_MAJOR_MIN} or newer with npm; {have}.\n"
        "Install it (https://nodejs.org/en/download), or run a built wheel, which needs no Node:\n"
        "docs/run/configure.md says how.",
        file=sys.stderr,
    )
    return 1


def node_version() -> int | None:
    """Node's major version, or None when it is not on PATH."""
    if shutil.which("node") is None:
        return None
    said = subprocess.run(["node", "--version"], check=False, capture_output=True, text=True).stdout
    number = re.match(r"v(\d+)\.", said)
    return int(number[1]) if number else None


if __name__ == "__main__":
    sys.exit(main())
