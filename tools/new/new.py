"""Makes a new carrier, marketplace, channel or page, from a template whose tests already run."""

import keyword
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE / "templates"
ROOT = HERE.parent.parent
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
TRY = {
    "carrier": ".venv/bin/pytest tests/samples -k {name}",
    "marketplace": ".venv/bin/pytest tests/samples -k {name}",
    "channel": ".venv/bin/pytest tests/notify/test_{name}_channel.py",
    "page": ".venv/bin/pytest tests/pages/test_{name}_page.py",
}


def main(kind: str, name: str, root: Path = ROOT) -> int:
    wrong = why_refused(kind, name, root)
    if wrong:
        print(f"new: {wrong}", file=sys.stderr)
        return 2
    for path in copy(kind, name, root):
        print(f"new: {path.relative_to(root)}")
    print(f"\nIts tests already run:\n\n    {TRY[kind].format(name=name)}\n\nGo on with docs/add/{kind}.md.")
    return 0


def why_refused(kind: str, name: str, root: Path) -> str | None:
    """One sentence with the fix, or None."""
    kinds = sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir())
    if kind not in kinds:
        return f"KIND is one of {', '.join(kinds)}, not {kind!r}: make new KIND=carrier NAME=acme"
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        return f"NAME is a Python name in small letters, such as acme or blue_dart, not {name!r}"
    if there := [target for _, target in targets(kind, name, root) if target.exists()]:
        return f"{there[0].relative_to(root)} is there already"
    if kind == "carrier" and (place := where_it_is_a_word(name, root)):
        return f"{name!r} is a word in {place}, which may not say a carrier's key; take a longer one"
    return None


def where_it_is_a_word(name: str, root: Path) -> str | None:
    """A file outside the sources that says the name as a whole word (tests/tidy/test_layout.py)."""
    source = root / "src" / "milepost"
    word = re.compile(rf"(?<![\w-]){name}\b")
    for path in sorted(source.rglob("*.py")):
        if not path.is_relative_to(source / "sources") and word.search(path.read_text(encoding="utf-8")):
            return str(path.relative_to(root))
    return None


def copy(kind: str, name: str, root: Path) -> list[Path]:
    made = []
    for template, target in targets(kind, name, root):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(filled(template.read_text(encoding="utf-8"), name), encoding="utf-8")
        made.append(target)
    python = [str(path) for path in made if path.suffix == ".py"]
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", *python], check=False, cwd=root)
    return made


def targets(kind: str, name: str, root: Path) -> list[tuple[Path, Path]]:
    """Each template file and where it goes."""
    folder = TEMPLATES / kind
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return [(path, root / filled(str(path.relative_to(folder)), name)) for path in files]


def filled(text: str, name: str) -> str:
    words = name.split("_")
    text = text.replace("AcmeLtd", "".join(word.capitalize() for word in words))
    return text.replace("Acme", " ".join(word.capitalize() for word in words)).replace("acme", name)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]) if len(sys.argv) > 2 else main("", ""))
