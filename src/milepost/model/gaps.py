"""How often news of parcels comes: the time between two scans, counted by how long it was."""

from bisect import bisect_left
from collections.abc import Iterable

from msgspec import Struct

ENOUGH = 30
"""Before so many were seen, nobody is told what is usual."""

STEP = 1.25
BOUNDS_S = tuple(300.0 * STEP**step for step in range(36))
"""Five minutes to four weeks; what is usual is known to an eighth, and no list of gaps is kept."""

SEEN_MAX = 2000
"""Beyond this, half of what was seen is forgotten: what carriers do changes with the season."""

RARE = 100
IMPROBABLE_MIN_S = 24 * 3600.0
"""A day without a scan is nothing to worry about, however often a carrier usually reports."""

ANY_LANE = ""


class NewsGaps(Struct, frozen=True, kw_only=True):
    """Gaps of one carrier on one lane (`us>us`; ANY_LANE: all of them) in one stage of the way."""

    carrier: str
    lane: str
    stage: str
    seen: int = 0
    counts: tuple[int, ...] = (0,) * (len(BOUNDS_S) + 1)

    @property
    def usual_s(self) -> float | None:
        """The median, in seconds; None until enough were seen."""
        return self._within(0.5) if self.seen >= ENOUGH else None

    @property
    def improbable_s(self) -> float | None:
        """Seconds beyond which one gap in a hundred went, at most; None until enough were seen.

        A quarter more than the longest that is known, where fewer than a hundred are.
        """
        if self.seen < ENOUGH:
            return None
        longest = self._within(1 - 1 / min(self.seen, RARE))
        return min(max((longest or 0.0) * STEP, IMPROBABLE_MIN_S), BOUNDS_S[-1])

    def _within(self, share: float) -> float | None:
        """Seconds within which that share of all gaps ended."""
        wanted, so_far = self.seen * share, 0
        for place, count in enumerate(self.counts):
            if count and so_far + count >= wanted:
                low = BOUNDS_S[place - 1] if place else 0.0
                high = BOUNDS_S[min(place, len(BOUNDS_S) - 1)]
                return low + (high - low) * (wanted - so_far) / count
            so_far += count
        return None

    def with_gaps(self, gaps_s: Iterable[float]) -> "NewsGaps":
        """The same with these counted too."""
        counts = list(self.counts)
        for gap_s in gaps_s:
            counts[bisect_left(BOUNDS_S, gap_s)] += 1
        if sum(counts) > SEEN_MAX:
            counts = [count // 2 for count in counts]
        return NewsGaps(
            carrier=self.carrier, lane=self.lane, stage=self.stage, seen=sum(counts), counts=tuple(counts)
        )
