"""What must never be committed: registry hosts, a machine's paths, secrets; and what must agree with itself."""

import json
import re
import tomllib

from tests.tidy.tree import ROOT, kept_files, name, told

# Written in pieces, so that this file does not find itself.
HOSTS = ("pypi." + "org", "files.python" + "hosted", "registry.npm" + "js", "registry.yarn" + "pkg")
INDEX_OPTIONS = ("--extra-" + "index-url", "--find-" + "links /", "--trusted-" + "host")
MACHINE = re.compile(r"(?<![\w./])/(?:" r"work/|root/|opt/(?:pypi|wheels)|home/[a-z]+/)")
SECRETS = re.compile(
    "|".join(
        (
            "AKIA[0-9A-Z]{16}",
            "gh[pousr]_[A-Za-z0-9]{36}",
            "sk_live_[A-Za-z0-9]{16}",
            "xox[baprs]-[0-9]{8}",
            "-----BEGIN (?:[A-Z]+ )?PRIVATE" + " KEY-----",
        )
    )
)
BYTES_LOOKED_AT_MAX = 2_000_000


def test_no_file_names_a_package_registry():
    wrong = lines_with(lambda line: any(word in line for word in (*HOSTS, *INDEX_OPTIONS)))
    assert not wrong, told(wrong)


def test_no_file_names_a_path_of_somebodys_machine():
    wrong = lines_with(MACHINE.search)
    assert not wrong, told(wrong)


def test_no_file_holds_a_secret():
    wrong = lines_with(SECRETS.search)
    assert not wrong, told(wrong)


def test_requirements_are_locked_by_hash():
    for locked in sorted((ROOT / "requirements").glob("*.txt")):
        text = locked.read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==.*$", text, re.MULTILINE)
        without = [pin for pin in pins if not pin.endswith("\\")]
        assert pins, f"{name(locked)} pins nothing"
        assert not without, f"{name(locked)}: no hash for {without}"


def test_every_list_of_requirements_is_locked_whole_with_those_it_rests_on():
    """What only one machine has by hand is not there on the next."""
    for wanted in (ROOT / "requirements").glob("*.in"):
        told = wanted.read_text(encoding="utf-8")
        if "-r runtime.in" in told:
            told += (ROOT / "requirements" / "runtime.in").read_text(encoding="utf-8")
        names = {name.lower() for name in re.findall(r"^([A-Za-z0-9_-]+)(?:\[|[><=~!])", told, re.MULTILINE)}
        locked = wanted.with_suffix(".txt").read_text(encoding="utf-8")
        missing = {name for name in names if not re.search(rf"^{name}==", locked, re.MULTILINE)}
        assert names, wanted
        assert not missing, f"{wanted.name}: run tools/lock.sh: {missing}"


def test_runtime_requirements_agree_with_the_package():
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    lines = (ROOT / "requirements/runtime.in").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == package


def test_the_package_lock_names_no_host_and_has_a_hash_for_everything():
    packages = json.loads((ROOT / "frontend/package-lock.json").read_text(encoding="utf-8"))["packages"]
    wrong = [
        path
        for path, package in packages.items()
        if path and ("resolved" in package or not package.get("integrity", "").startswith("sha512-"))
    ]
    assert not wrong, f"frontend/package-lock.json: {wrong}; see frontend/.npmrc"


def test_continuous_integration_runs_make_test_and_nothing_else():
    commands = [
        line for line in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines() if line[:1] != "#"
    ]
    assert commands == ['cd "$(dirname "$0")/.." && exec make test']


def lines_with(is_wrong) -> list[str]:
    found = []
    for path in kept_files():
        if path.stat().st_size > BYTES_LOOKED_AT_MAX:
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a picture or a compressed file
        found += [
            f"{name(path)}:{number}: {line.strip()[:100]}"
            for number, line in enumerate(lines, 1)
            if is_wrong(line)
        ]
    return found
