"""How many written places are found, how many wrongly, and how long one takes that was never asked before."""

import statistics
import time
from collections import Counter

from benches.figures import Figure, show
from milepost.places.gazetteer import SqliteGazetteer
from tests.corpora.place_judge import RIGHT, WRONG, asked, judge, lines

ROUNDS = 5
MICROSECONDS = 1_000


def measure() -> list[Figure]:
    """The blind list of tests/corpora/places: shares found and answered wrongly, and µs for a line."""
    every = lines()
    gazetteer = SqliteGazetteer()
    counts = Counter(judge(line, gazetteer.locate(asked(line))) for line in every)
    n = len(every)
    figures = [
        Figure(name="places_resolved", value=round(counts[RIGHT] / n, 4), unit="share", n=n, seed=0),
        Figure(name="places_wrong", value=round(counts[WRONG] / n, 4), unit="share", n=n, seed=0),
        Figure(name="place_us", value=round(_median_us(), 1), unit="µs", n=n, seed=0),
    ]
    show("Places: the blind list of tests/corpora/places, cold cache, median over distinct lines", figures)
    return figures


def _median_us() -> float:
    """Each line asked once of a gazetteer that never heard it; the fastest of a few counts."""
    places = [asked(line) for line in lines()]
    best = [float("inf")] * len(places)
    for _ in range(ROUNDS):
        gazetteer = SqliteGazetteer()
        gazetteer.locate(places[-1])  # the file is open, and its first page read
        for at, place in enumerate(places):
            started = time.process_time_ns()
            gazetteer.locate(place)
            best[at] = min(best[at], (time.process_time_ns() - started) / MICROSECONDS)
    return statistics.median(best)
