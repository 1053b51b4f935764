"""What TikTok says about each situation in Get Tracking: action code, name, text, and what it means.

Codes: tiktok-shop.md §4.3 and 4.4. A row belongs to an order, has no place, no carrier and no number; its
time is in milliseconds since 1970. TikTok tells scans of platform parcels, and of some other parcels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from milepost_sandbox.servers import chance
from milepost_sandbox.servers.telling import (
    ROWS_KEPT_MAX,
    UNKNOWN,
    Meaning,
    Telling,
    attempt_number,
    with_unknown,
)
from milepost_sandbox.world.words import Entailed, FaultsLike, Order, Parcel, Step, WorldLike

SOURCE: Final = "tiktok_shop"
UNKNOWN_CODE: Final = 99001
CODELESS_SHARE: Final = 0.12
CODELESS: Final = frozenset({"arrived", "departed", "in_transit_note"})
"""Rows that sometimes lack their action code: only such as a carrier's own report covers too."""
VAGUE: Final = frozenset({"in_transit_note"})
"""Without its code the sentence could mean the last mile as well: nobody can be sure."""

LINE_FEED_SHARE: Final = 0.3
PARCELS_OF_SHIPMENT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One kind of row and its meaning; `name` is what 202604 calls it. `{place}` stands for the town."""

    code: int
    name: str
    text: str
    meaning: Meaning


def _action(code: int, name: str, text: str, status: str, *, physical: bool = True) -> Action:
    return Action(code=code, name=name, text=text, meaning=Meaning(status=status, physical=physical))


ROWS: Final[Mapping[str, Action]] = MappingProxyType(
    {
        "label_created": _action(
            20101,
            "pkg_shipped",
            "The seller has prepared your package for shipment",
            "label_created",
            physical=False,
        ),
        "picked_up": _action(30901, "pickup_success", "Collected by the carrier in {place}", "accepted"),
        "dropped_off": _action(
            30901, "drop_off_success", "Handed in at a drop-off point in {place}", "accepted"
        ),
        "arrived": _action(31301, "sc_inbound", "Reached the sorting centre in {place}", "in_transit"),
        "departed": _action(32601, "sc_outbound", "Left the sorting centre in {place}", "in_transit"),
        "arrived_hub": _action(40101, "hub_inbound", "Reached the delivery hub in {place}", "in_transit"),
        "in_transit_note": _action(30801, "in_transit", "Your package is on its way", "in_transit"),
        "export_cleared": _action(38301, "export_cleared", "Export customs cleared in {place}", "in_transit"),
        "customs_arrived": _action(34301, "import_customs", "Reached customs in {place}", "in_transit"),
        "customs_released": _action(34701, "import_cleared", "Customs cleared in {place}", "in_transit"),
        "out_for_delivery": _action(40501, "delivery_start", "Courier is on the way", "out_for_delivery"),
        "attempt_absent": _action(
            40601, "delivery_failed", "Delivery attempt failed, nobody was there", "attempted"
        ),
        "attempt_closed": _action(
            40801, "delivery_failed", "Delivery attempt failed, the place was closed", "attempted"
        ),
        "refused": _action(60101, "sign_failure", "The package was not accepted", "attempted"),
        "collected": _action(50101, "signed_personally", "Collected from the pick-up point", "delivered"),
        "delivered": _action(50101, "signed_personally", "Delivered", "delivered"),
        "return_started": _action(
            70201, "return_start", "The package is going back to the seller", "return_in_transit"
        ),
        "return_departed": _action(
            70202, "return_outbound", "The returning package left {place}", "return_in_transit"
        ),
        "return_arrived": _action(
            70204, "return_inbound", "The returning package reached {place}", "return_in_transit"
        ),
        "returned": _action(
            80101, "unreachable_returned", "The package was returned to the seller", "returned"
        ),
        "label_voided": _action(
            110101, "pkg_cancelled", "The shipment was cancelled", "cancelled", physical=False
        ),
        "handed_to_post": _action(
            38701, "handed_over", "Handed over to the last-mile carrier in {place}", "in_transit"
        ),
    }
)

UNTELLABLE: Final = MappingProxyType(
    dict.fromkeys(
        (
            "customs_hold",
            "weather_delay",
            "mechanical_delay",
            "missorted",
            "security_hold",
            "hold_released",
            "address_wrong",
            "address_incomplete",
            "address_corrected",
            "damaged",
            "loss_investigation",
            "lost",
            "destroyed",
            "available_for_pickup",
        ),
        "the reference names no action code for it",
    )
    | {"eta_changed": "orders have no buyer-facing delivery estimate"}
)

DELIVERED_TEXT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "person": "Delivered to the recipient",
        "front_door": "Delivered at the front door",
        "neighbor": "Delivered to a neighbor",
        "mailbox": "Delivered to the mailbox",
        "safe_place": "Delivered to a safe place",
        "office": "Delivered at the front desk",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One row of an order's tracking, the parcel it is about, and its 202604 name."""

    parcel: Parcel
    telling: Telling
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What one row says: `code` None means the row has none."""

    code: int | None
    text: str
    meaning: Meaning
    name: str


UNKNOWN_WORDS: Final = _Words(code=UNKNOWN_CODE, text="Package note", meaning=UNKNOWN, name="pkg_note")


def is_told(parcel: Parcel) -> bool:
    """Whether TikTok tells this parcel's scans."""
    return bool(parcel.order_ids) and (parcel.marketplace_tracked or parcel.carrier == "other")


