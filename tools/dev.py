"""Runs the demo on a fixed port and starts it again whenever a file changes. Ctrl-C ends it."""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOOK_EVERY_S = 1.0
STOP_WITHIN_S = 5.0
SERVER_SUFFIXES = {".py", ".html", ".toml", ".csv", ".txt", ".sql"}

Ages = dict[Path, int]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    demo, server, frontend = start(port), server_files(), frontend_files()
    try:
        while True:
            time.sleep(LOOK_EVERY_S)
            if (now := frontend_files()) != frontend:
                frontend = now
                subprocess.run(["node", "build.mjs"], cwd=ROOT / "frontend", check=False)
                server = {}  # the pages name the built files, so start again
            if (now := server_files()) != server:
                server = now
                print("dev: a file changed, starting again", flush=True)
                stop(demo)
                demo = start(port)
    except KeyboardInterrupt:
        return 0
    finally:
        stop(demo)


def start(port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([ROOT / ".venv" / "bin" / "milepost", "demo", "--port", str(port)], cwd=ROOT)


def stop(demo: subprocess.Popen[bytes]) -> None:
    demo.send_signal(signal.SIGINT)
    try:
        demo.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        demo.kill()
        demo.wait()


def server_files() -> Ages:
    return ages(path for path in (ROOT / "src").rglob("*") if path.suffix in SERVER_SUFFIXES)


def frontend_files() -> Ages:
    return ages((ROOT / "frontend" / "src").rglob("*"))


def ages(paths: Iterable[Path]) -> Ages:
    return {path: path.stat().st_mtime_ns for path in paths if path.is_file()}


if __name__ == "__main__":
    sys.exit(main())
