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

SURE_OF_STATUS = 0.8
"""From this probability on it answers. Chosen on the training part alone (decision 0025)."""

SURE_OF_REASON = 0.85
"""From this probability on it gives the reason, too; below, the status alone. A reason given is then right in
99 of 100, on the training part (decision 0025)."""

TOO_FAR = 7.0  # log odds: one in a thousand
Odds = list[tuple[int, float]]
"""Place of a label, and its odds."""

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
        added = table.add(of_spelling(spelling), of_concepts(lexicon().find(spelling)))
        statuses = _odds(table.of_statuses(added), head.temperatures[0])
        reasons = _odds(table.of_reasons(added), head.temperatures[1])
        status, sure = _likeliest(statuses, reasons, head.together)
        told = head.labels[status]
        if told == UNREADABLE or sure < SURE_OF_STATUS:
            return None
        reason, also = _likeliest(reasons, statuses, table.by_reason)
        why = head.labels[head.statuses + reason]
        return Said(
            status=None if told == NOTE else Status(told),
            reason=why if why and also >= SURE_OF_REASON else None,
            place=where(sentence),
            certainty=int(100 * sure),
        )


def _odds(sums: Sequence[float], temperature: float) -> Odds:
    """Without those that are so much less likely that they move nothing."""
    highest = max(sums)
    least = highest - TOO_FAR * temperature
    return [(place, exp((one - highest) / temperature)) for place, one in enumerate(sums) if one > least]


def _likeliest(these: Odds, others: Odds, together: Sequence[Sequence[float]]) -> tuple[int, float]:
    """The best of these, and how likely it is: what goes with the others' likely ones counts for more."""
    highest, best, total = 0.0, 0, 0.0
    for place, odds in these:
        row = together[place]
        weight = odds * sum([other * row[there] for there, other in others])
        total += weight
        if weight > highest:
            highest, best = weight, place
    return best, highest / total
