"""Reads a tracking sentence into status, reason and place, or says that it is not sure."""

from collections.abc import Sequence
from math import exp

from milepost.model.sentences import Said
from milepost.model.statuses import Status
from milepost.words.concepts import lexicon
from milepost.words.features import of_concepts, of_spelling
from milepost.words.spelling import spell
from milepost.words.weights import weights
from milepost.words.where import where

SURE_OF_STATUS = 0.74
"""From this probability on it answers. Chosen on the training part alone (decision 0025)."""

SURE_OF_REASON = 0.75
"""From this probability on it gives the reason, too; below, the status alone. A reason given is then right as
often as a status given is, on the training part (decision 0025)."""

NOTE = "note"
UNREADABLE = "unknown"


class WordsReader:
    """Reads a sentence in some 0.15 ms.

    In English, Chinese, Spanish, Portuguese, French, German, Italian, Indonesian, Malay, Thai, Vietnamese,
    Japanese or Korean; nobody has to say in which.
    """

    def read(self, sentence: str) -> Said | None:
        """What it says; None when it says nothing we can tell, or we are not sure. Never raises."""
        table = weights()
        head = table.head
        spelling = spell(sentence)
        added = table.add((of_spelling(spelling), of_concepts(lexicon().find(spelling))))
        status, sure = _best(head.labels[: head.statuses], table.of_statuses(added), head.temperatures[0])
        if status == UNREADABLE or sure < SURE_OF_STATUS:
            return None
        reason, also = _best(head.labels[head.statuses :], table.of_reasons(added), head.temperatures[1])
        return Said(
            status=None if status == NOTE else Status(status),
            reason=reason if reason and also >= SURE_OF_REASON else None,
            place=where(sentence),
            certainty=int(100 * sure),
        )


def _best(labels: Sequence[str], sums: Sequence[float], temperature: float) -> tuple[str, float]:
    highest = max(sums)
    odds = [exp((one - highest) / temperature) for one in sums]
    return labels[sums.index(highest)], 1 / sum(odds)
