"""The shape of the house: which file may import which (docs/decisions/0001-the-corridor-and-floors.md).

If this stops you, the value you need probably belongs in `milepost.model`, or the choice in `milepost.wiring`.
"""

import ast
import re
from pathlib import Path

import pytest

from tests.tidy.tree import SRC, files, name, parsed, python_files, told

FLOORS = {
    7: "web worker cli __main__",
    6: "wiring",
    5: "show",
    4: "flow identifying foreseeing watching telling pushing carry desk",
    3: "sources identify normalize record react forecast notify places words map store queue live clock",
    2: "ports settings tongues version",
    1: "model version",
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms.split()}
BESIDE = {
    "flow": {
        "identifying",
        "foreseeing",
        "watching",
        "telling",
        "pushing",
    },  # stretches of the corridor, each a file of its own
    "watching": {"foreseeing"},
    "carry": {
        "flow",
        "foreseeing",
        "telling",
        "desk",
    },  # due work comes in by carry; what lies in a folder goes to the desk,
    "desk": {"flow", "telling"},  # a person by desk, and who hears of it
    "__main__": {"cli"},
    "cli": {"web", "worker"},  # the command line starts the other two
    "ports": {"settings"},  # the shape of the running whole (ports/app.py) has its settings in it
}
PURE = ("model", "normalize", "react", "forecast")
MACHINES_CLOCK = {
    "datetime.now",
    "datetime.utcnow",
    "date.today",
    "datetime.today",
    "time.time",
    "time.time_ns",
}
FOLDER_PER_THING = (
    "sources.carriers",
    "sources.marketplaces",
    "sources.handed_in",
    "sources.aggregators",
    "notify.channels",
)


@pytest.mark.parametrize("path", python_files("src/milepost"), ids=name)
def test_a_file_imports_lower_floors_only(path):
    room = room_of(module_of(path))
    if room is None:
        assert not ours(path), f"{name(path)} stands on no floor, so it imports nothing of ours"
        return
    assert room in FLOOR_OF, f"{name(path)}: the room {room!r} is on no floor; see style: floors in this test"
    allowed = BESIDE.get(room, set()) | {room}
    wrong = [
        f"{name(path)}:{line} imports {module}: floor {FLOOR_OF.get(other)} from floor {FLOOR_OF[room]}"
        for module, line in ours(path)
        if (other := room_of(module)) not in allowed and FLOOR_OF.get(other, 99) >= FLOOR_OF[room]
    ]
    assert not wrong, told(wrong)


def test_one_carrier_marketplace_or_channel_never_imports_another():
    wrong = []
    for path in python_files("src/milepost"):
        for folder in FOLDER_PER_THING:
            own = thing_in(folder, module_of(path))
            wrong += [
                f"{name(path)}:{line} imports {module}: {own or 'nobody'} may not know it by name"
                for module, line in ours(path)
                if thing_in(folder, module) not in (None, own)
            ]
    assert not wrong, told(wrong)


def test_no_file_but_the_sources_says_a_carriers_key():
    keys = {path.parent.name for path in files(".toml", below="src/milepost/sources/carriers")}
    assert keys, "no carrier folder was found, so this test would look for nothing"
    # "look-ups" is a word of its own, and no carrier
    word = re.compile(rf"(?<![\w-])({'|'.join(sorted(keys))})\b")
    wrong = [
        f"{name(path)}:{number} says {found[0]!r}: read it from carrier.toml, or pass it in"
        for path in python_files("src/milepost")
        if not path.is_relative_to(SRC / "milepost/sources")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := word.search(line))
    ]
    assert not wrong, told(wrong)


def test_the_sandbox_and_milepost_share_no_code():
    wrong = [
        f"{name(path)}:{line} imports {module}: write it again from the reference"
        for path in python_files("src/milepost_sandbox")
        for module, line in imports(path)
        if top(module) == "milepost"
    ]
    wrong += [
        f"{name(path)}:{line} imports {module}: only milepost.cli opens the sandbox's door"
        for path in python_files("src/milepost")
        for module, line in imports(path)
        if top(module) == "milepost_sandbox" and room_of(module_of(path)) != "cli"
    ]
    assert not wrong, told(wrong)


def test_an_init_file_holds_one_docstring_and_nothing_else():
    wrong = []
    for path in python_files("src"):
        body = parsed(path).body
        if path.name == "__init__.py" and (len(body) != 1 or not ast.get_docstring(parsed(path))):
            wrong.append(f"{name(path)}: one sentence about the folder, no imports, no code")
    assert not wrong, told(wrong)


def test_a_folder_of_code_says_what_it_is():
    code = {path.parent for path in python_files("src")}
    wrong = [f"{name(folder)} has no __init__.py" for folder in sorted(code) if not is_package(folder)]
    assert not wrong, told(wrong)


def test_our_imports_are_absolute_and_at_the_top():
    wrong = []
    for path in python_files("src"):
        at_top = {id(node) for node in parsed(path).body}
        for node in import_nodes(path):
            if isinstance(node, ast.ImportFrom) and node.level:
                wrong.append(f"{name(path)}:{node.lineno}: a relative import; say the full name")
            elif id(node) not in at_top and is_ours(node) and not opens_the_door(path, node):
                wrong.append(f"{name(path)}:{node.lineno}: a hidden import; circles hide behind those")
    assert not wrong, told(wrong)


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_have_no_clock_and_wait_for_nothing(room):
    wrong = [
        f"{name(path)}:{node.lineno}: pass `now` in, and leave waiting to the edge"
        for path in python_files(f"src/milepost/{room}")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.AsyncFunctionDef | ast.Await) or reads_the_machines_clock(node)
    ]
    assert not wrong, told(wrong)


# What the tests above ask of a file.


def reads_the_machines_clock(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in MACHINES_CLOCK


def imports(path: Path) -> list[tuple[str, int]]:
    """Modules that a file imports, anywhere in it. `from a import b` may mean the module a.b."""
    found = []
    for node in import_nodes(path):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif node.module:
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
    return found


def import_nodes(path: Path) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Import | ast.ImportFrom)]


def ours(path: Path) -> list[tuple[str, int]]:
    return [(module, line) for module, line in imports(path) if top(module) == "milepost"]


def is_ours(node: ast.Import | ast.ImportFrom) -> bool:
    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return any(top(module) in {"milepost", "milepost_sandbox"} for module in modules)


def opens_the_door(path: Path, node: ast.Import | ast.ImportFrom) -> bool:
    """The command line imports what a command starts inside that command, so that --help stays quick."""
    return room_of(module_of(path)) == "cli"


def module_of(path: Path) -> str:
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def top(module: str) -> str:
    return module.partition(".")[0]


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else None


def thing_in(folder: str, module: str) -> str | None:
    """The carrier, marketplace or channel whose folder a module lies in."""
    found = re.match(rf"milepost\.{re.escape(folder)}\.(\w+)", module)
    is_folder = found and (SRC / "milepost" / folder.replace(".", "/") / found[1]).is_dir()
    return found[1] if found and is_folder else None


def is_package(folder: Path) -> bool:
    return (folder / "__init__.py").exists()
