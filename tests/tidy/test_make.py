"""Bare `make` tells a newcomer what there is to type, and every command sets up what it needs."""

import re
import subprocess

import pytest

from tests.tidy.tree import ROOT

COMMANDS = ["demo", "dev", "test", "check", "fix", "new", "sim", "bench", "docs", "release"]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_bare_make_lists_the_commands_with_a_sentence_each():
    said = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    listed = re.findall(r"^  make (\w+) +([A-Z].*[.])$", said, re.MULTILINE)
    assert [command for command, _ in listed] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_sets_up_what_it_needs(command):
    needs = re.search(rf"^{command}:(.*?)##", MAKEFILE, re.MULTILINE)[1].split()
    assert {"setup", "check", "$(packages)"} & set(needs), f"make {command} would fail in an empty clone"


def test_tests_check_first():
    assert re.search(r"^test: check debian ", MAKEFILE, re.MULTILINE)
