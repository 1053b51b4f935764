"""How soon a pushed webhook is answered, which is when it is safely kept, at a steady rate and in a burst.

The server is a real `milepost run` on SQLite, worker and all, in a process of its own; so is whoever pushes.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import apsw

from benches.figures import Figure, against, show
from benches.processor import used_s
from benches.pusher import APP_KEY, APP_SECRET

SEED = 1
PER_SECOND = 300
SECONDS = float(os.environ.get("BENCH_HELD_S", "120"))
BURST = 3_000
SECONDS_BARE_MAX = 30.0
WARM_UP_S = 3.0
STOP_S = 30
ANSWERS = re.compile(r"http://127\.0\.0\.1:(\d+)/")

SETTINGS = f"""
[web]
port = 0
[store]
url = "sqlite:{{folder}}/milepost.sqlite"
key_file = "{{folder}}/milepost.key"
[tiktok_shop]
auth_url = "http://127.0.0.1:9"
api_url = "http://127.0.0.1:9"
[[tiktok_shop.apps]]
app_key = "{APP_KEY}"
app_secret = "{APP_SECRET}"
"""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server under test."""

    process: "subprocess.Popen[str]"
    port: int
    database: Path

    @property
    def cpu_s(self) -> float:
        """Processor seconds it has used so far."""
        return used_s(self.process.pid)

    def kept(self) -> int:
        """Pushes in its database."""
        with closing(apsw.Connection(str(self.database), flags=apsw.SQLITE_OPEN_READONLY)) as opened:
            return int(opened.execute("SELECT count(*) FROM pushes").fetchall()[0][0])


def measure() -> list[Figure]:
    """p99 of the held rate against a bare handler's, what was lost or refused, and a burst."""
    with _bare() as server:
        bare = _push(server, PER_SECOND, min(SECONDS, SECONDS_BARE_MAX), 0)
    with _milepost() as server:
        _push(server, PER_SECOND / 3, WARM_UP_S, 0)
        first, used = server.kept(), server.cpu_s
        held = _push(server, PER_SECOND, SECONDS, 1_000_000)
        used = server.cpu_s - used
        held_kept = server.kept() - first
        burst = _push(server, BURST, 1.0, 2_000_000)
        burst_kept = server.kept() - first - held_kept
    floor = _figure("bare_webhook_p99_ms", bare["p99_ms"], "ms", bare)
    figures = [
        against(_figure("webhook_p99_ms", held["p99_ms"], "ms", held), floor),
        floor,
        _figure("webhook_p50_ms", held["p50_ms"], "ms", held),
        _figure("webhook_max_ms", held["max_ms"], "ms", held),
        _figure("webhook_cpu_us", round(used / held["pushed"] * 1e6), "µs/request", held),
        _figure("webhook_refused", held["pushed"] - held["first"].get("200", 0), "requests", held),
        _figure("webhook_lost", held["kept"] - held_kept, "requests", held),
        _figure("webhook_burst_absorbed", burst["first"].get("200", 0) / burst["pushed"], "share", burst),
        _figure("webhook_burst_silent_503", burst["silent_503"], "requests", burst),
        _figure("webhook_burst_not_kept", burst["pushed"] - burst["kept"], "requests", burst),
        _figure("webhook_burst_lost", burst["kept"] - burst_kept, "requests", burst),
        _figure("webhook_burst_p99_ms", burst["p99_ms"], "ms", burst),
    ]
    title = f"Signed pushes of 2 to 5 kB, {PER_SECOND}/s for {SECONDS:g} s, then {BURST:,} within a second"
    show(title, figures)
    return figures


def _figure(name: str, value: float, unit: str, told: dict[str, Any]) -> Figure:
    return Figure(name=name, value=value, unit=unit, n=told["pushed"], seed=SEED)


def _push(server: Server, per_second: float, seconds: float, first: int) -> dict[str, Any]:
    words = [sys.executable, "-m", "benches.pusher", server.port, per_second, seconds, first]
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


@contextmanager
def _milepost() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        settings = Path(folder) / "milepost.toml"
        settings.write_text(SETTINGS.format(folder=folder), "utf-8")
        words = [sys.executable, "-m", "milepost", "run", "--config", str(settings)]
        with _process(words) as (process, said):
            port = next(int(found[1]) for line in said if (found := ANSWERS.search(line)))
            yield Server(process=process, port=port, database=Path(folder) / "milepost.sqlite")


@contextmanager
def _bare() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="milepost-bench-") as folder:
        database = Path(folder) / "bare.sqlite"
        with _process([sys.executable, "-m", "benches.bare_hook", str(database)]) as (process, said):
            yield Server(process=process, port=int(said.readline()), database=database)


@contextmanager
def _process(words: list[str]) -> Iterator[tuple["subprocess.Popen[str]", IO[str]]]:
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("a process without a voice")
            yield process, process.stdout
        finally:
            process.terminate()
            process.wait(STOP_S)
