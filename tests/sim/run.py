"""`make sim`: the proofs at the counts the issues name, and what they found in build/sim.json."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

BUILD = Path("build")
PROOFS = (
    "tests/sim",
    "tests/brand/test_palette.py",
    "tests/flow/test_calls_from_outside.py",
    "tests/map/test_drawing.py",
    "tests/pages/test_guesses.py",
    "tests/pages/test_states.py",
    "tests/pages/test_tongues.py",
    "tests/pages/test_tongues_browser.py",
    "tests/sms/test_toll_fraud.py",
    "tests/webhooks/test_address.py",
    "tests/webhooks/test_isolation.py",
)
"""What has other counts in `make sim` than in `make test`."""


def main():
    """Run the proofs; the exit code is pytest's."""
    BUILD.mkdir(exist_ok=True)
    rows = BUILD / "sim.rows.jsonl"
    rows.unlink(missing_ok=True)
    environment = os.environ | {"MILEPOST_TIER": "sim", "MILEPOST_SIM_RESULTS": str(rows.resolve())}
    started = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", *PROOFS, *sys.argv[1:]],
        env=environment,
        check=False,
    )
    found = [json.loads(line) for line in rows.read_text("utf-8").splitlines()] if rows.exists() else []
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    told = {
        "tier": "sim",
        "commit": commit.stdout.strip(),
        "seconds": round(time.monotonic() - started),
        "green": ran.returncode == 0,
        "results": found,
    }
    (BUILD / "sim.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    rows.unlink(missing_ok=True)
    sys.exit(ran.returncode)


if __name__ == "__main__":
    main()
