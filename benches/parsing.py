"""How long it takes to read what a carrier says: µs of processor time a scan, beside decoding the JSON.

Answers are those of a sandbox world, all different; of a carrier without a server there, its samples.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

import msgspec

from benches.figures import Figure, against, show
from benches.heard import hear
from milepost.clock import SteppedClock
from milepost.model.reports import Report, ReportKind
from milepost.settings import Settings
from milepost.sources.catalog import SOURCES, FolderCarrier, carriers
from tests.samples.table import read, report_of

SEED = 21
ORDERS = 120
ROUNDS = 9
SCANS_MIN = 2_000
"""Few answers are read so often that this many scans are."""

READERS = tuple(sorted(path.parent.name for path in SOURCES.glob("carriers/*/parse.py")))


def measure() -> list[Figure]:
    """`parse_us_<carrier>` for every carrier with a parser, each against decoding the same bodies."""
    heard = asyncio.run(hear(ORDERS, SEED))
    clock = SteppedClock(heard.now)
    found = {key: one for key, one in carriers(Settings(), clock).items() if isinstance(one, FolderCarrier)}
    corpora = {key: _corpus(found[key], heard.scans) for key in READERS}
    times: dict[str, list[tuple[float, float]]] = {key: [] for key in READERS}
    for _ in range(ROUNDS):  # each carrier in each round, so that a busy moment strikes them all
        for key, (reports, times_each) in corpora.items():
            parsing = _seconds(lambda one, key=key: found[key].parse(one), reports, times_each)
            decoding = _seconds(lambda one: msgspec.json.decode(one.body), reports, times_each)
            times[key].append((parsing, decoding))
    figures = [figure for key in READERS for figure in _figures(key, found[key], corpora[key], times[key])]
    show(f"Reading what carriers say: {ORDERS} orders or the samples, {ROUNDS} rounds", figures)
    return figures


def _corpus(carrier: FolderCarrier, heard: Sequence[Report]) -> tuple[list[Report], int]:
    """Reports to read, and how many times in a round."""
    reports = [one for one in heard if one.source == carrier.key and one.kind is ReportKind.TRACKING]
    reports = [one for one in reports if carrier.parse(one).scans] or _samples(carrier)
    scans = sum(len(carrier.parse(one).scans) for one in reports)
    return reports, max(1, SCANS_MIN // max(1, scans))


def _samples(carrier: FolderCarrier) -> list[Report]:
    tables = sorted((SOURCES / "carriers" / carrier.key / "samples").glob("*.txt"))
    found = [
        report_of(body, read(table))
        for table in tables
        for body in table.parent.glob(f"{table.stem}.*")
        if body.suffix != ".txt"
    ]
    return [one for one in found if one.kind is ReportKind.TRACKING and carrier.parse(one).scans]


def _seconds(read_one: Callable[[Report], object], reports: Sequence[Report], times_each: int) -> float:
    begun = time.process_time()
    for _ in range(times_each):
        for report in reports:
            read_one(report)
    return time.process_time() - begun


def _figures(
    key: str, carrier: FolderCarrier, corpus: tuple[list[Report], int], times: Sequence[tuple[float, float]]
) -> list[Figure]:
    reports, times_each = corpus
    scans = sum(len(carrier.parse(one).scans) for one in reports) * times_each
    parsing, decoding = (median(each) / scans * 1e6 for each in zip(*times, strict=True))
    floor = Figure(name=f"decode_us_{key}", value=round(decoding, 2), unit="µs a scan", n=scans, seed=SEED)
    own = Figure(name=f"parse_us_{key}", value=round(parsing, 2), unit="µs a scan", n=scans, seed=SEED)
    return [against(own, floor), floor]


BENCHES: Mapping[str, Callable[[], list[Figure]]] = {f"parse_us_{key}": measure for key in READERS}
