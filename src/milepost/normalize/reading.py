"""One report, read: its source parses it, and everything it told is put in our words."""

from dataclasses import replace

from milepost.model.carriers import CodeBook
from milepost.model.reading import Reading
from milepost.model.reports import Report
from milepost.normalize.scans import events
from milepost.normalize.windows import eta
from milepost.ports.places import Gazetteer
from milepost.ports.sources import Source
from milepost.ports.words import SentenceReader


def read(
    report: Report,
    source: Source,
    gazetteer: Gazetteer,
    codes: CodeBook | None = None,
    words: SentenceReader | None = None,
) -> Reading:
    """Our words, or a named refusal. Never raises for what a source said.

    `codes`: instead of its own. `words`: reads the sentences that come without a known code.
    """
    parsed = source.parse(report)
    windows = (eta(told, source.key, gazetteer) for told in parsed.etas)
    return Reading(
        report=report,
        events=events(parsed, report, codes or source.codes, gazetteer, words),
        etas=tuple(window for window in windows if window is not None),
        proofs=parsed.proofs,
        shipments=parsed.shipments,
        orders=tuple(replace(facts, heard_at=report.heard_at) for facts in parsed.orders),
        hints=parsed.hints,
        refusals=parsed.refusals,
        notes=parsed.notes,
        layout=parsed.layout,
    )
