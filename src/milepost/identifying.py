"""Which carrier has a parcel: by its number and, where that leaves it open, by what its shop ships with."""

from collections.abc import Iterable
from dataclasses import replace

from milepost.model.carriers import NO_CLUES, Clues, Identification
from milepost.model.reading import Reading
from milepost.ports.app import App
from milepost.record.shipments import Identify


def identify(app: App) -> Identify:
    """How `record` finds the carrier of a number: its key, or None where nobody can be asked; and why."""

    def carrier_of(
        number: str, provider_name: str, country: str, clues: Clues = NO_CLUES
    ) -> tuple[str | None, str]:
        found = _by_itself(number, provider_name, country, clues, app)
        seen = app.carriers_used.of(clues.shop_id)
        if found.answer is None and seen:
            found = app.identify(number, provider_name, country, replace(clues, history=seen))
        reasons = found.candidates[0].reasons if found.candidates else ()
        carrier = _who_answers(found.answer, app)
        if carrier is not None:
            return carrier, "; ".join(reasons)
        return None, f"no carrier we can ask ({provider_name or 'no provider named'})"

    return carrier_of


def _by_itself(number: str, provider_name: str, country: str, clues: Clues, app: App) -> Identification:
    """Without the shop's history: most numbers need none, and are then looked up in no time."""
    has_scans = clues.scan_countries or clues.scan_texts
    return app.identify(number, provider_name, country, clues if has_scans else NO_CLUES)


async def look_whose(readings: Iterable[Reading], app: App) -> None:
    """Which carriers a shop ships with is read only where one of its numbers leaves that open."""
    open_to = {
        order.shop_id
        for reading in readings
        for order in reading.orders
        for package in order.packages
        if package.tracking_number
        and app.identify(package.tracking_number, package.provider_name, order.destination.country).answer
        is None
    }
    await app.carriers_used.look(app.store, sorted(open_to), app.clock.now())


def _who_answers(key: str | None, app: App) -> str | None:
    """The carrier of that key, or whoever can be asked for its parcels; a post without a folder is nobody."""
    carrier = app.carriers.get(key or "")
    if carrier is None or carrier.card.can_be_asked:
        return key if carrier else None
    head = app.carriers.get(carrier.card.part_of)
    return head.key if head and head.card.can_be_asked else key
