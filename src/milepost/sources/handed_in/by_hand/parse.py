"""Reads one entry that a person made: an event, or that an earlier entry is taken back."""

from datetime import datetime
from typing import Any

from milepost.model.events import RETRACTS
from milepost.model.imports import Stated
from milepost.model.places import RawPlace
from milepost.model.reports import Refusal, Report
from milepost.model.scans import CodeRef, Parsed, Scan
from milepost.sources.loose_json import UnreadableError, decode

NAME = "Entered by hand"
NOTE = "note"


def recognizes(_body: bytes, _stated: Stated) -> bool:
    """Nobody hands one in as a file: who entered it could then be anybody's claim."""
    return False


def parse(report: Report) -> Parsed:
    """Never raises. The body is what desk.entries wrote: who, when, and what they entered."""
    try:
        told = decode(report.body)
        at = datetime.fromisoformat(told["entered_at"])
        taken_back = told.get("takes_back")
        scan = _retraction(taken_back, told, at) if taken_back else _event(told)
    except (UnreadableError, KeyError, TypeError, ValueError, AttributeError) as error:
        detail = f"not an entry of ours ({type(error).__name__})"
        return Parsed(refusals=(Refusal(reason="unreadable_body", detail=detail),))
    return Parsed(scans=(scan,))


def _event(told: dict[str, Any]) -> Scan:
    status, reason = told.get("status") or NOTE, told.get("reason") or ""
    refs = [CodeRef("status", status)]
    if reason:
        refs.append(CodeRef("reason", reason))
    return Scan(
        moment=datetime.fromisoformat(told["occurred_at"]),
        code=status,
        refs=tuple(refs),
        text=told.get("note") or "",
        place=RawPlace(text=told.get("place") or ""),
        tracking_number=told["tracking_number"] or None,
        order_number=told["order_number"],
    )


def _retraction(event_id: str, told: dict[str, Any], at: datetime) -> Scan:
    return Scan(
        moment=at,
        code=f"{RETRACTS}{event_id}",
        refs=(CodeRef("act", "retract"),),
        text=told.get("note") or "",
        tracking_number=told["tracking_number"] or None,
        order_number=told["order_number"],
    )
