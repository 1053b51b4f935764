"""The files of this repository, as the tidy tests look at them."""

import ast
import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
MADE_BY_TOOLS = {".git", ".venv", "node_modules", "__pycache__", "build", "dist", "built", "var"}


@functools.cache
def kept_files() -> tuple[Path, ...]:
    """Every file that git keeps; in a tree without git, every file that no tool made."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=False, capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        files = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        files = [path for path in ROOT.rglob("*") if not MADE_BY_TOOLS & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in files if path.is_file()))


def files(*suffixes: str, below: str = "") -> list[Path]:
    """Files we wrote. Templates of `make new` stand in the wrong place; tests/tidy/test_new.py puts them right."""
    found = [path for path in kept_files() if path.suffix in suffixes and path.is_relative_to(ROOT / below)]
    return [path for path in found if not path.is_relative_to(ROOT / "tools/new/templates")]


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in files(".py", below=folder)]


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    """How a message calls a file."""
    return str(path.relative_to(ROOT))


def told(wrong: list[str]) -> str:
    """All findings, one a line, for an assertion's message."""
    return "\n" + "\n".join(wrong)
