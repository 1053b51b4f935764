"""`python -m tests.pages.lighthouse`: how Lighthouse sees the tracking page on a phone, the median of five.

Part of `make release`. The page with the heaviest map is looked at too. Writes build/lighthouse.json; exit code 1
when a median misses its budget.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from milepost.model.people import View
from milepost.model.statuses import Status
from milepost.show.cookies import VISITS
from tests.pages.buyer_stage import Stage, stage
from tests.pages.chromium import ARGUMENTS, CHROMIUM

ROOT = Path(__file__).parents[2]
LIGHTHOUSE = ROOT / "frontend/lighthouse/node_modules/lighthouse/cli/index.js"
FOUND = ROOT / "build/lighthouse.json"
RUNS = 5
RUN_S_MAX = 300.0
CATEGORIES = ("performance", "accessibility", "best-practices")
PERFORMANCE_MIN, ACCESSIBILITY_MIN, SHIFT_MAX = 98, 100, 0.0


def main() -> int:
    """Look, print, keep, judge."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=RUNS)
    runs = options.parse_args().runs
    if not LIGHTHOUSE.exists():
        print("lighthouse is not installed: make release does it", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as site:
        told = {
            name: _median([_look(site, *page) for _ in range(runs)]) for name, page in _pages(site).items()
        }
    FOUND.parent.mkdir(exist_ok=True)
    FOUND.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    for name, row in told.items():
        print(f"lighthouse, phone, median of {runs}: {name}: {row}")
    wrong = [f"{name}: {line}" for name, row in told.items() for line in _short(row)]
    for line in wrong:
        print(f"lighthouse: {line}", file=sys.stderr)
    return 1 if wrong else 0


def _pages(site: Stage) -> dict[str, tuple[str, str]]:
    """(path, cookie) by name."""
    rows = {
        "moving": site.order_with(Status.IN_TRANSIT),
        "trouble": site.order_with(Status.RETURN_IN_TRANSIT, Status.HELD, Status.ATTEMPTED),
    }
    return {
        name: (f"/orders/{row.facts.order_number}", f"{VISITS}={site.token(row, View.TOWN)}")
        for name, row in rows.items()
    }


def _look(site: Stage, path: str, cookie: str) -> dict[str, float]:
    """One run, in a browser of its own."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        flags = " ".join([*ARGUMENTS, f"--user-data-dir={folder}/profile"])
        subprocess.run(
            [
                "node",
                str(LIGHTHOUSE),
                site.url + path,
                "--quiet",
                "--output=json",
                f"--output-path={report}",
                f"--only-categories={','.join(CATEGORIES)}",
                f"--extra-headers={json.dumps({'Cookie': cookie})}",
                f"--chrome-flags={flags}",
            ],
            env={"CHROME_PATH": CHROMIUM, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder},
            check=True,
            timeout=RUN_S_MAX,
        )
        return _row(json.loads(report.read_text("utf-8")))


def _row(report: dict[str, Any]) -> dict[str, float]:
    audits = report["audits"]
    scores = {name: round(report["categories"][name]["score"] * 100) for name in CATEGORIES}
    return scores | {
        "first_paint_ms": round(audits["first-contentful-paint"]["numericValue"]),
        "largest_paint_ms": round(audits["largest-contentful-paint"]["numericValue"]),
        "blocked_ms": round(audits["total-blocking-time"]["numericValue"]),
        "shift": round(audits["cumulative-layout-shift"]["numericValue"], 4),
        "kb": round(audits["total-byte-weight"]["numericValue"] / 1000, 1),
    }


def _median(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


def _short(row: dict[str, float]) -> list[str]:
    """What misses its budget."""
    wrong = []
    if row["performance"] < PERFORMANCE_MIN:
        wrong.append(f"performance {row['performance']}, at least {PERFORMANCE_MIN}")
    if row["accessibility"] < ACCESSIBILITY_MIN:
        wrong.append(f"accessibility {row['accessibility']}, at least {ACCESSIBILITY_MIN}")
    if row["shift"] > SHIFT_MAX:
        wrong.append(f"the layout shifts by {row['shift']}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
