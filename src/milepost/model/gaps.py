"""How often news of parcels comes: the time between two scans, counted by how long it was."""

from bisect import bisect_left
from collections.abc import Iterable

from msgspec import Struct

ENOUGH = 30
"""Before so many were seen, nobody is told what is usual."""

BOUNDS_S = tuple(300.0 * 1.25**step for step in range(36))
"""Five minutes to four weeks; what is usual is known to an eighth, and no list of gaps is kept."""

SEEN_MAX = 2000
"""Beyond this, half of what was seen is forgotten: what carriers do changes with the season."""

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
        if self.seen < ENOUGH:
            return None
        half, so_far = self.seen / 2, 0
        for place, count in enumerate(self.counts):
            if count and so_far + count >= half:
                low = BOUNDS_S[place - 1] if place else 0.0
                high = BOUNDS_S[min(place, len(BOUNDS_S) - 1)]
                return low + (high - low) * (half - so_far) / count
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
