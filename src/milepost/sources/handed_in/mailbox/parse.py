"""Reads one shipping mail: which numbers it may name, what it says happened, and when it expects the parcel.

A mail proves nothing, whoever it says it is from. So what it says is of evidence `message`, it never says
that a parcel was delivered, and none of its words are shown to a buyer: only ours.
"""

import csv
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from milepost.model.imports import Layout, Standing, Stated
from milepost.model.promises import EtaKind
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, EtaTold, Parsed, Scan
from milepost.sources.handed_in.mailbox.letter import Letter, LetterError, read_letter

NAME = "Shipping mails"
PHRASES = Path(__file__).with_name("phrases.csv")
CANDIDATES_MAX = 100
ORDERS_MAX = 5
DIGITS_MIN = 6
MENTION = "mention"
SCRIPT = Refusal(reason="script_in_mail", detail="A script in the mail was left out; its words were read.")

_TOKEN = re.compile(r"(?<![\w.@/-])[A-Za-z0-9][A-Za-z0-9-]{5,38}[A-Za-z0-9](?![\w@-])")
_GROUPED = re.compile(r"(?<![\w.@/-])[A-Z0-9]{1,6}(?:[ -][A-Z0-9]{1,6}){1,11}(?![\w@-])")
_ORDER = re.compile(
    r"\b(?:order|bestellung|bestell-?nr|commande|pedido|ordine)\b\s{0,5}(?:number|no|nr|id|nummer|numéro|número)?"
    r"[\s.:#°]{0,4}(?P<number>[A-Za-z0-9][A-Za-z0-9._-]{2,63})",
    re.IGNORECASE,
)
_EXPECTED = re.compile(
    r"(?:deliver\w*|arriv\w*|expected|estimated|zustell\w*|livraison|entrega)[^.\n]{0,60}?"
    r"(?:(?P<iso>20\d\d-\d\d-\d\d)"
    r"|(?P<month>[A-Z][a-z]{2,8})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>20\d\d)"
    r"|(?P<day2>\d{1,2}) (?P<month2>[A-Z][a-z]{2,8})\.? (?P<year2>20\d\d))",
    re.IGNORECASE,
)


def recognizes(_body: bytes, _stated: Stated) -> bool:
    """A mail comes by the mailbox, where somebody said which one is read."""
    return False


def parse(report: Report) -> Parsed:
    """Never raises. Scans only of the numbers that are stated (`about`): the desk knows which are parcels."""
    try:
        letter = read_letter(report.body)
    except LetterError as error:
        return Parsed(refusals=(Refusal(reason="unreadable_body", detail=str(error)),), layout=Layout())
    about = Stated.of(report.subject).about
    code = _happened(letter.text)
    at = min(letter.sent_at or report.heard_at, report.heard_at)
    due = _due(letter.text)
    return Parsed(
        scans=tuple(
            Scan(
                moment=at,
                code=code,
                refs=(CodeRef("mail", code),),
                text=_phrases()[1].get(code, "A shipping mail names this parcel."),
                tracking_number=number,
            )
            for number in about
        ),
        etas=tuple(
            EtaTold(tracking_number=number, kind=EtaKind.ESTIMATED, wall_to=due) for number in about if due
        ),
        hints=tuple(_orders(letter.text)),
        refusals=(SCRIPT,) if letter.had_script else (),
        layout=Layout(
            standings=tuple(Standing("the mail", "", number) for number in about),
            candidates=tuple(_candidates(letter)),
        ),
    )


def _candidates(letter: Letter) -> list[str]:
    """Pieces that may be a tracking number, links to carriers' pages among them."""
    found = [*_TOKEN.findall(letter.text), *_GROUPED.findall(letter.text)]
    numbers = [piece for piece in found if sum(letter.isdigit() for letter in piece) >= DIGITS_MIN]
    return list(dict.fromkeys([*numbers, *letter.links]))[:CANDIDATES_MAX]


def _orders(text: str) -> list[str]:
    found = (one["number"].rstrip(".-_") for one in _ORDER.finditer(text))
    return list(dict.fromkeys(one for one in found if any(letter.isdigit() for letter in one)))[:ORDERS_MAX]


def _happened(text: str) -> str:
    """The code of the first phrase in the table that stands in it; the table has the telling ones first."""
    plain = " ".join(text.casefold().split())
    return next((code for phrase, code in _phrases()[0] if phrase in plain), MENTION)


@cache
def _phrases() -> tuple[list[tuple[str, str]], dict[str, str]]:
    with PHRASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [(row["phrase"].casefold(), row["code"]) for row in rows], {
        row["code"]: row["we_say"] for row in rows if row["we_say"]
    }


def _due(text: str) -> str | None:
    """The day it is expected, where the mail writes it with its year."""
    found = _EXPECTED.search(text)
    if not found:
        return None
    if found["iso"]:
        text, shape = found["iso"], "%Y-%m-%d"
    else:
        month, day = found["month"] or found["month2"], found["day"] or found["day2"]
        text, shape = f"{month[:3]} {day} {found['year'] or found['year2']}", "%b %d %Y"
    try:
        return datetime.strptime(text, shape).replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        return None
