"""Makes sure that Debian packages are installed: by apt when root, else it names the command to type.

Runs on the system's bare Python, before anything else is installed.
"""

import os
import shutil
import subprocess
import sys

MISSING_STOP = 1


def main(packages: list[str]) -> int:
    missing = [package for package in packages if not is_installed(package)]
    if not missing:
        return 0
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"These Debian packages are missing: {' '.join(missing)}", file=sys.stderr)
        print(f"Type this, then run make again:\n\n    sudo {' '.join(install)}\n", file=sys.stderr)
        return MISSING_STOP
    print(f"Installing Debian packages: {' '.join(missing)}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "--quiet=2"], check=True, env=quiet)
    install += ["--quiet=2", "--option=Dpkg::Use-Pty=0"]
    return subprocess.run(install, check=False, env=quiet).returncode


def is_installed(package: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return False
    asked = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package],
        check=False,
        capture_output=True,
        text=True,
    )
    return asked.stdout.strip() == "installed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
