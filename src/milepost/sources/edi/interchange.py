"""A file of interchanges, read segment by segment: what it told, and what of it is refused."""

from dataclasses import dataclass, field

from milepost.model.imports import Layout, Standing, Stated
from milepost.model.reports import Refusal
from milepost.model.scans import EtaTold, Parsed, Scan
from milepost.sources.edi.segments import Segment

MALFORMED = "malformed_edi"


@dataclass(slots=True)
class Interchange:
    """What EDIFACT and X12 have in common: one sender a file, an end that must come, a list of scans."""

    stated: Stated
    sender: str = ""
    is_others: bool = False  # an interchange of another sender than the first
    ended: bool = True
    scans: list[Scan] = field(default_factory=list)
    etas: list[EtaTold] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    days_only: int = 0

    def begin(self, segment: Segment, element: int) -> None:
        """An interchange begins; this element of the segment names who sent it."""
        sender = segment.at(element)
        self.ended = False
        self.is_others = bool(self.sender) and sender != self.sender
        if self.is_others:
            another = "another sender than before; hand in its interchange as a file of its own"
            self.refuse(segment, f"element {element}: {another}")
        self.sender = self.sender or sender

    def check_end(self, tag: str) -> None:
        """The file is over; a segment of this tag ends a whole one."""
        cut_off = any(one.reason == MALFORMED for one in self.refusals)
        if not self.ended and self.sender and not cut_off:
            self.refuse_file(f"the file ends before its {tag}: it was cut off; ask for it again")

    def refuse(self, segment: Segment, detail: str, reason: str = "bad_segment") -> None:
        """This segment is not read, and why."""
        self.refusals.append(
            Refusal(reason=reason, detail=f"{segment.where}, {detail}", subject=segment.where)
        )

    def refuse_file(self, detail: str) -> None:
        """Nothing after this can be read."""
        self.refusals.append(Refusal(reason=MALFORMED, detail=detail))

    def told(self, *, of_days: str) -> Parsed:
        """All of it; `of_days` is said of those that name no hour."""
        remarks = (
            (f"{self.days_only:,} {of_days}: they stand at its first minute.",) if self.days_only else ()
        )
        return Parsed(
            scans=tuple(self.scans),
            etas=tuple(self.etas),
            refusals=tuple(self.refusals),
            layout=Layout(standings=tuple(self.standings), remarks=remarks, sender=self.sender),
        )
