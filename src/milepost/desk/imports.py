"""Somebody hands in a file of orders to track: good rows go in by the first door, bad ones are named."""

from dataclasses import dataclass

from milepost.flow import take_in
from milepost.model.reports import Refusal, Report, ReportKind
from milepost.ports.app import App

SOURCE = "file_import"
BODY_BYTES_MAX = 16_000_000
NOTHING = "-"
"""Stands for no parcel at all: an empty list would mean every parcel."""


class ImportRefusedError(Exception):
    """The file as a whole cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file."""

    orders: tuple[str, ...]  # order numbers, in the order of the file
    parcels: int
    refusals: tuple[Refusal, ...]


async def import_file(app: App, body: bytes) -> Imported:
    """Take in a CSV file of orders (see the source's README). Raises ImportRefusedError."""
    if len(body) > BODY_BYTES_MAX:
        raise ImportRefusedError(
            f"the file has {len(body):,} bytes; {BODY_BYTES_MAX:,} is the most: split it"
        )
    whole = _report(app, body, ())
    mistyped = _mistyped(app, whole)
    report = _report(app, body, _without(app, whole, mistyped)) if mistyped else whole
    reading = (await take_in([report], app))[0]
    app.live.publish(["work"])
    refusals = [*reading.refusals, *(_refusal(body, number, why) for number, why in mistyped.items())]
    return Imported(
        orders=tuple(order.order_number for order in reading.orders),
        parcels=sum(len(order.packages) for order in reading.orders),
        refusals=tuple(sorted(refusals, key=_line)),
    )


def _report(app: App, body: bytes, only: tuple[str, ...]) -> Report:
    """The file as it came. `only` names the parcels it is taken for; empty: all of them."""
    return Report(
        source=SOURCE,
        kind=ReportKind.IMPORT,
        shop_id=SOURCE,
        subject=only,
        heard_at=app.clock.now(),
        body=body,
    )


def _mistyped(app: App, report: Report) -> dict[str, str]:
    """Tracking numbers nobody can ever be asked about, and the sentence about the wrong digit."""
    return {
        number: why
        for number, provider_name in _numbers(app, report)
        if (why := _why_mistyped(app, number, provider_name))
    }


def _without(app: App, report: Report, mistyped: dict[str, str]) -> tuple[str, ...]:
    good = tuple(number for number, _ in _numbers(app, report) if number not in mistyped)
    return good or (NOTHING,)


def _numbers(app: App, report: Report) -> list[tuple[str, str]]:
    return [
        (package.tracking_number, package.provider_name)
        for order in app.marketplaces[SOURCE].parse(report).orders
        for package in order.packages
        if package.tracking_number
    ]


def _why_mistyped(app: App, number: str, provider_name: str) -> str:
    """The sentence about the wrong digit, or nothing."""
    found = app.identify(number, provider_name, "")
    if found.valid_format:
        return ""
    reasons = [reason for candidate in found.candidates for reason in candidate.reasons]
    return next((reason for reason in reasons if "check digit should" in reason), "it fails its check digit")


def _refusal(body: bytes, number: str, why: str) -> Refusal:
    lines = body.decode("utf-8", "replace").splitlines()
    line = next((place for place, text in enumerate(lines, 1) if number in text), 0)
    detail = f"line {line}, column tracking_number: {why}"
    return Refusal(reason="mistyped_number", detail=detail, subject=f"line {line}")


def _line(refusal: Refusal) -> int:
    digits = "".join(letter for letter in refusal.detail.split(",")[0] if letter.isdigit())
    return int(digits or 0)
