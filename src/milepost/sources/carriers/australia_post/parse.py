"""Reads Australia Post's tracking answers: up to ten numbers, each with its articles or with an error.

An article's events stand in the article, in an article of a consignment, or, for StarTrack, in the
consignment itself. Times carry the offset of Melbourne wherever the scan was made.
"""

from collections.abc import Sequence

from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, Parsed, ProofTold, Scan, ShipmentTold
from milepost.sources.answers import foreign, joined, no_time, not_found, opened, refused
from milepost.sources.carriers.australia_post.errors import NOT_FOUND, NOT_TRACKED, code_of, words_of
from milepost.sources.carriers.australia_post.phrases import phrase, place
from milepost.sources.iso_times import when
from milepost.sources.loose_json import Object, objects_at, text_at, texts_of

DELIVERED = "delivered"
STATUS_DELIVERED = frozenset({"delivered", "delivered in full", "item delivered"})


def parse(report: Report) -> Parsed:
    """Everything one answer says. Pure; what cannot be read is in `refusals`."""
    answer = opened(report)
    if isinstance(answer, Refusal):
        return Parsed(refusals=(answer,))
    if "tracking_results" not in answer:
        return _problem(answer, report.subject)
    return joined(_result(item, report.subject) for item in objects_at(answer, "tracking_results"))


def _problem(answer: Object, asked: Sequence[str]) -> Parsed:
    """An error of the whole call: of one number alone it may be news."""
    error = next(iter(objects_at(answer, "errors")), None)
    if error is None:
        return refused("unknown_shape", "The answer has neither results nor errors.")
    number = asked[0] if len(asked) == 1 else ""
    if number:
        return _failed(error, number)
    return refused("problem_answer", words_of(error), ", ".join(asked))


def _failed(error: Object, number: str) -> Parsed:
    code = code_of(error)
    if code in NOT_FOUND:
        return not_found([number])
    return refused("number_refused" if code == NOT_TRACKED else "item_failed", words_of(error), number)


def _result(item: Object, asked: Sequence[str]) -> Parsed:
    told = text_at(item, "tracking_id")
    number = next((one for one in asked if one.casefold() == told.casefold()), None)
    if number is None:
        return foreign()
    for error in objects_at(item, "errors"):
        return _failed(error, number)
    articles = _articles(item, number)
    is_delivered = text_at(item, "status").casefold() in STATUS_DELIVERED
    rows = [row for article in articles for row in objects_at(article, "events")]
    rows = objects_at(item, "consignment", "events") or rows
    notes: tuple[str, ...] = ()
    if len(articles) > 1:
        rows, notes = _of_several(rows, is_whole=is_delivered)
    read = [_scan(row, number) for row in rows]
    return Parsed(
        scans=tuple(one for one in read if isinstance(one, Scan)),
        proofs=tuple(_proofs(rows, number)),
        shipments=(_shipment(articles, number),),
        refusals=tuple(one for one in read if isinstance(one, Refusal)),
        notes=notes,
    )


def _articles(item: Object, number: str) -> list[Object]:
    """The asked article alone; all of them where a consignment was asked for."""
    found: list[Object] = []
    for one in objects_at(item, "trackable_items"):
        found += objects_at(one, "items") or [one]
    own = [one for one in found if text_at(one, "article_id").casefold() == number.casefold()]
    return own[:1] or found


def _of_several(rows: list[Object], *, is_whole: bool) -> tuple[list[Object], tuple[str, ...]]:
    """A consignment is delivered by the last of its articles, and only when its status says that it is."""
    deliveries = [row for row in rows if _is_delivery(row)]
    last = max(deliveries, key=lambda row: text_at(row, "date"), default=None) if is_whole else None
    kept = [row for row in rows if not _is_delivery(row) or row is last]
    return kept, (f"articles of the consignment delivered: {len(deliveries)}",) if deliveries else ()


def _is_delivery(row: Object) -> bool:
    return text_at(row, "description").casefold().startswith(DELIVERED)


def _scan(row: Object, number: str) -> Scan | Refusal:
    location, sentence, date = texts_of(row, "location", "description", "date")
    told = when(date)
    if told is None:
        return no_time(number, sentence or "without words")
    code = phrase(sentence)
    return Scan(
        moment=told.moment,
        wall_clock=told.wall_clock,
        code=code,
        refs=(CodeRef(family="event", code=code),) if code else (),
        text=sentence,
        place=place(location),
        tracking_number=number,
    )


def _proofs(rows: list[Object], number: str) -> list[ProofTold]:
    """Only of a delivery that says where the parcel was left; who signed is not told."""
    for row in rows:
        _, _, where = text_at(row, "description").partition(" - ")
        if _is_delivery(row) and where:
            return [ProofTold(tracking_number=number, left_at=where.removeprefix("Left in a "))]
    return []


def _shipment(articles: list[Object], number: str) -> ShipmentTold:
    names = (text_at(one, "article_id") for one in articles)
    return ShipmentTold(
        tracking_number=number,
        service=next(filter(None, (text_at(one, "product_type") for one in articles)), ""),
        references=tuple(("article", name) for name in names if name and name != number),
    )