class OrderRows:
    """The server's memory of the rows it has made: they never change, and every poll asks for them again."""

    def __init__(self, faults: FaultsLike) -> None:
        self._faults = faults
        self._kept: dict[str, tuple[OrderRow, ...]] = {}

    def newest_first(self, order: Order, now: datetime) -> list[OrderRow]:
        """All rows of an order at `now`, the newest first; packages are not told apart."""
        found = [
            row
            for parcel in order.parcels
            for step in parcel.steps_published(now)
            for row in self._of(parcel, step)
        ]
        return sorted(found, key=lambda row: row.telling.at, reverse=True)

    def _of(self, parcel: Parcel, step: Step) -> tuple[OrderRow, ...]:
        rows = self._kept.get(step.key)
        if rows is None:
            if len(self._kept) >= ROWS_KEPT_MAX:
                self._kept.clear()
            rows = self._kept[step.key] = rows_of(self._faults, parcel, step)
        return rows


def rows_of(faults: FaultsLike, parcel: Parcel, step: Step) -> tuple[OrderRow, ...]:
    """The rows about one step: its own, and under `unknown_code` sometimes one nobody can read."""
    action = ROWS.get(step.situation)
    if action is None or not is_told(parcel):
        return ()
    code: int | None = action.code
    meaning = action.meaning
    if _is_codeless(parcel, step):
        code = None  # most sentences say the same
        meaning = UNKNOWN if step.situation in VAGUE else meaning
    name = _name(action, parcel, step)
    words = _Words(code=code, text=_text(action, step), meaning=meaning, name=name)
    own = [_row(parcel, step, step.at, words)]
    return with_unknown(faults, SOURCE, step, own, lambda at: _row(parcel, step, at, UNKNOWN_WORDS))


def entailed(
    world: WorldLike, faults: FaultsLike, parcel: Parcel, step: Step, now: datetime
) -> tuple[Entailed, ...]:
    """The truth of the rows about one step.

    A row of an order with one package belongs to that package, also when the package holds several orders: it
    is one event then. A row of an order with several packages belongs to the order alone.
    """
    if step.published_at > now:
        return ()
    orders = [order for order in map(world.order, parcel.order_ids) if order is not None]
    several = [order for order in orders if len(order.parcels) > PARCELS_OF_SHIPMENT]
    entailed: list[Entailed] = []
    for row in rows_of(faults, parcel, step):
        if len(several) < len(orders):
            order_id = orders[0].order_id if len(orders) == 1 else None
            number = parcel.tracking_number
            entailed.append(row.telling.entailed(SOURCE, tracking_number=number, order_id=order_id))
        entailed += [
            row.telling.entailed(SOURCE, tracking_number=None, order_id=order.order_id) for order in several
        ]
    return tuple(entailed)


def _row(parcel: Parcel, step: Step, at: datetime, words: _Words) -> OrderRow:
    row: dict[str, Any] = {"description": words.text, "update_time_millis": int(at.timestamp()) * 1000}
    if words.code is not None:
        row["action_code"] = words.code
    telling = Telling(
        step=step,
        at=at.astimezone(UTC),
        code="" if words.code is None else str(words.code),
        description=words.text,
        meaning=words.meaning,
        row=row,
    )
    return OrderRow(parcel=parcel, telling=telling, name=words.name)


def _is_codeless(parcel: Parcel, step: Step) -> bool:
    if parcel.carrier == "other" or step.situation not in CODELESS:
        return False
    return chance.picked(CODELESS_SHARE, "codeless", step.key)


def _name(action: Action, parcel: Parcel, step: Step) -> str:
    if step.situation == "attempt_absent" and attempt_number(parcel, step) >= 3:
        return "3rd_attempt_failed"
    if step.situation == "delivered" and step.detail.get("left_with") not in {None, "person"}:
        return "signed_thirdparty"
    return action.name


def _text(action: Action, step: Step) -> str:
    """The row's text; some texts end in a line feed."""
    text = action.text
    if step.situation == "delivered":
        text = DELIVERED_TEXT.get(step.detail.get("left_with", ""), text)
    if step.place is None:
        text = text.replace(" in {place}", "").replace(" {place}", " on its way")
    else:
        state = f", {step.place.region}" if step.place.country == "US" else ""
        text = text.replace("{place}", step.place.city + state)
    return text + "\n" if chance.picked(LINE_FEED_SHARE, "line feed", step.key) else text
