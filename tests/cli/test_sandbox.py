"""The sandbox as a program of its own: it says where it is, refuses what it cannot do, and leaves nothing."""

import json
import subprocess
import sys

START = [sys.executable, "-m", "milepost", "sandbox", "serve", "--json", "--control-port", "0", "--stepped"]
ENDS_WITHIN_S = 120


def test_a_sandbox_ends_with_whoever_started_it():
    words = [*START, "--orders", "2", "--until-input-ends"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sandbox:
        assert json.loads(sandbox.stdout.readline())["control_url"].startswith("http://127.0.0.1:")
        sandbox.stdin.close()
        assert sandbox.wait(ENDS_WITHIN_S) == 0


def test_a_start_that_is_no_moment_is_refused_by_name():
    ran = subprocess.run([*START, "--start", "soon"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "--start: 'soon' is no moment" in ran.stderr


def test_a_fault_there_is_not_is_refused_with_those_there_are():
    ran = subprocess.run([*START, "--faults", "flood"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "there is no 'flood'; there are all," in ran.stderr
