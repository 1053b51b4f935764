"""Builds the source archive and the wheel in a clean environment, then looks inside the wheel."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
BUILDER = ROOT / "build" / "release-venv"
UV = ROOT / ".venv" / "bin" / "uv"

MUST_HOLD = (
    "milepost/show/static/built/manifest.json",
    "milepost/show/static/built/icons.json",
    "milepost/places/gazetteer.sqlite",
    "milepost/map/geo.sqlite",
    "milepost/map/fonts/hanken-grotesk-medium.ttf",
    "milepost/map/fonts/hanken-grotesk-semibold.ttf",
    "milepost_sandbox/door.py",
)
MUST_NOT_HOLD = ("/samples/", "/tests/", "node_modules", "__pycache__", ".stamp-")


def main() -> int:
    shutil.rmtree(DIST, ignore_errors=True)
    make_builder()
    build("sdist")
    build("wheel", already_built=True)  # the archive's build has just made assets, places and map
    wheel = next(DIST.glob("*.whl"))
    wrong = what_is_wrong_with(zipfile.ZipFile(wheel).namelist()) or what_fails_when_installed(wheel)
    for line in wrong:
        print(f"release: {line}", file=sys.stderr)
    for made in sorted(DIST.iterdir()):
        print(f"{made.relative_to(ROOT)}  {made.stat().st_size / 1e6:.1f} MB")
    return 1 if wrong else 0


def make_builder() -> None:
    run(UV, "venv", "--quiet", "--allow-existing", "--python", sys.executable, BUILDER)
    locked = ROOT / "requirements" / "release.txt"
    run(UV, "pip", "sync", "--quiet", "--python", BUILDER / "bin" / "python", "--require-hashes", locked)


def build(target: str, *, already_built: bool = False) -> None:
    env = {**os.environ, **({"MILEPOST_ALREADY_BUILT": "1"} if already_built else {})}
    run(
        BUILDER / "bin" / "python",
        "-m",
        "hatchling",
        "build",
        "--target",
        target,
        "--directory",
        DIST,
        env=env,
    )


def what_is_wrong_with(names: list[str]) -> list[str]:
    missing = [f"the wheel lacks {name}" for name in MUST_HOLD if name not in names]
    extra = [f"the wheel holds {name}" for name in names for part in MUST_NOT_HOLD if part in f"/{name}"]
    return missing + extra


def what_fails_when_installed(wheel: Path) -> list[str]:
    """Install the wheel by itself, without Node on PATH, and ask the command for its help."""
    place = ROOT / "build" / "release-try"
    shutil.rmtree(place, ignore_errors=True)
    run(UV, "venv", "--quiet", "--python", sys.executable, place)
    locked = ROOT / "requirements" / "runtime.txt"
    run(UV, "pip", "sync", "--quiet", "--python", place / "bin" / "python", "--require-hashes", locked)
    run(
        UV, "pip", "install", "--quiet", "--python", place / "bin" / "python", "--offline", "--no-deps", wheel
    )
    asked = subprocess.run(
        [place / "bin" / "milepost", "--help"],
        cwd=place,
        env={"PATH": str(place / "bin"), "HOME": str(place)},
        check=False,
        capture_output=True,
        text=True,
    )
    return [] if asked.returncode == 0 else [f"milepost --help fails when installed: {asked.stderr[-2000:]}"]


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    subprocess.run(command, check=True, cwd=ROOT, env=env)


if __name__ == "__main__":
    sys.exit(main())
