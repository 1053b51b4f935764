"""The exception glossary: what each problem, reason and carrier's code means, in plain words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from math import ceil
from urllib.parse import quote

from milepost.model.carriers import CodeBook, CodeMeaning
from milepost.model.events import BY_HAND
from milepost.model.exceptions import DeliveryException
from milepost.model.scans import CodeRef
from milepost.model.statuses import REASONS, Status
from milepost.ports.app import App
from milepost.react.exceptions import TOLD_ANEW
from milepost.react.kinds import KINDS, kind_of_reason, kind_of_status
from milepost.react.words import WORDS
from milepost.show.moments import counted
from milepost.show.words.sentences import problems, reasons, statuses

HOME = "/glossary"
FOUND_MAX = 60
QUERY_LENGTH_MAX = 60
CODE_LENGTH_MAX = 80
NOTE = "note"
MEASURED_MIN = 30
"""Ended exceptions of one kind or reason, from which on a figure of our own is told."""

ENDED_MAX = 2000
"""The newest ended exceptions that are looked at."""

HOURS_UNTIL_DAYS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSource:
    """Whoever has a table of codes: a carrier, a marketplace, a kind of file."""

    key: str
    name: str
    codes: CodeBook
    families: Mapping[str, str]

    def family(self, name: str) -> str:
        """What a family is called."""
        return self.families.get(name) or name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an index or of what was found."""

    address: str
    name: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One row of a code table in words."""

    ref: CodeRef
    family: str
    address: str
    status: str  # our word for it; empty where the row says nothing of it
    title: str
    reason: str
    reason_name: str
    about: str  # address of the page on its reason, or else on the problem its status is; or nothing
    responsible: str
    evidence: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A page about a problem or a reason."""

    key: str
    title: str
    means: str
    move: str
    buyer: str
    seller: str
    lasts: str
    responsible: str
    is_problem: bool  # else a reason
    related: tuple[Entry, ...]  # a problem's reasons, or the problem that a reason opens


def sources(app: App) -> dict[str, CodeSource]:
    """Every source by key, in the order of names; some have no table of codes."""
    found = {
        key: CodeSource(
            key=key, name=one.card.name, codes=app.code_tables.of(one), families=one.card.families
        )
        for key, one in app.all_asked.items()
    }
    found |= {
        key: CodeSource(key=key, name=one.name, codes=app.code_tables.of(one), families={})
        for key, one in app.marketplaces.items()
    }
    found |= {
        key: CodeSource(key=key, name=one.name, codes=one.codes, families={})
        for key, one in app.handed_in.items()
        if key != BY_HAND  # its codes are our own words
    }
    return dict(sorted(found.items(), key=lambda item: item[1].name))


def about_exception(kind: str, reason: str | None) -> str:
    """The page that explains an open exception: of its reason if it has one, else of its kind."""
    if reason in REASONS:
        return f"{HOME}/reasons/{reason}"
    return f"{HOME}/problems/{kind}" if kind in WORDS else HOME


def about_code(source: str, code: str) -> str:
    """The page that explains a code as a source wrote it."""
    return f"{HOME}/codes/{quote(source, safe='')}/{quote(code, safe='/')}" if code else ""


def problem(kind: str) -> Explanation | None:
    """The page of a kind of exception."""
    words, rule = WORDS.get(kind), KINDS.get(kind)
    if words is None or rule is None:
        return None
    about = problems()
    return Explanation(
        key=kind,
        title=words.title,
        means=words.what,
        move=about.moves[rule.mover],
        buyer=words.buyer,
        seller=words.seller,
        lasts=about.lasts[kind],
        responsible=about.responsible[rule.responsible],
        is_problem=True,
        related=tuple(_of_reason(one) for one in REASONS if kind_of_reason(one) == kind),
    )


def reason(key: str) -> Explanation | None:
    """The page of a reason."""
    words = reasons().get(key)
    if words is None:
        return None
    about, kind = problems(), kind_of_reason(key)
    return Explanation(
        key=key,
        title=words.title,
        means=words.means,
        move=about.moves[words.move],
        buyer=words.buyer,
        seller=words.seller,
        lasts=words.lasts,
        responsible=about.responsible[REASONS[key]],
        is_problem=False,
        related=(_of_problem(kind),) if kind else (),
    )


def index() -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """Everything but the codes: problems, then reasons by group."""
    groups = [("What can be wrong", tuple(_of_problem(kind) for kind in KINDS if kind in WORDS))]
    for group, keys in groupby(REASONS, key=lambda one: one.partition(".")[0]):
        groups.append((problems().groups[group], tuple(_of_reason(key) for key in keys)))
    return tuple(groups)


