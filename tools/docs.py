"""Writes the documents that are made from the code, or checks that they are current (`--check`).

A generator is a file in tools/reference/ with one function, `pages()`: {path from the root: text}. The file
is the registration: add one, and `make docs` writes its pages and `make check` holds them current.
"""

import argparse
import difflib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATORS = ROOT / "tools" / "reference"
DIFFERENCE_LINES_MAX = 40


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 when a page is not current"
    )
    check = parser.parse_args().check
    stale = [(path, text) for path, text in all_pages() if text != current(path)]
    for path, text in stale:
        if check:
            print(difference(path, text), file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"docs: wrote {path.relative_to(ROOT)}")
    if check and stale:
        print(f"docs: {len(stale)} pages are not current; run: make docs", file=sys.stderr)
        return 1
    return 0


def all_pages() -> Iterator[tuple[Path, str]]:
    sys.path[:0] = [str(ROOT / "src")]
    for generator in sorted(GENERATORS.glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"tools_reference_{generator.stem}", generator)
        if spec is None or spec.loader is None:
            raise ImportError(generator)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        for name, text in module.pages().items():
            yield ROOT / name, text.rstrip("\n") + "\n"


def current(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def difference(path: Path, text: str) -> str:
    before = (current(path) or "").splitlines()
    lines = difflib.unified_diff(
        before, text.splitlines(), str(path.relative_to(ROOT)), "as the code says", n=1
    )
    return "\n".join(list(lines)[:DIFFERENCE_LINES_MAX])


if __name__ == "__main__":
    sys.exit(main())
