"""Bare `make` tells a newcomer what there is to type, and every command sets up what it needs."""

import re
import subprocess
from pathlib import Path

import pytest

from benches.run import BENCHES
from tests.sim.run import PROOFS
from tests.tidy.tree import ROOT

COMMANDS = ["demo", "dev", "test", "check", "fix", "new", "sim", "bench", "screenshots", "docs", "release"]
FIGURES = {
    *("identify_precision", "identify_recall", "identify_random_confident", "identify_vs_tracking_numbers"),
    *("words_precision", "words_coverage", "words_per_s", "places_resolved", "place_us"),
    *("parse_us_dhl", "parse_us_fedex", "parse_us_ups", "parse_us_usps"),
    *("map_uncached_ms", "page_kb"),
    *("freshness_p50_s", "freshness_p95_s"),
}
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


def test_sim_runs_every_test_that_has_other_counts_there():
    counted = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if "from tests.sim.tiers import" in path.read_text("utf-8") and path != Path(__file__)
    ]
    left_out = [
        path
        for path in counted
        if not any(proof.startswith(path) or path.startswith(proof) for proof in PROOFS)
    ]
    assert len(counted) > 10
    assert not left_out, f"name them in tests/sim/run.py, PROOFS: {left_out}"


def test_every_figure_that_is_asked_for_has_a_bench_of_its_name():
    assert FIGURES - set(BENCHES) == set()