def measured(key: str, ended: Iterable[DeliveryException]) -> str:
    """How long it lasted here, of a kind or a reason; nothing below MEASURED_MIN parcels."""
    found = [one for one in ended if key in (one.kind, one.reason) and one.resolution != TOLD_ANEW]
    spans = sorted(one.resolved_at - one.opened_at for one in found if one.resolved_at is not None)
    if len(spans) < MEASURED_MIN:
        return ""
    half, most = spans[len(spans) // 2], spans[len(spans) * 9 // 10]
    return f"Measured here: half were over within {_span(half)}, nine of ten within {_span(most)}."


def _span(span: timedelta) -> str:
    """Rounded up, so that it is not promised too little."""
    hours = max(1, ceil(span / timedelta(hours=1)))
    return counted(hours, "hour") if hours < HOURS_UNTIL_DAYS else counted(ceil(hours / 24), "day")


def codes_of(source: CodeSource, query: str = "") -> list[tuple[str, list[Explained]]]:
    """A source's table by family; with a query only rows that have it in code, words or note."""
    wanted = query.casefold()
    rows = [_explained(source, ref, meaning) for ref, meaning in source.codes.items()]
    rows = [row for row in rows if not wanted or wanted in _words_of(row)]
    families = dict.fromkeys(row.family for row in rows)
    return [(family, [row for row in rows if row.family == family]) for family in families]


def rows_said(source: CodeSource, said: str) -> list[Explained]:
    """The rows of a code as it was told, such as `X/48/022`: the whole, and each part that stands alone.

    A family in capitals (and what it is refined to, as in `D_proven`) is a class told in the code just before
    its own; a code may also be asked for under its family's own name, as in `event/02`.
    """
    parts = said.split("/")
    named = CodeRef(family=parts[0], code="/".join(parts[1:]))
    if named in source.codes and not _is_class(named.family):
        return [_explained(source, named, source.codes[named])]
    found = [ref for ref in source.codes if ref.code in _codes_told(parts, ref.family)]
    finest_first = sorted(found, key=lambda ref: -ref.code.count("/"))
    return [_explained(source, ref, source.codes[ref]) for ref in finest_first]


def _codes_told(parts: list[str], family: str) -> set[str]:
    """What of a told code may stand in a family."""
    if not _is_class(family):
        starts = range(len(parts))
        return {"/".join(parts[a:b]) for a in starts for b in range(a + 1, len(parts) + 1)}
    if family.partition("_")[0] not in parts:
        return set()
    own = parts[parts.index(family.partition("_")[0]) + 1 :]
    pieces = {"/".join(own[:b]) for b in range(1, len(own) + 1)}
    return pieces | {piece.lstrip("0") or "0" for piece in pieces if piece.isdigit()}


def with_reason(source: CodeSource, key: str) -> list[Explained]:
    """The rows of a source that mean this reason."""
    return [_explained(source, ref, told) for ref, told in source.codes.items() if told.reason == key]


def find(query: str, known: Iterable[CodeSource]) -> list[Entry]:
    """What a person looks for: exact codes first, then pages, then codes whose notes speak of it."""
    wanted = query.strip().casefold()
    if not wanted:
        return []
    exact, spoken_of = [], []
    for source in known:
        for ref, told in source.codes.items():
            if ref.code.casefold() == wanted:
                exact.append(_of_code(source, ref, told))
            elif wanted in told.note.casefold():
                spoken_of.append(_of_code(source, ref, told))
    pages = [
        entry
        for _, entries in index()
        for entry in entries
        if wanted in f"{entry.name} {entry.about} {entry.address.rpartition('/')[2]}".casefold()
    ]
    return [*exact, *pages, *spoken_of][:FOUND_MAX]


def _is_class(family: str) -> bool:
    return family.partition("_")[0].isupper()


def _words_of(row: Explained) -> str:
    return f"{row.ref.code} {row.title} {row.status} {row.reason} {row.reason_name} {row.note}".casefold()


def _explained(source: CodeSource, ref: CodeRef, told: CodeMeaning) -> Explained:
    about = problems()
    status = statuses()[Status(told.status)].title if told.status not in ("", NOTE) else ""
    page = reasons().get(told.reason)
    party = told.responsible or REASONS.get(told.reason, "")
    evidence = told.evidence or ("message" if told.status == NOTE else "physical" if told.status else "")
    return Explained(
        ref=ref,
        family=source.family(ref.family),
        address=about_code(source.key, f"{ref.family}/{ref.code}"),
        status=told.status,
        title=status or ("News that changes no status" if told.status == NOTE else "Says why, not where"),
        reason=told.reason,
        reason_name=page.title if page else "",
        about=_about(told),
        responsible=about.responsible[party] if party else "",
        evidence=about.evidence[evidence] if evidence else "",
        note=told.note,
    )


def _about(told: CodeMeaning) -> str:
    if told.reason:
        return f"{HOME}/reasons/{told.reason}"
    kind = kind_of_status(Status(told.status)) if told.status not in ("", NOTE) else None
    return f"{HOME}/problems/{kind}" if kind else ""


def explanation_at(address: str) -> Explanation | None:
    """The page at an address of this glossary."""
    room, _, key = address.removeprefix(f"{HOME}/").partition("/")
    return reason(key) if room == "reasons" else problem(key)


def _of_code(source: CodeSource, ref: CodeRef, told: CodeMeaning) -> Entry:
    row = _explained(source, ref, told)
    about = f"{row.title}: {row.reason_name}" if row.reason_name else row.title
    return Entry(
        address=row.address, name=f"{source.name} {ref.code}", about=f"{about}. {row.family}. {told.note}"
    )


def _of_problem(kind: str) -> Entry:
    return Entry(address=f"{HOME}/problems/{kind}", name=WORDS[kind].title, about=WORDS[kind].what)


def _of_reason(key: str) -> Entry:
    words = reasons()[key]
    return Entry(address=f"{HOME}/reasons/{key}", name=words.title, about=words.means)
