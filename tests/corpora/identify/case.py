"""One labelled case: what a person pastes, what is right, and how an answer to it is judged."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

SEEN = 2  # a person looks at the first two names of a list


@dataclass(frozen=True)
class Case:
    text: str
    number: str  # the number as a careful person would write it; empty when there is none
    carrier: str  # whose it is; empty when nobody could tell from what is given
    also: tuple[str, ...] = ()  # others that a careful person would accept among the first two
    valid_format: bool | None = (
        True  # False when a check digit fails; None when nobody should be judged by it
    )
    provider: str = ""  # the marketplace's name for who ships
    country: str = ""  # destination
    kind: str = ""  # confidence:format/how
    also_number: tuple[str, ...] = ()  # other readings of the number that are as good

    @property
    def confidence(self) -> str:
        """documented, observed or unconfirmed; junk for what is no number."""
        return self.kind.partition(":")[0]

    @property
    def format(self) -> str:
        return self.kind.partition(":")[2].partition("/")[0]

    @property
    def how(self) -> str:
        return self.kind.partition("/")[2]


def is_right(case: Case, answer: str | None) -> bool:
    """Whether an answer that is not null is a right one (`identify_precision`)."""
    return bool(answer) and (answer == case.carrier or answer in case.also)


def is_found(case: Case, ranked: Sequence[str], number: str = "") -> bool | None:
    """Whether the true carrier stands among the first two (`identify_recall`); None when the case has none to find.

    Of several numbers in one text any may be taken, so whoever took another one is judged by that one's carrier.
    """
    if not case.carrier:
        return None
    first = ranked[:SEEN]
    return case.carrier in first or (number in case.also_number and any(key in first for key in case.also))


COLUMNS = tuple(field.name for field in fields(Case))
ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def escaped(text: str) -> str:
    for raw, written in ESCAPES:
        text = text.replace(raw, written)
    return text


def unescaped(text: str) -> str:
    out, at = [], 0
    back = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
    while at < len(text):
        if text[at] == "\\":
            out.append(back[text[at + 1]])
            at += 2
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def written(case: Case) -> str:
    """A case as one line of a table; newlines and tabs of the text are written with a backslash."""
    verdict = {True: "yes", False: "no", None: ""}
    cells = [
        " ".join(cell)
        if isinstance(cell, tuple)
        else verdict[cell]
        if isinstance(cell, bool | None)
        else escaped(cell)
        for cell in astuple(case)
    ]
    return "\t".join(cells)


def write(path: Path, cases: Iterable[Case]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("\t".join(COLUMNS) + "\n")
        out.writelines(written(case) + "\n" for case in cases)


def read(path: Path) -> Iterator[Case]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield Case(
                text=unescaped(row["text"]),
                number=row["number"],
                carrier=row["carrier"],
                also=tuple(row["also"].split()),
                valid_format={"yes": True, "no": False, "": None}[row["valid_format"]],
                provider=row["provider"],
                country=row["country"],
                kind=row["kind"],
                also_number=tuple(row["also_number"].split()),
            )
